"""What lies in `kubeflow/` is run by path, so that its packages are top-level names to it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "kubeflow"))

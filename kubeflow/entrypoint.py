"""The command of every step of the compiled pipeline: what KFP's launcher starts in the image.

python /app/kubeflow/entrypoint.py --node NODE --executor_input INPUT

Exit status 0 when the step is done, 3 when a gate refused, 1 when anything else went wrong, and the
cause is the last line of the log.
"""

import sys
from pathlib import Path

# Run by path, from any folder and with the sources read-only; what it imports is the project's.
sys.path.insert(1, str(Path(__file__).resolve().parents[1]))

from stepping.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

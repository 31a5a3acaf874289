"""What stands in for the image: a copy of what it holds of the project, and this interpreter."""

import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

APP = "/app"
HELD = ("client", "components", "configs", "kubeflow", "pipeline", "registry", "schema", "serving")
"""The project's folders that are in the image; whatever else lies in a checkout is not."""

_NOT_HELD = shutil.ignore_patterns("__pycache__", "*.egg-info", "var")


@dataclass(frozen=True)
class Image:
    """A folder that is `/app` in a step, and what the image sets in the environment."""

    app: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    path: tuple[Path, ...] = (Path(sys.executable).parent, Path("/usr/bin"), Path("/bin"))

    @classmethod
    def of(cls, project: Path, app: Path) -> "Image":
        """Copies what the image would hold of a checkout to `app`."""
        for name in HELD:
            if (project / name).is_dir():
                shutil.copytree(project / name, app / name, ignore=_NOT_HELD)
        # Ahead of the checkout, which this interpreter's packages lead to.
        return cls(app, {"PYTHONPATH": f"{app}:{app / 'client'}"})

    def here(self, word: str) -> str:
        """A word of a command line, with a path of the image where that is on this machine."""
        is_below = word == APP or word.startswith(f"{APP}/")
        return f"{self.app}{word.removeprefix(APP)}" if is_below else word

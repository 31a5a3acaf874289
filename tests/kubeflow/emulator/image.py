"""What stands in for the image: a copy of what it holds of the project, and this interpreter."""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.kubeflow.image.context import sent

APP = "/app"
_NEVER_LOOKED_INTO = {".git", ".venv", ".runtime", "var"}


@dataclass(frozen=True)
class Image:
    """A folder that is `/app` in a step, and what the image sets in the environment."""

    app: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    path: tuple[Path, ...] = (Path(sys.executable).parent, Path("/usr/bin"), Path("/bin"))

    @classmethod
    def of(cls, project: Path, app: Path) -> "Image":
        """Copies to `app` what the image holds of a checkout, by the checkout's own rules."""
        rules = (project / ".dockerignore").read_text(encoding="utf-8")
        for name in sent(_files(project), rules):
            (app / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(project / name, app / name)
        return cls(app, cls.environment_of(app))

    @staticmethod
    def environment_of(app: Path) -> dict[str, str]:
        """Puts the copy ahead of the checkout, which this interpreter's packages lead to."""
        return {"PYTHONPATH": f"{app}:{app / 'client'}"}

    def here(self, word: str) -> str:
        """A word of a command line, with a path of the image where that is on this machine."""
        is_below = word == APP or word.startswith(f"{APP}/")
        return f"{self.app}{word.removeprefix(APP)}" if is_below else word

    def run(
        self, words: list[str], disk: Path, environment: Mapping[str, str], output: IO[bytes]
    ) -> int:
        """Runs a command line of a step; returns its exit code.

        Args:
            words: The command line.
            disk: The pod's own folder; the step begins in `work` below it.
            environment: All that the step has of it.
            output: Where it writes to.
        """
        return subprocess.run(
            [self.here(word) for word in words],
            cwd=disk / "work",
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode


def _files(project: Path) -> Iterator[str]:
    for entry in project.iterdir():
        if entry.is_file():
            yield entry.name
        elif entry.name not in _NEVER_LOOKED_INTO:
            yield from (str(f.relative_to(project)) for f in entry.rglob("*") if f.is_file())

"""The file that is written: its form, which its name tells, and never half of it."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from compiling.writing import Form
from pipeline.errors import ConfigError, UserError

Target = Literal["kubeflow", "vertex"]

_DEFAULTS = {"kubeflow": "pipeline.yaml", "vertex": "pipeline.json"}
_FORMS: dict[str, Form] = {".yaml": "yaml", ".yml": "yaml", ".json": "json"}


class NotWritten(UserError):
    """The file cannot be written."""


@dataclass(frozen=True)
class OutFile:
    """Where a compiled pipeline goes.

    Attributes:
        path: The file.
        form: What is in it.
    """

    path: Path
    form: Form

    @classmethod
    def named(cls, out: str | None, target: Target) -> "OutFile":
        """Reads `--out`.

        Raises:
            ConfigError: its name tells no form, or one that the cluster does not read.
        """
        path = Path(out or _DEFAULTS[target])
        form = _FORMS.get(path.suffix)
        if form is None or (form == "json" and target == "kubeflow"):
            expected = ".yaml" if target == "kubeflow" else ".json or .yaml"
            raise ConfigError(f"--out {path}: expected a name that ends with {expected}")
        return cls(path, form)

    def write(self, text: str) -> int:
        """Writes the file whole, or leaves it as it is; returns its size in bytes.

        Raises:
            NotWritten: the folder is not there, or may not be written.
        """
        content = text.encode()
        partial = self.path.with_name(f".{self.path.name}.{os.getpid()}.partial")
        try:
            partial.write_bytes(content)
            partial.replace(self.path)
        except OSError as error:
            partial.unlink(missing_ok=True)
            raise NotWritten(f"--out {self.path}: cannot be written: {error.strerror}") from error
        return len(content)

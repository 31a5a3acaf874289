"""Steps as real processes, each with a folder in which its inputs alone are there."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.kubeflow.stepping.kfp import as_arrives, executor_input, produced

PROJECT = Path(__file__).resolve().parents[3]
ENTRYPOINT = PROJECT / "kubeflow" / "entrypoint.py"
ROOT = "TFXP_ARTIFACTS_ROOT"


@dataclass
class Ended:
    """A step that has run.

    Attributes:
        status: Its exit status.
        log: The lines of its log.
        told: The executor input that it was given.
        root: Its `TFXP_ARTIFACTS_ROOT`.
    """

    status: int
    log: list[str]
    told: dict
    root: Path

    def output(self, key):
        """Returns an output as the next step gets it for an input."""
        assert self.status == 0, "\n".join(self.log)
        return produced(self.told, key)

    def folder(self, key):
        """Returns where an output is."""
        (artifact,) = self.told["outputs"]["artifacts"][key]["artifacts"]
        return self.root / artifact["uri"].replace("://", "/")


class Cluster:
    """Runs steps, and keeps what they make in a folder that stands for the object store."""

    def __init__(self, place):
        self._place = place
        self._count = 0
        self.environment = {}

    @property
    def store(self):
        return self._place / "store"

    def prepare(self, node, parameters=None, inputs=None):
        """Returns the executor input of a step, with its inputs brought, and its root folder."""
        self._count += 1
        root = self._place / f"pod-{self._count}"
        root.mkdir(parents=True)
        for artifact in (inputs or {}).values():
            key = artifact["uri"].replace("://", "/")
            _copy_files(self.store / key, root / key)
        told = executor_input(
            root, node["id"], inputs=inputs, outputs=node["outputs"], parameters=parameters
        )
        return told, root

    def command(self, node, told):
        """Returns the command line that KFP's launcher starts."""
        arguments = ["--node", json.dumps(node), "--executor_input", json.dumps(as_arrives(told))]
        return [sys.executable, str(ENTRYPOINT), *arguments]

    def run(self, node, parameters=None, inputs=None):
        """Runs a step as KFP's launcher does, and takes what it made into the store."""
        told, root = self.prepare(node, parameters, inputs)
        done = subprocess.run(
            self.command(node, told),
            cwd=root,
            env={"PATH": os.environ["PATH"], ROOT: str(root), **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        ended = Ended(done.returncode, done.stdout.splitlines(), told, root)
        if ended.status == 0:
            for key in node["outputs"]:
                uri = ended.output(key)["uri"].replace("://", "/")
                _copy_files(root / uri, self.store / uri)
        return ended


def files(folder):
    """Every file below a folder, and what is in it."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _copy_files(source, target):
    """Folders alone are nothing to an object store."""
    for path in source.rglob("*"):
        if path.is_file():
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)

"""One real server, `python -m serving`, for those who ask it from outside."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.serving.processes import wait_until

MESSAGE_BYTES = 1_000_000


@dataclass
class Served:
    """A server that answers for the models `toy` and `texts`, each with its version 1.

    Its messages have a million bytes at most. `toy` is the toy model 3.
    """

    process: subprocess.Popen
    grpc_port: int
    rest_port: int
    log: Path

    def is_alive(self):
        return self.process.poll() is None

    def has_imported_tensorflow(self):
        """Whether the process that takes the requests has, which none of them may make it do."""
        maps = psutil.Process(self.process.pid).memory_maps()
        return any("/site-packages/tensorflow/" in one.path for one in maps)

    def resident_mib(self):
        """Memory of the server and of all processes that it started."""
        root = psutil.Process(self.process.pid)
        return sum(one.memory_info().rss for one in [root, *root.children(recursive=True)]) / 2**20


@pytest.fixture(scope="session")
def served(toys, tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    for model, source in (("toy", "3"), ("texts", "texts")):
        shutil.copytree(toys / source, folder / model / "1")
    entries = (
        f'config {{ name: "{model}" base_path: "{folder / model}" model_platform: "tensorflow" }}'
        for model in ("toy", "texts")
    )
    config = folder / "models.config"
    config.write_text("model_config_list {\n" + "\n".join(entries) + "\n}\n")
    ports_file = folder / "ports.json"
    log = folder / "server.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "serving", "--model-config-file", config, "--grpc-port", "0"]
            + ["--rest-port", "0", "--max-message-bytes", str(MESSAGE_BYTES)]
            + ["--ports-file", ports_file],
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until(lambda: ports_file.exists() or process.poll() is not None, 120)
        assert ports_file.exists(), log.read_text()
        ports = json.loads(ports_file.read_text())
        yield Served(process, ports["grpc"], ports["rest"], log)
    finally:
        process.terminate()
        process.wait(60)

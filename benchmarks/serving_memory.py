"""Does memory return when versions are unloaded?

`python benchmarks/serving_memory.py --cycles 50`: one version stays, another is loaded, asked and
unloaded, over and over. Memory is what the server's whole process tree has to itself: the sum of
the proportional shares of anonymous pages (`Pss_Anon` of Linux). Pages of libraries are left out;
their shares change with whoever else has TensorFlow open. Ends with 1 when it grew by more than a
tenth.
"""

import re
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import click
import grpc
import psutil
from google.protobuf import text_format
from rich.console import Console

from benchmarks.serving_models import INPUT, make, numbered
from benchmarks.serving_servers import Server, embedded
from tfxp_client import wire

MODEL = "numbered"
MOST_GROWTH = 0.1
_MEGABYTES = 64
_TIMEOUT_S = 60
_SETTLE_S = 10


@dataclass(frozen=True)
class Memory:
    """Of the server with one version, in bytes.

    Attributes:
        start: Before another version was ever loaded.
        loaded: With two versions, in the first cycle.
        ends: After each cycle.
    """

    start: int
    loaded: int
    ends: tuple[int, ...]

    @property
    def growth(self) -> float:
        """Of the last cycle's end above the start, as a share of it."""
        return self.ends[-1] / self.start - 1


def cycle(work_dir: Path, cycles: int) -> Memory:
    """Loads and unloads so often.

    Raises:
        RuntimeError: the process of an unloaded version does not end.
    """
    base = work_dir / "base"
    model = make(work_dir / "model", _MEGABYTES)
    for number in (1, 2):
        numbered(model, base / str(number), number)
    config = work_dir / "models.config"
    config.write_text(text_format.MessageToString(_config(base, 1)), encoding="utf-8")
    arguments = ["--model-config-file", config, "--config-poll-s", "0"]
    with (
        embedded(work_dir / "server", *arguments) as server,
        grpc.insecure_channel(f"127.0.0.1:{server.grpc}") as channel,
    ):
        asker = _Asker(channel, base)
        asker.ask(1)
        start, processes = resident(server), len(_family(server))
        loaded, ends = 0, []
        for _ in range(cycles):
            asker.reload(1, 2)
            asker.ask(2)
            loaded = loaded or resident(server)
            asker.reload(1)
            _wait_for(server, processes)
            ends.append(resident(server))
        asker.ask(1)
        return Memory(start, loaded, tuple(ends))


def resident(server: Server) -> int:
    """Bytes of the server and of all processes below it."""
    return sum(_own(process.pid) for process in _family(server))


def _own(pid: int) -> int:
    """0 when the process has ended meanwhile."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    found = re.search(r"^Pss_Anon:\s+(\d+) kB", rollup, re.MULTILINE)
    return 1024 * int(found[1]) if found else 0


def _family(server: Server) -> list[psutil.Process]:
    root = psutil.Process(server.pid)
    return [root, *root.children(recursive=True)]


def _wait_for(server: Server, processes: int) -> None:
    """Until an unloaded version's process has ended, which no call waits for."""
    deadline = time.monotonic() + _SETTLE_S
    while len(_family(server)) > processes:
        if time.monotonic() > deadline:
            msg = f"the server has more than {processes} processes {_SETTLE_S} s after an unload"
            raise RuntimeError(msg)
        time.sleep(0.02)


class _Asker:
    """Asks the server for answers and for other versions."""

    def __init__(self, channel: grpc.Channel, base: Path) -> None:
        self._base = base
        self._predict, self._reload = (
            channel.unary_unary(
                f"/tensorflow.serving.{method}",
                request_serializer=lambda message: message.SerializeToString(),
                response_deserializer=response.FromString,
            )
            for method, response in (
                ("PredictionService/Predict", wire.PredictResponse),
                ("ModelService/HandleReloadConfigRequest", wire.ReloadConfigResponse),
            )
        )

    def ask(self, version: int) -> None:
        """Has a version answer a row."""
        request = wire.PredictRequest()
        request.model_spec.name = MODEL
        request.model_spec.version.value = version
        given = request.inputs[INPUT]
        given.dtype = wire.DT_FLOAT
        given.tensor_shape.dim.add(size=1)
        given.float_val.append(1.0)
        self._predict(request, timeout=_TIMEOUT_S)

    def reload(self, *versions: int) -> None:
        """Has the server load exactly these versions."""
        request = wire.ReloadConfigRequest(config=_config(self._base, *versions))
        status = self._reload(request, timeout=_TIMEOUT_S).status
        if status.error_code:
            raise RuntimeError(status.error_message)


def _config(base: Path, *versions: int) -> wire.ModelServerConfig:
    config = wire.ModelServerConfig()
    entry = config.model_config_list.config.add(
        name=MODEL, base_path=str(base), model_platform="tensorflow"
    )
    entry.model_version_policy.specific.versions.extend(versions)
    return config


@click.command()
@click.option("--cycles", default=50, show_default=True, help="Of loading and unloading.")
def main(cycles: int) -> None:
    """Prints the memory before, between and after."""
    with tempfile.TemporaryDirectory() as work_dir:
        began = time.monotonic()
        memory = cycle(Path(work_dir), cycles)
        seconds = time.monotonic() - began
    console = Console(highlight=False)
    console.print("memory of the server's processes (Pss_Anon), MiB")
    for name, amount in (
        ("one version, before", memory.start),
        ("two versions", memory.loaded),
        ("one version, after 1 cycle", memory.ends[0]),
        (f"one version, after {cycles} cycles", memory.ends[-1]),
    ):
        console.print(f"  {name:<30} {amount / 2**20:7.1f}")
    console.print(f"  growth {memory.growth:+.1%}, {seconds / cycles:.2f} s a cycle")
    if memory.growth > MOST_GROWTH:
        sys.exit(1)


if __name__ == "__main__":
    main()

"""Servers for the trial: the project's own, or TensorFlow Serving's image in Docker."""

import json
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from components.errors import InputError

MODEL = "candidate"
"""The model's name in the trial."""

_KEEPER = Path(__file__).with_name("keeper.py")
_DOCKER_S = 20
_GRPC_PORT, _REST_PORT = 8500, 8501


@dataclass(frozen=True)
class Ports:
    """Of this machine, where the server is asked."""

    grpc: int
    rest: int


@dataclass(frozen=True)
class Server:
    """A server that was started; whether it answers yet is another question.

    Attributes:
        log: What it prints.
        ports: None as long as it has none.
        status: None as long as it runs.
    """

    log: Path
    ports: Callable[[], Ports | None]
    status: Callable[[], int | None]


@contextmanager
def serving(model: Path, image: str | None, work_dir: Path) -> Iterator[Server]:
    """Starts a server with the model, on free ports of this machine, and ends it.

    It ends, too, when this process is killed.

    Args:
        model: The SavedModel's folder.
        image: Of TensorFlow Serving, for Docker; None for the project's own server.
        work_dir: For the log and what else passes between the processes.

    Raises:
        InputError: Docker is not there, or does not have the image.
    """
    if image is None:
        ports_file = work_dir / "ports.json"
        log = work_dir / "server.log"
        command = embedded_command(_base(model, work_dir), ports_file, log)
        with _kept(command, log, lambda: _read_ports(ports_file)) as server:
            yield server
        return
    check_docker(image)
    name = f"infra-validator-{secrets.token_hex(4)}"
    command = docker_command(model, image, name)
    try:
        with _kept(command, work_dir / "server.log", lambda: _docker_ports(name)) as server:
            yield server
    finally:
        _docker("rm", "--force", name)


def embedded_command(base: Path, ports_file: Path, log: Path) -> list[str]:
    """Starts the project's server.

    Args:
        base: Folder with the model's versions.
        ports_file: Where it writes its ports when it listens.
        log: What TensorFlow says of the model is added there.
    """
    return [
        # -I keeps the working folder and the user's environment out of it.
        *(sys.executable, "-I", "-m", "serving"),
        *("--model-name", MODEL, "--model-base-path", str(base)),
        *("--grpc-port", "0", "--rest-port", "0", "--ports-file", str(ports_file)),
        *("--log-file", str(log)),
        # What does not load does not load; nobody waits for another try.
        *("--load-attempts", "1"),
    ]


def docker_command(model: Path, image: str, name: str) -> list[str]:
    """Starts TensorFlow Serving's image.

    Args:
        model: The SavedModel's folder; the container reads it.
        image: As Docker names it.
        name: Of the container.
    """
    return [
        *("docker", "run", "--rm", "--name", name),
        # The image's first process is a shell, which passes on no signal.
        "--init",
        # Nothing is fetched over a network that nobody asked for.
        *("--pull", "never"),
        *("--publish", f"127.0.0.1::{_GRPC_PORT}", "--publish", f"127.0.0.1::{_REST_PORT}"),
        *("--volume", f"{model.resolve()}:/models/{MODEL}/1:ro"),
        *("--env", f"MODEL_NAME={MODEL}"),
        image,
        "--max_num_load_retries=0",
    ]


def check_docker(image: str) -> None:
    """Sees to it that Docker could start the image.

    Raises:
        InputError: it could not.
    """
    setting = f"infra_validation.image = {image!r}"
    if shutil.which("docker") is None:
        msg = f"{setting}: there is no docker here; install it, or leave image out"
        raise InputError(msg)
    found = _docker("image", "inspect", "--format", "{{.Id}}", image)
    if found.returncode:
        reason = found.stderr.strip().splitlines()[-1:] or ["docker gives no reason"]
        msg = f"{setting}: {reason[0]}; start Docker and run: docker pull {image}"
        raise InputError(msg)


def published_port(text: str) -> int | None:
    """The port in what `docker port` prints: `127.0.0.1:49153`."""
    found = re.search(r"127\.0\.0\.1:(\d+)", text)
    return int(found[1]) if found else None


def _docker_ports(name: str) -> Ports | None:
    grpc, rest = (
        published_port(_docker("port", name, f"{port}/tcp").stdout)
        for port in (_GRPC_PORT, _REST_PORT)
    )
    return Ports(grpc, rest) if grpc and rest else None


def _docker(*arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["docker", *arguments], capture_output=True, text=True, timeout=_DOCKER_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        msg = f"docker {' '.join(arguments)}: no answer within {_DOCKER_S} s; is Docker well?"
        raise InputError(msg) from error


def _base(model: Path, work_dir: Path) -> Path:
    """A folder in which the model is version 1."""
    base = work_dir / MODEL
    base.mkdir()
    (base / "1").symlink_to(model.absolute(), target_is_directory=True)
    return base


def _read_ports(path: Path) -> Ports | None:
    try:
        return Ports(**json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, json.JSONDecodeError):
        return None


@contextmanager
def _kept(command: list[str], log: Path, ports: Callable[[], Ports | None]) -> Iterator[Server]:
    """Runs the command below a process that ends it when this one lets go."""
    with (
        log.open("ab") as sink,
        subprocess.Popen(
            [sys.executable, "-I", str(_KEEPER), *command],
            stdin=subprocess.PIPE,
            stdout=sink,
            stderr=sink,
        ) as keeper,
    ):
        # Leaving closes standard input, the keeper's sign to end it, and waits for that.
        yield Server(log, ports, keeper.poll)

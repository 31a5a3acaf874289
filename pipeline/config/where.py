"""*Where* the pipeline runs: the tables of `configs/local.toml`.

A key without a default must stand in the file. Every default stands here and nowhere else.
"""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from pipeline.config.section import Count, Many, Section, Text, fingerprint
from serving.options import RequestLog, ServerOptions

PROJECT = Path(__file__).resolve().parents[2]

_IN_MEMORY = "in_memory"
# Named in full, since Beam's default would first try to download a runner.
_IN_MEMORY_RUNNER = "apache_beam.runners.portability.fn_api_runner.FnApiRunner"


def _is_local(path: str) -> str:
    if "://" in path or path.startswith("~"):
        raise ValueError("not a plain path")
    return path


LocalPath = Annotated[
    Text,
    AfterValidator(_is_local),
    Field(
        description="a path of this machine, absolute or below the project's folder, "
        "without ~ or a scheme"
    ),
]


class Roots(Section):
    """The folders that everything is in; relative ones are below the project's folder.

    Attributes:
        data: What a relative `data.input` is below; may be a URI.
        artifacts: What the nodes make.
        serving: The model base directory.
        logs: A folder a run.
        checkpoints: Where a fit that is killed is gone on from; needed where a second attempt does
            not find what the first left in its own storage. Unless stated, the Trainer's own.
    """

    data: Annotated[Text, Field(description="a folder or a URI")]
    artifacts: LocalPath
    serving: LocalPath
    logs: LocalPath
    checkpoints: LocalPath | None = None


class Metadata(Section):
    """The record of runs, executions and artifacts.

    Attributes:
        path: The SQLite file of ML Metadata.
    """

    path: LocalPath


class Beam(Section):
    """Who runs the Beam steps.

    Attributes:
        runner: `in_memory`, or the full name of a runner's class.
        args: More flags for Beam.
    """

    runner: Annotated[
        str,
        Field(
            pattern=r"^(in_memory|[A-Za-z_]\w*(\.[A-Za-z_]\w*)+)$",
            description='"in_memory", or the full name of a runner, such as '
            '"apache_beam.runners.portability.flink_runner.FlinkRunner"',
        ),
    ] = _IN_MEMORY
    args: Annotated[
        Many[
            Annotated[
                str,
                Field(
                    pattern=r"^--[A-Za-z][\w-]*(=.*)?$",
                    description='a flag, such as "--parallelism=2"',
                ),
            ]
        ],
        Field(description='a list of flags, such as ["--parallelism=2"]'),
    ] = ()

    @property
    def pipeline_args(self) -> tuple[str, ...]:
        """The effective flags, with the runner."""
        runner = _IN_MEMORY_RUNNER if self.runner == _IN_MEMORY else self.runner
        return (f"--runner={runner}", *self.args)


Port = Annotated[int, Field(ge=0, le=65535, description="a port; 0 takes a free one")]


class Server(Section):
    """The model server, which reads the model base directory.

    Attributes:
        address: Host and gRPC port of a running one, which must report a version as available,
            and answer rows with it, before a label is moved to it. Without one nobody is asked.
        timeout_s: Seconds that it has to load a version, and to take over a label.
    """

    address: Annotated[
        str | None,
        Field(
            pattern=r"^[^\s/]+:[0-9]{1,5}$",
            description='a host and its gRPC port, such as "127.0.0.1:8500"',
        ),
    ] = None
    timeout_s: Count = 120


class Serving(Server):
    """The model server, and how this machine runs one.

    Attributes:
        host: Address that `tfxp serve` binds.
        grpc_port: Of `tfxp serve`.
        rest_port: Of `tfxp serve`.
        request_log: Folder for the requests that `tfxp serve` answers, without identifiers; none
            are written without it.
        request_log_share: Of the requests, 0 to 1.
    """

    host: Text = ServerOptions.host
    grpc_port: Port = ServerOptions.grpc_port
    rest_port: Port = ServerOptions.rest_port or 0
    request_log: LocalPath | None = None
    request_log_share: Annotated[float, Field(ge=0, le=1, description="a share from 0 to 1")] = (
        RequestLog.share
    )


class Run(Section):
    """How a run uses the machine.

    Attributes:
        parallel_nodes: Nodes at once, as far as the graph allows.
    """

    parallel_nodes: Annotated[Count, Field(le=16, description="a whole number from 1 to 16")]


class Where(Section):
    """The whole of a *where* file."""

    roots: Roots
    metadata: Metadata
    beam: Beam = Beam()
    serving: Serving = Serving()
    run: Run

    @property
    def artifacts_dir(self) -> Path:
        """Absolute."""
        return PROJECT / self.roots.artifacts

    @property
    def serving_dir(self) -> Path:
        """Absolute."""
        return PROJECT / self.roots.serving

    @property
    def request_log_dir(self) -> Path | None:
        """Absolute; None if requests are not written."""
        return PROJECT / self.serving.request_log if self.serving.request_log else None

    @property
    def logs_dir(self) -> Path:
        """Absolute."""
        return PROJECT / self.roots.logs

    @property
    def reports_dir(self) -> Path:
        """Absolute; beside the logs."""
        return self.logs_dir.parent / "reports"

    @property
    def metadata_path(self) -> Path:
        """Absolute."""
        return PROJECT / self.metadata.path

    @property
    def fingerprint(self) -> str:
        """SHA-256 of every value, in hex."""
        return fingerprint(self)

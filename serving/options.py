"""What the server is started with; the defaults are TF Serving's where it has the option."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Batching:
    """TF Serving's batching parameters.

    Attributes:
        enabled: Whether requests of one signature are run together.
        max_batch_size: Rows of a batch at most; a request with more rows runs alone.
        batch_timeout_s: How long a first row waits for a full batch while the model is free.
        gather_s: Without a batch_timeout_s, how long it waits at most for as many others as were
            there at once of late. A client that asks alone never waits.
        max_enqueued_batches: Batches that wait at most; beyond, requests get RESOURCE_EXHAUSTED.
        threads: Batches of one version that run at once.
    """

    enabled: bool = True
    max_batch_size: int = 1024
    batch_timeout_s: float = 0.0
    gather_s: float = 0.005
    max_enqueued_batches: int = 64
    threads: int = 2


@dataclass(frozen=True, kw_only=True)
class RequestLog:
    """What is written of the requests.

    Attributes:
        folder: Dated folders with TFRecords of PredictionLog go there; None writes nothing.
        share: Of the requests, 0 to 1.
        redact: Names of columns whose values are not written.
        keep: Columns that a tf.Example is written with; None for all but those of `redact`.
    """

    folder: Path | None = None
    share: float = 1.0
    redact: tuple[str, ...] = ()
    keep: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Tls:
    """Files in PEM.

    Attributes:
        certificate: Of the server, with its chain.
        key: Its private key.
        client_ca: Authorities of the clients; given, a client without a certificate is refused.
    """

    certificate: Path
    key: Path
    client_ca: Path | None = None


@dataclass(frozen=True, kw_only=True)
class ServerOptions:
    """Everything that the server is started with.

    Attributes:
        model_name: Of the one model, when there is no model_config_file.
        model_base_path: Folder with its versions.
        model_config_file: ModelServerConfig in text format: models, policies, labels.
        config_poll_s: Seconds between two looks at that file; 0 looks once.
        file_poll_s: Seconds between two looks for versions; 0 looks once.
        host: Address that is bound.
        grpc_port: 0 takes a free one.
        rest_port: 0 takes a free one; None serves no REST.
        max_message_bytes: Of a request or an answer, gRPC and REST.
        rest_timeout_s: Of a REST request, which has no deadline of its own.
        max_requests_at_once: For predictions; beyond, RESOURCE_EXHAUSTED at once.
        load_timeout_s: A version that is not loaded and warm by then has failed.
        load_attempts: A version that fails is tried so often.
        load_retry_s: Seconds between two attempts.
        grace_s: Seconds that requests in flight have to finish at SIGTERM.
        allow_labels_for_unavailable: TF Serving's allow_version_labels_for_unavailable_models.
        log_file: What TensorFlow prints is added there; None throws it away.
        ports_file: Written when everything answers, `{"grpc": port, "rest": port}`.
    """

    model_name: str = "default"
    model_base_path: Path | None = None
    model_config_file: Path | None = None
    config_poll_s: float = 1.0
    file_poll_s: float = 1.0
    host: str = "127.0.0.1"
    grpc_port: int = 8500
    rest_port: int | None = 8501
    max_message_bytes: int = 64 * 2**20
    rest_timeout_s: float = 30.0
    max_requests_at_once: int = 1000
    load_timeout_s: float = 120.0
    load_attempts: int = 3
    load_retry_s: float = 5.0
    grace_s: float = 10.0
    allow_labels_for_unavailable: bool = False
    batching: Batching = field(default_factory=Batching)
    request_log: RequestLog = field(default_factory=RequestLog)
    tls: Tls | None = None
    log_file: Path | None = None
    ports_file: Path | None = None

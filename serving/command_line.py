"""`python -m serving`: the options of the command line."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from serving.options import Batching, RequestLog, ServerOptions, Tls

_DESCRIPTION = "Serves SavedModels over TF Serving's gRPC and REST APIs."


def parse(arguments: Sequence[str]) -> ServerOptions:
    """Returns the options; what is not given has the default of `serving.options`."""
    given = vars(_parser().parse_args(arguments))
    batching = {name: given.pop(name) for name in _BATCHING if name in given}
    tls = {name: given.pop(f"tls_{name}") for name in _TLS if f"tls_{name}" in given}
    if given.pop("no_rest", False):
        given["rest_port"] = None
    if given.pop("no_batching", False):
        batching["enabled"] = False
    if "request_log" in given:
        share = given.pop("request_log_share", RequestLog.share)
        given["request_log"] = RequestLog(folder=given["request_log"], share=share)
    if tls:
        given["tls"] = Tls(**tls)
    return ServerOptions(**given, batching=Batching(**batching))


_BATCHING = ("max_batch_size", "batch_timeout_s", "gather_s", "max_enqueued_batches", "threads")
_TLS = ("certificate", "key", "client_ca")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m serving", description=_DESCRIPTION)
    add = parser.option
    add("--model-name", str, "name of the one model")
    add("--model-base-path", Path, "folder with its versions")
    add("--model-config-file", Path, "ModelServerConfig in text format: models, policies, labels")
    add("--config-poll-s", float, "seconds between two looks at that file; 0 looks once")
    add("--file-poll-s", float, "seconds between two looks for versions; 0 looks once")
    add("--host", str, "address that is bound")
    add("--grpc-port", int, "0 takes a free one")
    add("--rest-port", int, "0 takes a free one")
    add("--no-rest", None, "serve gRPC only")
    add("--max-message-bytes", int, "of a request or an answer")
    add("--rest-timeout-s", float, "of a REST request")
    add("--max-requests-at-once", int, "beyond, RESOURCE_EXHAUSTED at once")
    add("--load-timeout-s", float, "a version that is not loaded and warm by then has failed")
    add("--load-attempts", int, "a version that fails is tried so often")
    add("--load-retry-s", float, "seconds between two attempts")
    add("--grace-s", float, "seconds that requests in flight have to finish at SIGTERM")
    add("--allow-labels-for-unavailable", None, "a new label may be for a version still to come")
    add("--no-batching", None, "run each request alone")
    add("--max-batch-size", int, "rows of a batch at most")
    add("--batch-timeout-s", float, "how long a first row waits for others")
    add("--gather-s", float, "without it, how long for as many as were there at once of late")
    add("--max-enqueued-batches", int, "batches that wait at most")
    add("--threads", int, "batches of one version that run at once")
    add("--tls-certificate", Path, "of the server, in PEM")
    add("--tls-key", Path, "its private key, in PEM")
    add("--tls-client-ca", Path, "clients must have a certificate of these authorities")
    add("--request-log", Path, "answered requests are written below this folder")
    add("--request-log-share", float, "of the requests, 0 to 1")
    add("--log-file", Path, "what TensorFlow prints is added there")
    add("--ports-file", Path, "written when everything answers")
    return parser


class _Parser(argparse.ArgumentParser):
    def option(self, name: str, kind: Any, text: str) -> None:
        """Adds an option that is absent unless given; a kind of None makes a switch."""
        if kind is None:
            self.add_argument(name, action="store_true", default=argparse.SUPPRESS, help=text)
        else:
            metavar = {int: "N", float: "NUMBER", Path: "PATH", str: "TEXT"}[kind]
            self.add_argument(
                name, type=kind, default=argparse.SUPPRESS, metavar=metavar, help=text
            )

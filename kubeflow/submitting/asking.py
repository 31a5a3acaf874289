"""One request to the cluster: how long it may take, when it is made again, what its failure means.

The Kubeflow SDK has two layers. Its `kfp.Client` looks for a kube config, reads and prints things
of its own, and waits without bound; so the layer below is used, on which it is built.
"""

import json
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import kfp_server_api
import urllib3

from submitting.address import FORWARD, NAMESPACE, TOKEN, Address
from submitting.errors import (
    AccessDenied,
    AlreadyThere,
    ClusterError,
    NotThere,
    RefusedByServer,
    Unreachable,
)

CONNECT_S, ANSWER_S = 5, 30
# Between the attempts to read something; what makes something is sent once.
PAUSES_S = (0.5, 1.5)
_INTERNAL = "Internal Server Error"
_LONGEST = 400
_AUDIENCE = "--audience pipelines.kubeflow.org"

Call = Callable[..., Any]


def api_client(address: Address) -> kfp_server_api.ApiClient:
    """Returns the SDK's client, which follows no redirects: nobody named those addresses."""
    configuration = kfp_server_api.Configuration(host=address.host)
    if address.token:
        configuration.api_key["authorization"] = address.token
        configuration.api_key_prefix["authorization"] = "Bearer"
    configuration.ssl_ca_cert = address.certificates
    configuration.retries = urllib3.Retry(total=0, redirect=0, raise_on_redirect=False)
    return kfp_server_api.ApiClient(configuration)


def ask(
    address: Address,
    call: Call,
    *arguments: Any,
    pauses_s: tuple[float, ...] = (),
    **options: Any,
) -> Any:
    """Makes a request.

    Args:
        address: For the messages.
        call: A method of the SDK's.
        arguments: Its arguments.
        pauses_s: How long to wait before each further attempt; none for what makes something.
        options: Its optional arguments; those that are None are left out.

    Raises:
        ClusterError: its text is the whole message.
    """
    given = {name: value for name, value in options.items() if value is not None}
    for pause_s in (*pauses_s, None):
        try:
            return call(*arguments, **given, _request_timeout=(CONNECT_S, ANSWER_S))
        except (kfp_server_api.ApiException, urllib3.exceptions.HTTPError) as error:
            meant = _meaning(address, error)
            if pause_s is None or not isinstance(meant, Unreachable):
                raise meant from error
            time.sleep(pause_s)
    raise AssertionError("the last attempt returns or raises")


def _meaning(address: Address, error: Exception) -> ClusterError:
    if isinstance(error, kfp_server_api.ApiException):
        if error.status:
            return _meaning_of_status(address, error.status, _message(error.body))
        return RefusedByServer(f"{address.host} answers strangely: {_short(error.reason)}")
    return _meaning_of_network(address, error)


def _meaning_of_status(address: Address, status: int, said: str) -> ClusterError:
    match status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FOUND | HTTPStatus.SEE_OTHER:
            account = f"`kubectl -n {address.pods_in} create token default-editor {_AUDIENCE}`"
            which = f"does not accept the token in {TOKEN}" if address.token else "wants a token"
            fix = (
                f"set {TOKEN} to {'a new' if address.token else 'a'} one, such as that of {account}"
            )
            return AccessDenied(f"{address.host} {which} ({status}); {fix}")
        case HTTPStatus.FORBIDDEN:
            place = f"namespace {address.namespace}" if address.namespace else "no namespace"
            return AccessDenied(
                f"{address.host} does not let you do this in {place} (403): {said}; is the "
                f"namespace right ({NAMESPACE})? Otherwise ask its owner for the role "
                "kubeflow-edit there"
            )
        case HTTPStatus.NOT_FOUND:
            return NotThere(f"{address.host} has no such thing: {said}")
        case HTTPStatus.CONFLICT:
            return AlreadyThere(f"{address.host}: {said}")
        case HTTPStatus.TOO_MANY_REQUESTS:
            return Unreachable(f"{address.host} is asked too often (429); try again in a minute")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log = "`kubectl -n kubeflow logs deploy/ml-pipeline`"
        return Unreachable(f"{address.host} fails ({status}): {said}; its log: {log}")
    return RefusedByServer(f"{address.host} refuses this ({status}): {said}")


def _meaning_of_network(address: Address, error: Exception) -> Unreachable:
    cause = getattr(error, "reason", None) or error
    if isinstance(cause, urllib3.exceptions.SSLError):
        return Unreachable(
            f"{address.host} shows a certificate that nothing here vouches for: {_short(cause)}; "
            "set SSL_CERT_FILE to a file with your authority's certificate"
        )
    if isinstance(cause, urllib3.exceptions.ReadTimeoutError):
        return Unreachable(f"{address.host} did not answer within {ANSWER_S} s; try again later")
    # A connection that was refused counts as one that timed out to urllib3.
    if isinstance(cause, urllib3.exceptions.NameResolutionError):
        what = "its name is not known"
    elif isinstance(cause, urllib3.exceptions.ConnectTimeoutError) and not isinstance(
        cause, urllib3.exceptions.NewConnectionError
    ):
        what = f"no connection within {CONNECT_S} s"
    else:
        what = _short(getattr(cause, "__cause__", None) or cause)
    return Unreachable(
        f"{address.host} is not reachable: {what}; is the address right, and a port-forward "
        f"still running? `{FORWARD}`"
    )


def _message(body: str | bytes | None) -> str:
    """What the server means for people; it sends Go's whole chain of causes beside it."""
    text = body.decode(errors="replace") if isinstance(body, bytes) else body or ""
    try:
        content = json.loads(text)
    except ValueError:
        return "no message" if "<" in text else _short(text) or "no message"
    if not isinstance(content, dict):
        return _short(content)
    details = [d.get("message", "") for d in content.get("details", ()) if isinstance(d, dict)]
    told = next((d for d in details if d and d != _INTERNAL), "")
    whole = content.get("error_message") or content.get("message") or content.get("error") or ""
    # The innermost cause is last.
    return _short(told or str(whole).rpartition("rror: ")[2]) or "no message"


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"

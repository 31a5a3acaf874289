"""Which model, version and method a path of the REST API names, as TF Serving reads it."""

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from serving.prediction.plans import invalid

API = re.compile(r"/v1/.*", re.IGNORECASE | re.DOTALL)
"""What belongs to the API at all; other paths do not exist."""

_VERSION = r"(?:/versions/(?P<version>\d+)|/labels/(?P<label>[^/:]+))?"
_ASKED = re.compile(
    rf"/v1/models/(?P<model>[^/:]+){_VERSION}:(?P<method>classify|regress|predict)",
    re.IGNORECASE | re.ASCII,
)
_LOOKED_AT = re.compile(
    rf"/v1/models(?:/(?P<model>[^/:]+))?{_VERSION}(?:/(?P<method>metadata))?",
    re.IGNORECASE | re.ASCII,
)
_MAX_VERSION = 2**63 - 1


@dataclass(frozen=True)
class Target:
    """What a request is about.

    Attributes:
        method: predict, classify or regress of a POST; metadata or status of a GET.
    """

    model: str
    version: int | None
    label: str | None
    method: str


def parse(http_method: str, raw_path: str) -> Target:
    """Reads a path that is still percent-encoded.

    Raises:
        ServingError: INVALID_ARGUMENT: no path of the API, or not for this HTTP method.
    """
    pattern = {"POST": _ASKED, "GET": _LOOKED_AT}.get(http_method)
    found = pattern.fullmatch(raw_path) if pattern else None
    if found is None:
        msg = f"Malformed request: {http_method} {raw_path}"
        raise invalid(msg)
    method = found["method"] or "status"
    if method != method.lower():
        msg = f"Malformed request: {http_method} {raw_path}"
        raise invalid(msg)
    if not found["model"]:
        msg = "Missing model name in request."
        raise invalid(msg)
    label = found["label"]
    return Target(
        model=_decoded(found["model"], "model name"),
        version=_number(found["version"]),
        label=None if label is None else _decoded(label, "model version label"),
        method=method,
    )


def _decoded(text: str, what: str) -> str:
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeDecodeError as error:
        msg = f"Failed to decode {what}: {text}"
        raise invalid(msg) from error


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    # Python refuses to read thousands of digits; so many are never a version.
    if len(text) > len(str(_MAX_VERSION)) or int(text) > _MAX_VERSION:
        msg = f"Failed to convert version: {text[:40]} to numeric."
        raise invalid(msg)
    return int(text)

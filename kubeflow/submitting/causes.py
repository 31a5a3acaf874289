"""Why a step did not end well: the last lines of its log, which the API hands out by pod."""

import collections
import json
import re
import time
from dataclasses import dataclass

import urllib3

from submitting.errors import ClusterError
from submitting.server import Server

# How the entrypoint of a step (`stepping.supervising`) ends its log: a line, and above it the whole
# cause where that has several.
_LAST_WORDS = re.compile(r"^[\w.-]+ (?P<word>refused|failed|stopped): (?P<first>.*)$")
# A line of the launcher's or the driver's own logger: the level, the date, the time.
_OF_LAUNCHER = re.compile(r"^[IWEF]\d{4} \d\d:\d\d:\d\d")
_HEADER = re.compile(r"^[IWEF]\d{4} [\d:.]+\s+\d+ [\w.-]+:\d+\] ?")
# Of a log, so many lines are looked at, for so long, and so many are shown.
_KEPT_LINES, _LONGEST_S, _SHOWN_LINES = 200, 20.0, 12
_LONGEST_LINE = 500


@dataclass(frozen=True)
class Cause:
    """What the log of a step says at its end.

    Attributes:
        text: A few lines.
        is_refusal: Whether a gate said no, rather than that something broke.
    """

    text: str
    is_refusal: bool = False


def cause(server: Server, run_id: str, pod: str) -> Cause:
    """Returns why the step in a pod failed, as far as its log can still be had."""
    lines = _tail(server, run_id, pod)
    if lines is None:
        return Cause("its log is not to be had from here")
    return cause_in(lines)


def cause_in(lines: list[str]) -> Cause:
    """Finds the cause in the last lines of a log."""
    own = [line for line in lines if line.strip() and not _OF_LAUNCHER.match(line)]
    launcher = [line for line in lines if _OF_LAUNCHER.match(line)]
    last_words = _LAST_WORDS.match(own[-1]) if own else None
    if last_words:
        told = _whole(last_words["first"], own[:-1])
    elif own:
        told = own[-1:]
    elif launcher:
        # A driver has no step's output: what it says itself is the cause.
        told = [_HEADER.sub("", launcher[-1])]
    else:
        return Cause("its log is empty")
    return Cause(
        "\n".join(line[:_LONGEST_LINE] for line in told[:_SHOWN_LINES]),
        is_refusal=bool(last_words and last_words["word"] == "refused"),
    )


def _whole(first: str, before: list[str]) -> list[str]:
    """The cause with all its lines, if they stand before the last words."""
    for back in range(1, len(before) + 1):
        if before[-back] == first:
            return before[-back:]
    return [first]


def _tail(server: Server, run_id: str, pod: str) -> list[str] | None:
    """The last lines of a pod's log: from the API, or through the user interface before it."""
    namespace = server.address.pods_in
    places: tuple[tuple[str, dict[str, str]], ...] = (
        (f"/apis/v1alpha1/runs/{run_id}/nodes/{pod}/log", {}),
        ("/k8s/pod/logs", {"podname": pod, "runid": run_id, "podnamespace": namespace}),
    )
    for path, query in places:
        try:
            response = server.raw(path, **query)
            # The user interface answers paths that it does not know with its own page.
            if "html" not in response.headers.get("Content-Type", ""):
                lines = _last_lines(response)
                if not _is_error(lines):
                    return lines
        except (ClusterError, urllib3.exceptions.HTTPError):
            continue
    return None


def _last_lines(response: urllib3.HTTPResponse) -> list[str]:
    kept: collections.deque[str] = collections.deque(maxlen=_KEPT_LINES)
    until = time.monotonic() + _LONGEST_S
    rest = b""
    for part in response.stream(2**16):
        *whole, rest = (rest + part).split(b"\n")
        kept.extend(line.decode(errors="replace").rstrip() for line in whole)
        if time.monotonic() > until:
            break
    if rest:
        kept.append(rest.decode(errors="replace").rstrip())
    return list(kept)


def _is_error(lines: list[str]) -> bool:
    """The API says that there is no log with the status of success, and in place of the log."""
    if not lines:
        return False
    try:
        content = json.loads(lines[-1])
    except ValueError:
        return False
    return isinstance(content, dict) and "error_message" in content

"""What DataGate says of data that pass: one line, then one a warning."""

from collections.abc import Mapping, Sequence
from typing import Any

from components.validation.comparisons import Comparisons
from components.validation.finding import Finding

_SHOWN_WARNINGS = 10
_SHOWN_NAMES = 3


def summary(found: Sequence[Finding], compared: Comparisons, unused: Sequence[str]) -> str:
    """Returns how many findings there are, how far columns have moved, and what was not checked.

    Args:
        found: None of them blocks.
        compared: What was compared.
        unused: Columns with a severity that there are not.
    """
    warnings = [f"warning: {finding}" for finding in found if finding.severity == "warn"]
    warnings += [f"warning: [data.severities] {name!r} is no column" for name in unused]
    counts = [_counted(warnings)] if warnings else []
    ignored = {
        finding.column: f"{finding.column} {finding.note.partition(':')[0]}"
        for finding in found
        if finding.severity == "ignore"
    }
    if ignored:
        counts.append(f"ignored: {_some(list(ignored.values()))}")
    parts = counts or ["no findings"]
    for kind in ("drift", "skew"):
        measured = [distance for distance in compared.distances if distance["kind"] == kind]
        if measured:
            parts.append(_largest(kind, measured))
    if compared.not_checked:
        parts.append(f"not checked: {', '.join(compared.not_checked)}")
    rest = len(warnings) - _SHOWN_WARNINGS
    more = [f"and {rest} more warnings, in the log"] if rest > 0 else []
    return "\n".join(["; ".join(parts), *warnings[:_SHOWN_WARNINGS], *more])


def _counted(warnings: Sequence[str]) -> str:
    return "1 warning" if len(warnings) == 1 else f"{len(warnings)} warnings"


def _some(names: Sequence[str]) -> str:
    rest = len(names) - _SHOWN_NAMES
    return ", ".join(names[:_SHOWN_NAMES]) + (f" and {rest} more" if rest > 0 else "")


def _largest(kind: str, measured: Sequence[Mapping[str, Any]]) -> str:
    """The distance that is nearest to its threshold, or the largest where none has one."""
    limited = [entry for entry in measured if entry["threshold"]]
    top = max(limited or measured, key=lambda entry: entry["value"] / (entry["threshold"] or 1))
    limit = f" of at most {top['threshold']:g}" if top["threshold"] else ", without a threshold"
    return f"{kind}: {len(measured)} columns, most {top['column']!r} {top['value']:.3f}{limit}"

"""What a finding in a column means for the run."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["block", "warn", "ignore"]


@dataclass(frozen=True)
class Waiver:
    """A promise to ignore a column's findings for a time.

    Attributes:
        until: The last day on which it holds.
        reason: Why.
    """

    until: datetime.date
    reason: str


@dataclass(frozen=True)
class Severities:
    """What the configuration says of columns, on a day.

    Attributes:
        today: The day.
        stated: Column to severity.
        waivers: Column to waiver; while it holds, it goes before what is stated.
    """

    today: datetime.date
    stated: Mapping[str, Severity] = field(default_factory=dict)
    waivers: Mapping[str, Waiver] = field(default_factory=dict)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any], today: datetime.date) -> "Severities":
        """From `severities` and `waivers` of the configuration's `[data]`."""
        waivers = {
            column: Waiver(datetime.date.fromisoformat(waiver["until"]), waiver["reason"])
            for column, waiver in plain.get("waivers", {}).items()
        }
        return cls(today, plain.get("severities", {}), waivers)

    def of(self, column: str, default: Severity) -> tuple[Severity, str]:
        """Returns the severity of a finding in a column, and a note on why it is that.

        Args:
            column: The column; a finding that is about none of them has the default.
            default: Where nothing is said of the column.
        """
        stated = self.stated.get(column, default)
        waiver = self.waivers.get(column)
        if waiver is None:
            return stated, ""
        if self.today > waiver.until:
            return stated, f"its waiver lapsed on {waiver.until}: {waiver.reason}"
        return "ignore", f"waived until {waiver.until}: {waiver.reason}"

    @property
    def columns(self) -> set[str]:
        """All columns of which something is said."""
        return {*self.stated, *self.waivers}

    @property
    def valid_until(self) -> str:
        """The last day on which all of this is as it is today, in ISO form; empty for ever."""
        ends = [waiver.until for waiver in self.waivers.values() if waiver.until >= self.today]
        return min(ends).isoformat() if ends else ""

"""Numbers as they are read."""

import math

_MOST_DIGITS = 6
# Its blank is one at which no line ends.
_UNIT = "\N{NO-BREAK SPACE}%"


def plain(value: float | None) -> str:
    """A number without an exponent as long as it can be read so: a code keeps all its digits."""
    if value is None or math.isnan(value):
        return ""
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    size = abs(value)
    if size >= 1e15 or 0 < size < 1e-4:
        return f"{value:.4g}"
    if float(value).is_integer():
        return f"{value:.0f}"
    places = max(_MOST_DIGITS - 1 - math.floor(math.log10(size)), 0)
    text = f"{value:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(part: float) -> str:
    """A share, from 0 to 1."""
    return f"< 0.1{_UNIT}" if 0 < part < 0.001 else f"{100 * part:.1f}{_UNIT}"

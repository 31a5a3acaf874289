"""Small pictures as inline SVG."""

from collections.abc import Sequence

_HEIGHT = 48.0
_WIDTH = 240.0


def histograms(sides: Sequence[Sequence[float]], label: str) -> str:
    """Draws shares as bars, the first side filled and the second as an outline over it.

    Args:
        sides: One or two rows of shares, in the same bins.
        label: What it is, for those who do not see it.
    """
    drawn = [side for side in sides if side]
    top = max((share for side in drawn for share in side), default=0.0)
    if not top:
        return ""
    parts = [_bars(drawn[0], top)]
    if len(drawn) > 1:
        parts.append(_outline(drawn[1], top))
    return (
        f'<svg class="histogram" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" role="img" '
        f'preserveAspectRatio="none" aria-label="{label}">{"".join(parts)}</svg>'
    )


def _bars(shares: Sequence[float], top: float) -> str:
    width = _WIDTH / len(shares)
    return "".join(
        f'<rect x="{place * width + 0.5:.1f}" y="{_HEIGHT * (1 - share / top):.1f}" '
        f'width="{width - 1:.1f}" height="{_HEIGHT * share / top:.1f}"/>'
        for place, share in enumerate(shares)
        if share > 0
    )


def _outline(shares: Sequence[float], top: float) -> str:
    width = _WIDTH / len(shares)
    points = []
    for place, share in enumerate(shares):
        y = _HEIGHT * (1 - share / top)
        points += [f"{place * width:.1f},{y:.1f}", f"{(place + 1) * width:.1f},{y:.1f}"]
    return f'<polyline points="{" ".join(points)}"/>'

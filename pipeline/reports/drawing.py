"""Small pictures as inline SVG."""

from collections.abc import Sequence

_HEIGHT = 48.0
_WIDTH = 240.0


def bars(sides: Sequence[Sequence[float]], label: str, names: Sequence[str] = ()) -> str:
    """Draws shares as bars, the first side filled and the second as an outline over it.

    Args:
        sides: One or two rows of shares, in the same bins.
        label: What it is, for those who do not see it; HTML.
        names: Of the bins, shown where the mouse stands; HTML.

    Returns:
        The picture; empty where there is nothing to draw.
    """
    top = max((share for side in sides for share in side), default=0.0)
    if not top:
        return ""
    parts = [_filled(sides[0], top)]
    parts += [_outline(side, top) for side in sides[1:2] if side]
    parts += _hints(names)
    return (
        f'<svg class="histogram" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" role="img" '
        f'preserveAspectRatio="none" aria-label="{label}">{"".join(parts)}</svg>'
    )


def _filled(shares: Sequence[float], top: float) -> str:
    width = _WIDTH / max(len(shares), 1)
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
        # The stroke lies within the picture also at its edges.
        y = 1 + (_HEIGHT - 2) * (1 - share / top)
        points += [f"{place * width:.1f},{y:.1f}", f"{(place + 1) * width:.1f},{y:.1f}"]
    return f'<polyline points="{" ".join(points)}"/>'


def _hints(names: Sequence[str]) -> list[str]:
    width = _WIDTH / max(len(names), 1)
    return [
        f'<rect class="hint" x="{place * width:.1f}" y="0" width="{width:.1f}" '
        f'height="{_HEIGHT:g}"><title>{name}</title></rect>'
        for place, name in enumerate(names)
    ]

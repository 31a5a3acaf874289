"""When a recurring run starts: the six fields of cron that Kubeflow Pipelines reads."""

_FIELDS = (
    ("second", 0, 59, ()),
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of month", 1, 31, ()),
    (
        "month",
        1,
        12,
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    ),
    ("day of week", 0, 6, ("sun", "mon", "tue", "wed", "thu", "fri", "sat")),
)


def cron_fault(cron: str) -> str | None:
    """What is expected instead of a schedule; None when it is right."""
    fields = cron.split()
    if len(fields) != len(_FIELDS):
        return (
            f"six fields, not {len(fields)}: second, minute, hour, day of month, month, "
            'day of week, such as "0 0 3 * * *"'
        )
    for text, (name, low, high, words) in zip(fields, _FIELDS, strict=True):
        if not all(_is_cron_part(part, low, high, words) for part in text.split(",")):
            return f"{low} to {high}, *, a range such as {low}-{high}, or a step, as the {name}"
    return None


def _is_cron_part(part: str, low: int, high: int, words: tuple[str, ...]) -> bool:
    whole, _, step = part.partition("/")
    if "/" in part and not (step.isdecimal() and int(step) > 0):
        return False
    if whole in ("*", "?"):
        return True
    first, dash, last = whole.partition("-")
    ends = [_cron_number(end, low, words) for end in ((first, last) if dash else (first,))]
    return all(end is not None and low <= end <= high for end in ends) and (
        not dash or (ends[0] or 0) <= (ends[1] or 0)
    )


def _cron_number(text: str, low: int, words: tuple[str, ...]) -> int | None:
    if text.isdecimal():
        return int(text)
    return words.index(text.lower()) + low if text.lower() in words else None

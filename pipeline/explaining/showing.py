"""An explained row, as a table with bars or as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table
from rich.text import Text

from components.explainer.shapley import Explained
from pipeline.explaining.given import Row
from schema.labels import Classes, Task

_BAR_CELLS = 8
# Bars to the right grow by eighths of a cell; to the left there are blocks for 1, 4 and 8 alone.
_TO_THE_RIGHT = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")
_TO_THE_LEFT = ("", "▕", "▕", "▐", "▐", "▐", "▐", "█")
_PADDING = 2
_SHORTEST_VALUE = 8


@dataclass(frozen=True)
class Question:
    """What was asked.

    Attributes:
        row: As it was given.
        ignored: Its columns that the model does not look at.
        rows: How many rows it was compared with.
        task: What the model has learnt.
        classes: Of several classes, their names in the order of the outputs.
    """

    row: Row
    ignored: Sequence[str]
    rows: int
    task: Task
    classes: Classes = ()


def plain(question: Question, explained: Explained) -> dict[str, Any]:
    """Values for JSON."""
    about: dict[str, Any] = {}
    if question.task == "multiclass":
        about = {"class": question.classes[explained.output]}
    return about | {
        "answer": explained.answer,
        "mean": explained.mean,
        "background_rows": question.rows,
        "columns": [
            {
                "column": entry.column,
                "value": _value(question.row.get(entry.column)),
                "share": entry.share,
                "error": entry.error,
            }
            for entry in explained.attributions
        ],
        "ignored": list(question.ignored),
    }


def headline(question: Question, explained: Explained) -> str:
    """What is answered, and what is answered on the average."""
    match question.task:
        case "multiclass":
            what = f"probability of {question.classes[explained.output]}"
        case "binary":
            what = "probability"
        case "regression":
            what = "value"
    answer, mean = _figure(explained.answer, question), _figure(explained.mean, question)
    return f"{what} {answer}; {mean} is the mean over {question.rows} rows to compare with"


def table(question: Question, explained: Explained, width: int) -> Table:
    """One line a column, the largest share first; where it is narrow, values are cut.

    Args:
        question: What was asked.
        explained: The answer.
        width: Of the terminal, in cells.
    """
    largest = max((abs(entry.share) for entry in explained.attributions), default=0.0) or 1.0
    lines = [
        (
            entry.column,
            _text(question.row.get(entry.column)),
            _signed(entry.share, question),
            _figure(entry.error, question),
            _bar(entry.share / largest),
        )
        for entry in explained.attributions
    ]
    total = sum(entry.share for entry in explained.attributions)
    parts = f"{_figure(explained.answer, question)} - {_figure(explained.mean, question)}"
    lines.append(("all", parts, _signed(total, question), "", Text()))
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    # Rich would cut every column alike.
    others = sum(widths) - widths[1] + _PADDING * len(widths)
    for_values = max(width - others, _SHORTEST_VALUE)
    shown = Table(box=None, padding=(0, _PADDING, 0, 0))
    shown.add_column("column", no_wrap=True)
    shown.add_column("value", no_wrap=True, max_width=for_values)
    shown.add_column("share", justify="right", no_wrap=True)
    shown.add_column("±", justify="right", no_wrap=True)
    shown.add_column("", no_wrap=True)
    for *texts, bar in lines[:-1]:
        shown.add_row(*(Text(str(text)) for text in texts), bar)
    shown.add_row(*lines[-1], style="bold")
    return shown


def _bar(part: float) -> Text:
    """From a middle to the right for what raises the answer, to the left for what lowers it."""
    eighths = round(abs(part) * _BAR_CELLS * 8)
    whole, rest = "█" * (eighths // 8), eighths % 8
    if part < 0:
        return Text((_TO_THE_LEFT[rest] + whole).rjust(_BAR_CELLS) + "│", style="red")
    return Text(" " * _BAR_CELLS + "│" + whole + _TO_THE_RIGHT[rest], style="green")


def _signed(value: float, question: Question) -> str:
    return f"{value:+.4g}" if question.task == "regression" else f"{value:+.4f}"


def _figure(value: float, question: Question) -> str:
    return f"{value:.4g}" if question.task == "regression" else f"{value:.4f}"


def _text(value: bytes | int | float | None) -> str:
    return "missing" if value is None else str(_value(value))


def _value(value: bytes | int | float | None) -> str | int | float | None:
    return value.decode() if isinstance(value, bytes) else value

"""The gates that a table begins with: a model that learnt nothing passes none of them."""

import math
from collections.abc import Iterator

from pipeline.starting.deciding import Decisions
from pipeline.starting.profile import Profile, Table
from pipeline.starting.splitting import judged_rows, luck

_SMALL_ROWS, _MIDDLE_ROWS = 1_000, 10_000
# So many standard deviations are taken for luck.
_LUCK = 2
_LEAST_AUC, _HIGHEST_AUC = 0.55, 0.9
_LEAST_GAIN = 0.01


def gate_lines(label: Profile, decisions: Decisions, table: Table) -> Iterator[str]:
    """Yields the `[[evaluation.gates]]` of the *what* file.

    What is asked of a model is more than luck gives one that learnt nothing, on as many rows as
    will judge it: the fewer they are, the more is asked.
    """
    rows = max(judged_rows(table, label), 1)
    yield ""
    if rough := luck(rows):
        yield f"# Only {rough}."
    yield "[[evaluation.gates]]"
    match decisions.task:
        case "binary":
            metric = "auc"
            least = _auc_of_luck(label, rows)
            yield f"# Without learning it is 0.5, and by luck on {rows:,} rows up to {least:.2f}."
            yield "# Raise it to what you need."
            yield f'metric = "auc"\nmin = {least:.2f}'
        case "multiclass":
            metric = "accuracy"
            loss, deviation = _loss_of_shares(label)
            most = min(loss - _LUCK * deviation / math.sqrt(rows), (1 - _LEAST_GAIN) * loss)
            most = max(most, loss / 10)
            yield f"# Always the classes' shares has {loss:.3f}, and by luck on {rows:,} rows"
            yield f"# {most:.3f}. Lower it to what you need."
            yield f'metric = "loss"\nmax = {most:.3f}'
        case "regression":
            metric = "r2"
            yield "# Always the mean has 0. Raise it to what you need."
            yield f'metric = "r2"\nmin = {_LEAST_GAIN}'
    change = -0.1 if table.rows < _SMALL_ROWS else -0.03 if table.rows < _MIDDLE_ROWS else -0.01
    yield from ("", "[[evaluation.gates]]", "# Against the stable model, if there is one.")
    yield from (f'metric = "{metric}"', f"min_change = {change}")


def _auc_of_luck(label: Profile, rows: int) -> float:
    """The AUC that guesses hardly exceed, from the variance of Mann and Whitney's statistic."""
    share = min(label.counts.values()) / label.present
    few = max(share * rows, 1)
    many = max(rows - few, 1)
    deviation = math.sqrt((few + many + 1) / (12 * few * many))
    return min(max(0.5 + _LUCK * deviation, _LEAST_AUC), _HIGHEST_AUC)


def _loss_of_shares(label: Profile) -> tuple[float, float]:
    """The cross-entropy of the classes' shares with themselves, and its deviation in one row."""
    shares = [count / label.present for count in label.counts.values()]
    mean = -sum(share * math.log(share) for share in shares)
    square = sum(share * math.log(share) ** 2 for share in shares)
    return mean, math.sqrt(max(square - mean**2, 0))

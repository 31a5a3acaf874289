"""What a *what* file says of judging and pushing a model: `[evaluation]` and what follows."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, PlainSerializer, PlainValidator

from pipeline.config.section import Column, Count, Many, Section, Text, frozen

_MODEL_NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$"

SliceValue = str | int | float


def _scope(value: object) -> object:
    if value in ("overall", "every slice"):
        return value
    if isinstance(value, Mapping) and value:
        are_values = (
            isinstance(part, SliceValue) and not isinstance(part, bool) and str(part).strip()
            for part in value.values()
        )
        if all(are_values):
            return frozen(value)
    raise ValueError


Scope = Annotated[
    str | Mapping[str, SliceValue],
    PlainValidator(_scope),
    PlainSerializer(lambda scope: scope if isinstance(scope, str) else dict(scope)),
    Field(
        description='"overall", "every slice", or one slice such as { payment_type = "Cash" }',
    ),
]

Bound = Annotated[float, Field(ge=0, description="a number of at least 0 and below 1")]


class Gate(Section):
    """Bounds within which a metric must be; a bound itself is within.

    Attributes:
        metric: A name in `METRICS`.
        min: The least that passes.
        max: The most that passes; for a metric such as auc, more is a sign of leakage.
        min_change: By how much the model must be better than the stable one, whichever direction
            is better for the metric; negative for how much worse it may be. Without a stable
            model it asks nothing.
        scope: Whether it is about all rows, about each slice of `evaluation.slices` alone, or
            about one slice, such as `{ payment_type = "Cash" }`. A bound on slices refuses only
            where even the friendlier end of the 95 % interval misses it.
        min_rows: With `every slice`, smaller slices are not judged; of one slice, fewer rows
            refuse.
    """

    metric: Annotated[Text, Field(description="the name of a metric")]
    min: Annotated[float | None, Field(description="a number")] = None
    max: Annotated[float | None, Field(description="a number")] = None
    min_change: Annotated[float | None, Field(description="a number")] = None
    scope: Scope = "overall"
    min_rows: Count | None = None

    @property
    def slice(self) -> Mapping[str, SliceValue]:
        """The values of the slice that it is about; empty unless it names one."""
        return {} if isinstance(self.scope, str) else self.scope


class MaxGap(Section):
    """How far groups may be apart. Only a gap that is for sure above it refuses.

    Attributes:
        fpr: In the share of negatives that are called positive.
        fnr: In the share of positives that are called negative.
        positive_rate: In the share of rows that are called positive.
    """

    fpr: Bound | None = None
    fnr: Bound | None = None
    positive_rate: Bound | None = None

    @property
    def stated(self) -> dict[str, float]:
        """The bounds that there are."""
        return self.model_dump(exclude_none=True)


class Fairness(Section):
    """Whether the groups of sensitive columns get alike.

    Attributes:
        columns: The sensitive columns; they need not be features. Numbers are cut at quartiles.
        thresholds: Probabilities above which a row is called positive.
        min_rows: A group with fewer rows is listed, but not judged.
        max_gap: Bounds on the largest minus the smallest rate of the judged groups.
        positive: Of several classes the one that counts as positive, as text.
    """

    columns: Annotated[Many[Column], Field(description="a list of columns of the schema")] = ()
    thresholds: Annotated[
        Many[Annotated[float, Field(gt=0, lt=1, description="a number between 0 and 1")]],
        Field(description="a list of numbers between 0 and 1, such as [0.5]"),
    ] = (0.25, 0.5, 0.75)
    min_rows: Count = 100
    max_gap: MaxGap = MaxGap()
    positive: Annotated[Text | None, Field(description="a class of the label, as text")] = None


class Evaluation(Section):
    """How the model is judged.

    Attributes:
        slices: Each a list of columns, whose values together make a slice.
        gates: All must hold for a model to be pushed.
        fairness: Of sensitive columns.
    """

    slices: Annotated[
        Many[Annotated[Many[Column], Field(min_length=1, description="a list of columns")]],
        Field(description='a list of lists of columns, such as [["trip_start_hour"]]'),
    ] = ()
    gates: Annotated[Many[Gate], Field(description="tables [[evaluation.gates]], at least one")]
    fairness: Fairness = Fairness()


class Explanation(Section):
    """What is said of the columns that the model goes by; it gates nothing.

    Attributes:
        rows: Of the split `eval`, at most; a sample, if it has more.
        repeats: How often the values of each column are dealt out anew among these rows.
        columns: How many of the strongest are followed along their values.
        background: Rows that are kept, for `tfxp explain` to compare a single row with.
    """

    rows: Annotated[int, Field(ge=2, description="a whole number of at least 2")] = 2000
    repeats: Annotated[int, Field(ge=2, description="a whole number of at least 2")] = 3
    columns: Count = 8
    background: Count = 100


class InfraValidation(Section):
    """The trial of the exported model before it is pushed.

    Attributes:
        rows: Real rows that it must answer, through every signature, over gRPC and REST.
        load_timeout_s: How long it may take to load and to answer, in seconds.
        latency_budget_ms: The most that the p99 of one row over gRPC may be, in milliseconds.
        image: Of TensorFlow Serving, for Docker, such as "tensorflow/serving:2.21.0"; without one
            the project's own server is asked.
    """

    rows: Count = 32
    load_timeout_s: Count = 120
    latency_budget_ms: Annotated[float | None, Field(gt=0, description="a number above 0")] = None
    image: Annotated[Text | None, Field(description="the name of a Docker image")] = None


class Parity(Section):
    """The comparison of serving with training before a model is pushed.

    Attributes:
        rows: Rows of the evaluation split that are compared.
        limit: How far apart a feature or an answer may be: probabilities and features as they
            are, the label of a regression and its answers in standard deviations of the label.
    """

    rows: Count = 256
    limit: Annotated[float, Field(gt=0, description="a number above 0")] = 1e-5


class Push(Section):
    """Where a model goes that passed.

    Attributes:
        model_name: Its folder below the serving root, and its name for clients. Never None in a
            `What`: there it is named like the problem, unless the file says otherwise.
        rollout: Whether what is pushed becomes stable (`direct`), or is labelled `canary` and
            leaves stable where it is.
    """

    model_name: Annotated[
        str | None,
        Field(
            pattern=_MODEL_NAME,
            description="letters, digits, - and _, the first a letter or digit; at most 128",
        ),
    ] = None
    rollout: Literal["direct", "canary"] = "direct"

"""*What* is trained, and what is good enough: the tables of `configs/<problem>.toml`.

A key without a default must stand in the file. Every default stands here and nowhere else.
"""

import datetime
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, PlainSerializer, PlainValidator, model_validator

from pipeline.config.section import Column, Count, Many, Section, Table, Text, fingerprint, frozen
from schema.labels import Task

# Kubeflow's rule for the names of pipelines, which this becomes.
_PROBLEM_NAME = r"^[a-z0-9][a-z0-9-]{0,127}$"
_MODEL_NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$"

Buckets = Annotated[
    int, Field(ge=2, le=10_000_000, description="a whole number from 2 to 10000000")
]
OwnFunction = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$",
        description='the dotted path of a function, such as "my_package.my_module.my_function"',
    ),
]
Severity = Literal["block", "warn"]
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

Share = Annotated[
    Count, Field(description="a whole number of at least 1, such as 4 and 1 for 80 % and 20 %")
]


class Spans(Section):
    """Which spans of a pattern are read; nothing is asked of an input that is no pattern.

    Attributes:
        use: `newest`, or a span as the pattern has it: `7`, `2024-03-01`.
        window: How many spans: that one, and those right before it.
        success_marker: Whether a span without a file `_SUCCESS` is not there yet.
    """

    use: Annotated[Text, Field(description='"newest", or a span such as "7" or "2024-03-01"')] = (
        "newest"
    )
    window: Count = 1
    success_marker: Annotated[bool, Field(description="true or false")] = False


class ColumnRule(Section):
    """What holds for a column before anything looks at it.

    Attributes:
        privacy: `identifier`: personal data, which no step and no log after ingest gets to see.
    """

    privacy: Literal["identifier"]


class Waiver(Section):
    """A promise to ignore a column's anomalies for a time.

    Attributes:
        until: The last day on which it holds.
        reason: Why; it is shown with what it hides.
    """

    until: Annotated[datetime.date, Field(description="a date, such as 2026-12-31")]
    reason: Annotated[Text, Field(description="a text that says why")]


class Data(Section):
    """The rows, and the contract with them.

    Attributes:
        input: Location of a file or folder, a glob, or a pattern with `{SPAN}` or
            `{YYYY}-{MM}-{DD}` in it.
        format: Of the files; `auto` goes by their names.
        schema_: Location of the curated schema; the key in the file is `schema`.
        spans: Which spans are read.
        splits: Name to share of the rows; by time, the oldest rows go to the first.
        split_by: `row`: by a hash of what stands in it. `entity`: by a hash of `split_column`, so
            that no value of it is in two splits. `time`: in the order of `split_column`.
        split_column: The column of the entity, or of the time.
        split_starts: By time, in place of shares: the time at which a split begins; what is before
            the first of them is `train`.
        max_quarantined: The share of rows that may be put aside; above it the run stops.
        missing: Texts such as `NA` that in columns of numbers mean that nothing is there.
        shard_mb: About how large an output file becomes before it is compressed, in MiB.
        slices: Each a list of columns; statistics are also kept for each of their values.
        served: Location of rows that a model was asked about, to compare with those trained on.
        columns: Rules by column.
        severities: What an anomaly in a column does; a column that is not listed blocks.
        waivers: Columns whose anomalies are ignored for a time.
    """

    input: Annotated[Text, Field(description="the location of files, a glob, or a span pattern")]
    format: Literal["auto", "csv", "parquet", "tfrecord"] = "auto"
    schema_: Annotated[Text, Field(alias="schema", description="the location of a schema.pbtxt")]
    spans: Spans = Spans()
    splits: Table[Share] = Field(default_factory=lambda: frozen({"train": 2, "eval": 1}))
    split_by: Literal["row", "entity", "time"] = "row"
    split_column: Annotated[Text | None, Field(description="the name of a column of the data")] = (
        None
    )
    split_starts: Table[
        Annotated[Text, Field(description='a time, such as "2024-03-01" or "1709251200"')]
    ] = Field(default_factory=lambda: frozen({}))
    max_quarantined: Annotated[float, Field(ge=0, le=1, description="a share between 0 and 1")] = (
        0.01
    )
    missing: Annotated[Many[Text], Field(description='a list of texts, such as ["NA", "?"]')] = ()
    shard_mb: Count = 64
    slices: Annotated[
        Many[Annotated[Many[Column], Field(min_length=1, description="a list of columns")]],
        Field(description='a list of lists of columns, such as [["payment_type"]]'),
    ] = ()
    served: Annotated[Text | None, Field(description="the location of files, or a glob")] = None
    columns: Table[ColumnRule] = Field(default_factory=lambda: frozen({}))
    severities: Table[Severity] = Field(default_factory=lambda: frozen({}))
    waivers: Table[Waiver] = Field(default_factory=lambda: frozen({}))

    @property
    def identifiers(self) -> tuple[str, ...]:
        """The columns that nothing after ingest gets to see."""
        return tuple(name for name, rule in self.columns.items() if rule.privacy == "identifier")

    @property
    def split_names(self) -> tuple[str, ...]:
        """The splits that there will be."""
        return (
            tuple(dict.fromkeys(("train", *self.split_starts)))
            if self.split_starts
            else tuple(self.splits)
        )


class Label(Section):
    """What is learnt.

    Attributes:
        column: The column that is the label, or that the label is made from.
        share: With `of`: the label is 1 where `column` is above this share of `of`.
        of: A number column. A row in which it is missing, 0 or negative has label 0.
        positive: Of a binary label, the value that is 1, as text; not for a column of 0 and 1.
    """

    column: Column
    share: Annotated[float | None, Field(ge=0, description="a number of at least 0")] = None
    of: Column | None = None
    positive: Annotated[Text | None, Field(description="a value of the label, as text")] = None


class ColumnFeature(Section):
    """What one column is to the model, where that is not what the schema says.

    Attributes:
        as_: The kind of the feature; the key in the file is `as`.
        log: Of a number with a long tail: sign(x)·log1p(|x|) stands for x.
        buckets: Of a number: only between which of so many quantiles it lies.
        hash: Of a category: hashed into so many buckets, without a vocabulary; of a text: so many
            buckets for its words and pieces of words.
        vocabulary: Of a category: how many of its values are known at most.
    """

    as_: Literal["number", "category", "text", "date"] | None = Field(default=None, alias="as")
    log: Annotated[bool, Field(description="true or false")] = False
    buckets: Buckets | None = None
    hash: Buckets | None = None
    vocabulary: Count | None = None


class FeatureCross(Section):
    """A feature of what several columns say together.

    Attributes:
        columns: Categories, or numbers with `buckets`; at least two.
        hash: Into how many buckets their combinations are hashed.
    """

    columns: Annotated[Many[Column], Field(description="a list of at least two columns")]
    hash: Buckets


class Features(Section):
    """Departures from what the schema says of a column as a feature.

    Attributes:
        drop: Columns that the model must not see.
        columns: Column to what it is instead.
        crosses: Features of several columns.
        preprocessing_fn: The problem's own function in TensorFlow Transform's form, which makes
            all features instead of us.
    """

    drop: Annotated[Many[Column], Field(description="a list of columns of the schema")] = ()
    columns: Table[ColumnFeature] = Field(default_factory=lambda: frozen({}))
    crosses: Annotated[Many[FeatureCross], Field(description="tables [[features.crosses]]")] = ()
    preprocessing_fn: OwnFunction | None = None


class Training(Section):
    """How the model is fitted.

    Attributes:
        steps: Gradient steps at most.
        patience: How often a look at rows held out may show no gain before fitting ends. They are
            training rows, each held out by some members; those that gate are not looked at.
        batch_size: Rows a step; unless stated, what fits the number of rows, from 32 to 512.
        learning_rate: Of AdamW.
        hidden_units: Units of each hidden layer of a member.
        members: Networks that are fitted side by side, each without an eighth of the rows, and
            answer together.
        class_weights: `balanced`: while fitting, every class counts as much as any other, however
            few rows are of it; the probabilities are about the rows as they are all the same.
        warm_start: Whether the fit starts from the weights of the stable model, where there is one.
        seed: Of everything random.
        build_model: The problem's own function that builds the network instead of us.
    """

    steps: Count = 20_000
    patience: Count = 6
    batch_size: Count | None = None
    learning_rate: Annotated[float, Field(gt=0, description="a number above 0")] = 0.002
    hidden_units: Annotated[
        Many[Count],
        Field(min_length=1, description="a list of whole numbers of at least 1, one a layer"),
    ] = (128, 64)
    members: Count = 4
    class_weights: Literal["none", "balanced"] = "none"
    warm_start: Annotated[bool, Field(description="true or false")] = False
    seed: Annotated[
        int, Field(ge=0, lt=2**32, description="a whole number from 0 to 4294967295")
    ] = 20
    build_model: OwnFunction | None = None


class Space(Section):
    """What a search for hyperparameters chooses from.

    Attributes:
        learning_rate: The least and the largest; tried on a logarithmic scale.
        hidden_units: Lists as `training.hidden_units` may be.
        batch_size: Values of `training.batch_size`; none leaves it as it is.
    """

    learning_rate: Annotated[
        Many[Annotated[float, Field(gt=0, description="a number above 0")]],
        Field(min_length=2, max_length=2, description="two numbers above 0, the lesser first"),
    ] = (0.0005, 0.01)
    hidden_units: Annotated[
        Many[Annotated[Many[Count], Field(min_length=1, description="a list of whole numbers")]],
        Field(min_length=1, description="a list of lists, such as [[64], [128, 64]]"),
    ] = ((64,), (128, 64), (256, 128))
    batch_size: Annotated[Many[Count], Field(description="a list of whole numbers")] = ()


class Tuning(Section):
    """The search for better values of `[training]`, which the Trainer then takes.

    Attributes:
        algorithm: Of the search; with `none`, nothing is searched for.
        trials: How many fits it may take, at most; the first is that of the configured values.
        minutes: After so many no further fit begins.
        space: What it chooses from.
        hyperparameters: Location of a file that an earlier search has left; without a search, its
            values take the place of those of `[training]`.
    """

    algorithm: Literal["none", "random", "hyperband", "bayesian"] = "none"
    trials: Count = 20
    minutes: Annotated[float, Field(gt=0, description="a number above 0")] = 10.0
    space: Space = Space()
    hyperparameters: Annotated[Text | None, Field(description="the location of a file of JSON")] = (
        None
    )


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


Bound = Annotated[float, Field(ge=0, description="a number of at least 0 and below 1")]


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
        rows: Real rows that it must answer.
        load_timeout_s: How long it may take to load, in seconds.
    """

    rows: Count = 32
    load_timeout_s: Count = 120


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
    """

    model_name: Annotated[
        str | None,
        Field(
            pattern=_MODEL_NAME,
            description="letters, digits, - and _, the first a letter or digit; at most 128",
        ),
    ] = None


class What(Section):
    """The whole of a *what* file.

    Attributes:
        name: Of the problem and of its pipeline.
        task: The kind of the label.
    """

    name: Annotated[
        str,
        Field(
            pattern=_PROBLEM_NAME,
            description="small letters a-z, digits and -, the first not a -; at most 128",
        ),
    ]
    task: Task
    data: Data
    label: Label
    features: Features = Field(default_factory=Features)
    training: Training = Training()
    tuning: Tuning = Tuning()
    evaluation: Evaluation
    explanation: Explanation = Explanation()
    infra_validation: InfraValidation = InfraValidation()
    parity: Parity = Parity()
    push: Push = Push()

    @model_validator(mode="after")
    def _name_the_model_like_the_problem(self) -> Self:
        if self.push.model_name is None:
            # Not handed out yet, so that nobody can have seen it otherwise.
            self.__dict__["push"] = self.push.model_copy(update={"model_name": self.name})
        return self

    @property
    def model_name(self) -> str:
        """The name of the pushed model."""
        return self.push.model_name or self.name

    @property
    def fingerprint(self) -> str:
        """SHA-256 of every value, in hex; wherever it runs, the same *what* has the same."""
        return fingerprint(self)

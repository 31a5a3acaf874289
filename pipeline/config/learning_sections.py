"""What a *what* file says of learning: `[label]`, `[features]`, `[training]`, `[tuning]`."""

from typing import Annotated, Literal

from pydantic import Field

from pipeline.config.section import Column, Count, Many, Section, Table, Text, frozen

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
            answer together; unless stated, 8 where rows are few, else 4.
        class_weights: `balanced`: while fitting, every class counts as much as any other, however
            few rows are of it; the probabilities are about the rows as they are all the same.
        warm_start: Whether the fit starts from the weights of the stable model, where there is one.
        distribution: `mirrored`: all GPUs of the machine share each step, or all its CPU devices
            where there is no GPU.
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
    members: Count | None = None
    class_weights: Literal["none", "balanced"] = "none"
    warm_start: Annotated[bool, Field(description="true or false")] = False
    distribution: Literal["none", "mirrored"] = "none"
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

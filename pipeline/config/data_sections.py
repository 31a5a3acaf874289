"""What a *what* file says of the rows: `[data]`, and `[batch]` for those to predict."""

import datetime
from typing import Annotated, Literal

from pydantic import Field

from pipeline.config.section import Column, Count, Many, Section, Table, Text, frozen

Severity = Literal["block", "warn"]
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


class Batch(Section):
    """Rows of which a run says what the model that it pushes answers.

    Attributes:
        input: Location of a file, a folder or a glob; without one, nothing is predicted in a run.
        key: The column whose values are the rows' keys; without one, file and row number are.
    """

    input: Annotated[
        Text | None, Field(description="the location of files of rows to predict, or a glob")
    ] = None
    key: Annotated[Text | None, Field(description="the name of a column of these files")] = None

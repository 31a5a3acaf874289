"""Artifact types that TFX does not have."""

from tfx.types.artifact import Artifact


class DataVerdict(Artifact):
    """What the gate thought of the data: `verdict.json`, with every finding."""

    TYPE_NAME = "DataVerdict"


class ModelExplanation(Artifact):
    """Which columns a model goes by: `importance.json` and `partial_dependence.json`."""

    TYPE_NAME = "ModelExplanation"


class Parity(Artifact):
    """How far serving is from training: `parity.json`; its property `blessed` is 1 or 0."""

    TYPE_NAME = "Parity"


class QuarantinedRows(Artifact):
    """Rows that ExampleGen put aside: `quarantine.parquet`, with place and cause of each."""

    TYPE_NAME = "QuarantinedRows"

"""A file against the schema, without a pipeline, as a run would judge it."""

import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import apache_beam as beam
from tensorflow_metadata.proto.v0 import schema_pb2, statistics_pb2

from components.errors import DataRefused, InputError
from components.example_gen.inputs import plain_files
from components.example_gen.report import Report, commonest, require_usable
from components.example_gen.sources import Source, Sources
from components.schema_file import without
from components.validation.data_contract import Split, findings
from components.validation.example_validator import anomalies_of
from components.validation.explaining import explained
from components.validation.file_statistics import read_report, read_taken, take_statistics
from components.validation.finding import Finding, most_severe_first
from components.validation.severities import Severities
from schema import columns

_IN_MEMORY = ["--runner=apache_beam.runners.portability.fn_api_runner.FnApiRunner"]
# The rows are of no split.
_NO_SPLIT = ""


@dataclass(frozen=True)
class Rules:
    """What a run would go by, beside the schema.

    Attributes:
        format: Of the files; `auto` goes by their names.
        identifiers: Columns that no step gets to see, and of which no value is shown.
        missing: Texts that in columns of numbers mean that nothing is there.
        max_quarantined: The share of rows that may be put aside.
        severities: Of findings.
    """

    format: str
    identifiers: Sequence[str]
    missing: Sequence[str]
    max_quarantined: float
    severities: Severities


@dataclass(frozen=True)
class Checked:
    """What files are like.

    Attributes:
        report: How many rows there are, and what is wrong with those that would be put aside.
        refusal: Why the rows as a whole cannot be used, in words; empty if they can.
        findings: Breaches of the contract, most severe first.
    """

    report: Report
    refusal: str
    findings: list[Finding]

    @property
    def aside(self) -> list[str]:
        """What is wrong with rows that would be put aside, the commonest first."""
        return commonest(self.report)

    @property
    def fits(self) -> bool:
        """Whether a run would accept the rows."""
        return not self.refusal and not any(f.severity == "block" for f in self.findings)


def check(location: str, contract: schema_pb2.Schema, environment: str, rules: Rules) -> Checked:
    """Reads a file, a folder or a glob and judges it as a run would.

    Args:
        location: Of CSV, Parquet or TFRecord files.
        contract: The schema.
        environment: Which of its environments the rows are of.
        rules: What the configuration says.

    Raises:
        InputError: there are no such files, or one cannot be read.
        SchemaError: the schema does not list the environment.
    """
    columns(contract, environment)
    contract = without(contract, rules.identifiers)
    files = plain_files(location, rules.format)
    if not files:
        raise InputError(f"{location}: nothing found; expected a file, a folder or a glob")
    report, statistics = _taken(files, contract, rules)
    try:
        require_usable(report, rules.max_quarantined)
    except DataRefused as error:
        return Checked(report, str(error), [])
    split = Split(_NO_SPLIT, anomalies_of(statistics, contract, environment), statistics)
    found = findings(split, contract, rules.severities)
    sources = Sources(tuple(files), missing=tuple(rules.missing))
    with_rows = explained(found, sources, contract, only_split=_NO_SPLIT)
    return Checked(report, "", most_severe_first(with_rows))


def _taken(
    files: Sequence[Source], contract: schema_pb2.Schema, rules: Rules
) -> tuple[Report, statistics_pb2.DatasetFeatureStatistics]:
    kinds = {column.name: column.kind for column in columns(contract)}
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        # NumPy says of TFDV's sums that they meet infinity; the findings say so better.
        warnings.simplefilter("ignore", RuntimeWarning)
        folder = Path(name)
        with beam.Pipeline(argv=_IN_MEMORY) as pipeline:
            take_statistics(
                pipeline, "files", files, kinds, rules.identifiers, rules.missing, folder
            )
        return read_report(folder), read_taken(folder)

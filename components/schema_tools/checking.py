"""A file against the schema, without a pipeline."""

import dataclasses
import datetime
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import apache_beam as beam
import tensorflow_data_validation as tfdv
from tensorflow_metadata.proto.v0 import schema_pb2, statistics_pb2

from components.errors import InputError
from components.example_gen.inputs import plain_files
from components.example_gen.report import cause
from components.rows.files import found
from components.rows.parts import parts_of
from components.rows.reading import Reject, read
from components.validation.data_contract import Finding, Split, findings, most_severe_first
from components.validation.offending_rows import offending_rows
from components.validation.reference_statistics import take_statistics
from components.validation.severities import Severities
from components.validation.split_statistics import first_of
from schema import columns

_IN_MEMORY = ["--runner=apache_beam.runners.portability.fn_api_runner.FnApiRunner"]
_PART_BYTES = 32 * 2**20
_SHOWN = 5


@dataclass(frozen=True)
class Checked:
    """What a file is like.

    Attributes:
        rows: How many fit their columns' types.
        rejected: What is wrong with the others, to how many.
        shown: The first of them.
        findings: Breaches of the contract, most severe first.
    """

    rows: int
    rejected: dict[str, int]
    shown: tuple[Reject, ...]
    findings: list[Finding]

    @property
    def fits(self) -> bool:
        """Whether a run would accept the rows."""
        return not self.rejected and not any(f.severity == "block" for f in self.findings)


def check(
    location: str,
    contract: schema_pb2.Schema,
    environment: str,
    hidden: Sequence[str],
    today: datetime.date,
    missing: Sequence[str] = (),
) -> Checked:
    """Reads a file, a folder or a glob and compares it with the schema.

    Args:
        location: Of CSV, Parquet or TFRecord files.
        contract: The schema.
        environment: Which of its environments the rows are of.
        hidden: Columns that must not be shown.
        today: For waivers, of which there are none here.
        missing: Texts that in columns of numbers mean that nothing is there.

    Raises:
        InputError: there are no such files.
        DataRefused: a file makes no sense.
        SchemaError: the schema does not list the environment.
    """
    columns(contract, environment)
    files = plain_files(location)
    if not files:
        raise InputError(f"{location}: nothing found; expected a file, a folder or a glob")
    kinds = {c.name: c.kind for c in columns(contract) if c.name not in hidden}
    rejected: dict[str, int] = {}
    shown: list[Reject] = []
    rows = 0
    for file in files:
        for part in parts_of(file.path, file.format, found(file.path)[0].size, _PART_BYTES):
            for batch in read(part, kinds, missing):
                rows += batch.rows.num_rows
                for reject in batch.rejects:
                    rejected[cause(reject)] = rejected.get(cause(reject), 0) + 1
                    shown += [reject] if len(shown) < _SHOWN else []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "statistics")
        with beam.Pipeline(argv=_IN_MEMORY) as pipeline:
            take_statistics(pipeline, "file", files, kinds, path, hidden, missing)
        listed = statistics_pb2.DatasetFeatureStatisticsList.FromString(path.read_bytes())
    anomalies = tfdv.validate_statistics(listed, contract, environment=environment)
    split = Split(location, anomalies, first_of(listed))
    breaches = most_severe_first(findings(split, contract, Severities(today)))
    behind = offending_rows([(f.column, f.kind) for f in breaches], files, contract, missing)
    with_rows = [
        dataclasses.replace(finding, rows=behind.get((finding.column, finding.kind), ()))
        for finding in breaches
    ]
    return Checked(rows, rejected, tuple(shown), with_rows)

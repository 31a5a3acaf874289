"""DataGate and the real ExampleValidator before it, on tables."""

import json
from pathlib import Path

import pandas as pd
import pytest
import tensorflow_data_validation as tfdv
from tfx.types import artifact_utils, standard_artifacts

from components.artifacts import DataVerdict
from components.errors import DataRefused
from components.example_gen.options import SplitOptions
from components.example_gen.sources import Sources, write_sources
from components.validation.data_gate import DataGate
from components.validation.example_validator import ExampleValidator
from components.validation.readings import write_readings

ROWS = 1000
ALL_IN_TRAIN = SplitOptions(shares={"train": 1}, starts={})
SCHEMA = """
default_environment: "TRAINING" default_environment: "SERVING"
string_domain { name: "payment" value: "Cash" value: "Credit Card" }
feature { name: "payment_type" type: BYTES presence { min_fraction: 1 } shape {} domain: "payment" }
feature { name: "fare" type: FLOAT presence { min_fraction: 1 } shape {}
  float_domain { min: 0 max: 100 } }
feature { name: "hour" type: INT presence { min_fraction: 0.9 } int_domain { min: 0 max: 23 } }
feature { name: "tract" type: INT presence { min_fraction: 0 } value_count { min: 1 max: 1 } }
"""
NOT_COMPARED = "; not checked: drift (no span before this one), skew (no served rows)"
REMEDY = (
    "mend the data, or the schema if the data are right; "
    'or let the column pass: [data.severities] "{}" = "warn"'
)


def table(**changes):
    """A table that keeps the contract, but for the columns that are changed; None drops one."""
    columns = {
        "payment_type": ["Cash"] * ROWS,
        "fare": [5.5] * ROWS,
        "hour": [7] * ROWS,
        "tract": [17031081401] * ROWS,
    }
    columns |= changes
    return pd.DataFrame({name: cells for name, cells in columns.items() if cells is not None})


class Judge:
    """The three steps from a table a split to the verdict, with artifacts in a folder."""

    def __init__(self, folder, schema=SCHEMA):
        self.folder = folder
        self.statistics = self._artifact(standard_artifacts.ExampleStatistics, "statistics")
        self.reference = self._artifact(standard_artifacts.ExampleStatistics, "reference")
        self.examples = self._artifact(standard_artifacts.Examples, "examples")
        self.schema = self._artifact(standard_artifacts.Schema, "schema")
        self.anomalies = self._artifact(standard_artifacts.ExampleAnomalies, "anomalies")
        self.verdict = self._artifact(DataVerdict, "verdict")
        Path(self.schema.uri, "schema.pbtxt").write_text(schema, encoding="utf-8")

    def __call__(
        self, severities=None, waivers=None, exclude=(), reference=None, reports=None, **tables
    ):
        self._write(self.statistics, tables)
        self._write(self.reference, reference or {})
        self.reference.set_string_custom_property("previous", "2024-02")
        write_readings(self.reference.uri, reports or {}, limit=0.01)
        ExampleValidator.test_call(
            statistics=self.statistics,
            reference=self.reference,
            schema=self.schema,
            anomalies=self.anomalies,
        )
        validated = [split for split in tables if split not in exclude]
        validated += [split for split in reference or {} if split == "served"]
        self.anomalies.split_names = artifact_utils.encode_split_names(validated)
        DataGate.test_call(
            anomalies=self.anomalies,
            statistics=self.statistics,
            reference=self.reference,
            examples=self.examples,
            schema=self.schema,
            verdict=self.verdict,
            options=json.dumps({"severities": severities or {}, "waivers": waivers or {}}),
        )
        return self.verdict.get_string_custom_property("summary").replace(NOT_COMPARED, "")

    def _write(self, artifact, tables):
        artifact.split_names = artifact_utils.encode_split_names(list(tables))
        for split, frame in tables.items():
            path = Path(artifact.uri, f"Split-{split}", "FeatureStats.pb")
            path.parent.mkdir()
            found = tfdv.generate_statistics_from_dataframe(frame)
            path.write_bytes(found.SerializeToString())

    def reads(self, *sources, split=ALL_IN_TRAIN):
        """Names the files that the examples are from."""
        write_sources(self.examples.uri, Sources(sources, split=split))

    def refusal(self, **arguments):
        with pytest.raises(DataRefused) as caught:
            self(**arguments)
        return str(caught.value).splitlines()

    @property
    def report(self):
        return json.loads(Path(self.verdict.uri, "verdict.json").read_text(encoding="utf-8"))

    def _artifact(self, kind, name):
        artifact = kind()
        artifact.uri = str(self.folder / name)
        Path(artifact.uri).mkdir()
        return artifact

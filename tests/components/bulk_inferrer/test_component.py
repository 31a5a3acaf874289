"""The node of the graph: the pushed model and a location in, InferenceResult out."""

import json
import shutil
from pathlib import Path

import apache_beam as beam
import pyarrow.parquet as pq
import pytest
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.types import standard_artifacts

from components.bulk_inferrer.component import BulkInferrer
from components.errors import ModelRefused
from pipeline.runner.nodes import Node
from pipeline.runner.outside import change_since
from tests.components.bulk_inferrer.conftest import IN_MEMORY

pytestmark = pytest.mark.slow

OPTIONS = {"name": "trips", "format": "auto", "key": None, "missing": ["NA"], "identifiers": []}


@pytest.fixture
def infer(tmp_path, trips):
    """Returns a function that runs the node and returns what it makes."""
    (tmp_path / "rows.csv").write_text("fare,hour,trip\n1,NA,a\nx,1,b\n2,1,c\n", encoding="utf-8")

    def artifact(kind):
        made = kind()
        made.uri = str(tmp_path / made.type_name)
        Path(made.uri).mkdir(exist_ok=True)
        return made

    def infer(*, blessed=1, pushed=1, **options):
        model = artifact(standard_artifacts.Model)
        shutil.copytree(trips, Path(model.uri, "Format-Serving"), dirs_exist_ok=True)
        blessing = artifact(standard_artifacts.ModelBlessing)
        blessing.set_int_custom_property("blessed", blessed)
        version = artifact(standard_artifacts.PushedModel)
        version.set_int_custom_property("pushed", pushed)
        version.set_string_custom_property("pushed_version", "12")
        schema = artifact(standard_artifacts.Schema)
        Path(schema.uri, "schema.pbtxt").write_text(
            'feature { name: "fare" type: FLOAT presence { min_fraction: 1 } shape {} }'
        )
        result = artifact(standard_artifacts.InferenceResult)
        context = BaseBeamExecutor.Context(
            make_beam_pipeline_fn=lambda: beam.Pipeline(argv=IN_MEMORY), tmp_dir=str(tmp_path)
        )
        inputs = {
            "model": [model],
            "model_blessing": [blessing],
            "pushed_model": [version],
            "schema": [schema],
        }
        parameters = {
            "input": str(tmp_path / "rows.csv"),
            "options": json.dumps(OPTIONS | options),
        }
        executor = BulkInferrer.EXECUTOR_SPEC.executor_class(context)
        executor.Do(inputs, {"inference_result": [result]}, parameters)
        node = Node("BulkInferrer", "", {}, {}, parameters, (), None, None)
        outputs = {"inference_result": (result.mlmd_artifact,)}
        infer.changed = lambda: change_since(node, {}, outputs)
        return result

    return infer


def test_the_rows_are_predicted_under_the_version_that_was_pushed(infer):
    result = infer(key="trip")

    rows = pq.read_table(result.uri).to_pylist()
    assert [(row["row_key"], row["model_version"]) for row in rows] == [("a", 12), ("c", 12)]
    assert [row["value"] for row in rows] == pytest.approx([0.1, 1.2])
    summary = result.get_string_custom_property("summary")
    assert summary == "3 rows: 2 predictions of version 12, 1 rejected"
    counts = {name: result.get_int_custom_property(f"rows_{name}") for name in ("in", "rejected")}
    assert counts == {"in": 3, "rejected": 1}


@pytest.mark.parametrize(
    ("state", "why"),
    [({"blessed": 0}, "no blessing of Evaluator"), ({"pushed": 0}, "was not pushed")],
)
def test_a_model_that_did_not_pass_its_gates_is_refused_aloud(infer, state, why):
    with pytest.raises(ModelRefused, match=f"no predictions: the model .*{why}"):
        infer(**state)


def test_a_cached_result_holds_until_the_files_change(infer, tmp_path):
    infer()
    assert infer.changed() is None

    (tmp_path / "rows.csv").write_text("fare\n9\n", encoding="utf-8")

    assert infer.changed() == f"the files of {tmp_path}/rows.csv changed"

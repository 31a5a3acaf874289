"""What TFX's own compiler for Kubeflow writes of its penguin example: every blocker is named."""

from pathlib import Path

import pytest

from linting import lint
from linting.files import read_documents

pytestmark = pytest.mark.slow

TASKS = "$.root.dag.tasks"
BASELINE = "latest_blessed_model_resolver"


@pytest.fixture(scope="module")
def penguin():
    """The module of TFX's example, which is made for Kubeflow."""
    from tfx.examples.penguin import penguin_pipeline_kubeflow

    return penguin_pipeline_kubeflow


@pytest.fixture
def compiled(penguin, tmp_path):
    """Compiles the example as its own page says: as YAML, with a local folder for the data."""

    def compile_(*, use_pipeline_spec_2_1, name="penguin.yaml"):
        from tfx.orchestration.kubeflow.v2 import kubeflow_v2_dag_runner as kubeflow

        folder = Path(penguin.__file__).parent
        pipeline = penguin.create_pipeline(
            pipeline_name="penguin-kubeflow",
            pipeline_root=str(tmp_path / "root"),
            data_root=str(folder / "data"),
            module_file=str(folder / "penguin_utils_cloud_tuner.py"),
            user_provided_schema_path=str(folder / "schema" / "schema.pbtxt"),
            serving_model_dir=str(tmp_path / "serving"),
            ai_platform_training_args={},
            ai_platform_serving_args={},
            beam_pipeline_args=[],
            enable_tuning=False,
            enable_cache=True,
            use_cloud_component=False,
            use_aip=False,
            use_vertex=False,
        )
        config = kubeflow.KubeflowV2DagRunnerConfig(use_pipeline_spec_2_1=use_pipeline_spec_2_1)
        kubeflow.KubeflowV2DagRunner(config, str(tmp_path), name).run(pipeline)
        return read_documents(tmp_path / name)

    return compile_


def named(pipeline_spec, platform_spec=None):
    return {(finding.rule, finding.place) for finding in lint(pipeline_spec, platform_spec)}


def blockers(value):
    """What is named whichever way the example is compiled; `value` is where a constant stands."""
    executors = "$.deploymentSpec.executors"
    paths = {
        ("CsvExampleGen", "input_base"),
        ("ImportSchemaGen", "schema_file"),
        ("Pusher", "push_destination"),
        ("Trainer", "module_path"),
        ("Transform", "module_path"),
    }
    return {
        ("resolver", f"{executors}['{BASELINE}-model-resolver_executor'].resolver"),
        ("resolver", f"{executors}['{BASELINE}-model-blessing-resolver_executor'].resolver"),
        ("lifecycle", f"{executors}.CsvExampleGen_executor.container.lifecycle.preCacheCheck"),
        ("task-name", f"{TASKS}['{BASELINE}-model-resolver']"),
        ("task-name", f"{TASKS}['{BASELINE}-model-blessing-resolver']"),
        *(
            ("local-path", f"{TASKS}.{task}.inputs.parameters.{name}.runtimeValue.{value}")
            for task, name in paths
        ),
        *(
            ("user-module", f"{TASKS}.{task}.inputs.parameters.module_path.runtimeValue.{value}")
            for task in ("Trainer", "Transform")
        ),
        *(
            ("cached", f"{TASKS}.{task}.cachingOptions.enableCache")
            for task in ("CsvExampleGen", "ImportSchemaGen", "Pusher")
        ),
    }


def test_each_blocker_of_tfxs_example_is_named(compiled):
    assert named(*compiled(use_pipeline_spec_2_1=True)) == blockers("constant")


def test_the_older_schema_adds_its_version_and_its_types(compiled):
    components = ["CsvExampleGen", "StatisticsGen", "ImportSchemaGen", "ExampleValidator"]
    components += ["Transform", "Trainer", "Evaluator", "Pusher"]

    # TFX cannot write the older one as YAML: it reads the types that are not there for a comment.
    job, _ = compiled(use_pipeline_spec_2_1=False, name="penguin.json")

    assert named(job["pipelineSpec"]) == blockers("constantValue") | {
        ("schema-version", "$.schemaVersion"),
        ("parameter-type", "$.root.inputDefinitions.parameters"),
        *(("parameter-type", f"$.components.{one}.inputDefinitions.parameters")
          for one in components),
        *(("constant", f"{TASKS}.{one}.inputs.parameters") for one in components),
    }  # fmt: skip


def test_the_job_that_tfx_writes_as_json_is_named_too(compiled):
    found = named(*compiled(use_pipeline_spec_2_1=True, name="penguin.json"))

    assert {("job", "$.pipelineSpec"), ("job", "$.runtimeConfig.gcsOutputDirectory")} < found
    assert len(found) == len(blockers("constant")) + 2


def test_tfx_itself_refuses_to_compile_an_infra_validator(tmp_path):
    from tfx import v1 as tfx
    from tfx.orchestration.kubeflow.v2 import kubeflow_v2_dag_runner as kubeflow

    model = tfx.dsl.Importer(
        source_uri="gs://bucket/model", artifact_type=tfx.types.standard_artifacts.Model
    ).with_id("Model")
    serving = tfx.proto.ServingSpec(tensorflow_serving=tfx.proto.TensorFlowServing(tags=["latest"]))
    validator = tfx.components.InfraValidator(model=model.outputs["result"], serving_spec=serving)
    pipeline = tfx.dsl.Pipeline("infra", "gs://bucket/root", components=[model, validator])
    config = kubeflow.KubeflowV2DagRunnerConfig(use_pipeline_spec_2_1=True)

    with pytest.raises(NotImplementedError, match="InfraValidator"):
        kubeflow.KubeflowV2DagRunner(config, str(tmp_path), "infra.yaml").run(pipeline)

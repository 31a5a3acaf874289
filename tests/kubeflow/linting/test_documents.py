import pytest

from tests.kubeflow.linting.specs import broken, executor, findings, found, pipeline, platform, task


@pytest.mark.parametrize("version", ["2.0.0", "2.2.0", ...])
def test_schema_versions_other_than_2_1_0_are_refused(version):
    assert found(broken("schemaVersion", to=version)) == [("schema-version", "$.schemaVersion")]


def test_a_job_is_no_pipeline_spec_and_what_is_in_it_is_linted_all_the_same():
    job = {
        "displayName": "two-steps",
        "runtimeConfig": {"gcsOutputDirectory": "/home/me/root"},
        "pipelineSpec": broken("schemaVersion", to="2.0.0"),
    }

    assert found(job) == [
        ("job", "$.pipelineSpec"),
        ("job", "$.runtimeConfig.gcsOutputDirectory"),
        ("schema-version", "$.pipelineSpec.schemaVersion"),
    ]


@pytest.mark.parametrize(
    ("place", "path"),
    [
        (("pipelineinfo",), "$.pipelineinfo"),
        ((*task("Trainer"), "retries"), "$.root.dag.tasks.Trainer.retries"),
        (
            (*executor("Trainer"), "resources", "cpu"),
            "$.deploymentSpec.executors['exec-Trainer'].container.resources.cpu",
        ),
    ],
)
def test_a_field_that_kfp_does_not_know_is_named(place, path):
    assert found(broken(*place, to="2")) == [("unknown-field", path)]


@pytest.mark.parametrize("value", ["SOME_DAY", True])
def test_a_value_that_an_enum_does_not_have_is_named(value):
    place = (*task("Trainer"), "triggerPolicy")

    assert found(broken(*place, to={"strategy": value})) == [
        ("unknown-field", "$.root.dag.tasks.Trainer.triggerPolicy.strategy")
    ]


@pytest.mark.parametrize("value", ["text", ["taskInfo"], 5])
def test_what_stands_in_the_place_of_an_object_is_named(value):
    place = (*task("Trainer"), "triggerPolicy")

    assert ("unknown-field", "$.root.dag.tasks.Trainer.triggerPolicy") in found(
        broken(*place, to=value)
    )


def test_fields_may_be_spelled_as_the_messages_are():
    spec = pipeline()
    spec["pipeline_info"] = spec.pop("pipelineInfo")

    assert found(spec) == []


def test_the_type_mark_of_a_packed_message_is_no_unknown_field():
    assert found(broken("deploymentSpec", "@type", to="type.googleapis.com/…")) == []


def test_a_platform_spec_that_cannot_be_read_is_named():
    keys = ("platforms", "kubernetes", "deploymentSpec", "executors")

    (finding,) = findings(pipeline(), broken(*keys, to=5, within=platform))

    assert finding.rule == "value-type"


def test_a_field_that_the_platform_spec_does_not_have_is_named():
    keys = ("platforms", "kubernetes", "deploymentSpec", "executors", "exec-Trainer", "volumes")

    assert found(pipeline(), broken(*keys, to=[], within=platform)) == [
        (
            "unknown-field",
            "$.platforms.kubernetes.deploymentSpec.executors['exec-Trainer'].volumes",
        )
    ]


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("root",), 5),
        (("root", "dag", "tasks"), "none"),
        (("deploymentSpec", "executors"), []),
        ((*task("Trainer"), "dependentTasks"), {"a": 1}),
        (("root", "inputDefinitions", "parameters", "span", "defaultValue"), float("nan")),
    ],
)
def test_a_value_that_cannot_be_read_is_named_and_ends_the_reading(place, value):
    finding = findings(broken(*place, to=value))[-1]

    assert finding.rule == "value-type"
    assert "cannot be read" in finding.message

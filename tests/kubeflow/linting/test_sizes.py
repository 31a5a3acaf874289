import random

import pytest

from linting import sizes
from tests.kubeflow.linting.specs import broken, constant, findings, pipeline, task

KIB = 1024
INPUT = (*task("ExampleGen"), "inputs", "parameters", "input")


def found(spec):
    return {(finding.rule, finding.place) for finding in findings(spec)}


def test_a_constant_of_100_kib_goes_through():
    assert found(broken(*INPUT, to=constant("x" * 100 * KIB))) == set()


def test_a_constant_that_no_argument_can_hold_is_refused_with_both_figures():
    (finding,) = findings(broken(*INPUT, to=constant("x" * 150 * KIB)))

    assert (finding.rule, finding.place) == ("argument-size", "$.root.dag.tasks.ExampleGen")
    assert "151 KiB" in finding.message
    assert "128 KiB" in finding.message


def test_what_stands_in_the_executor_input_once_more_is_counted_as_it_is_written_there():
    quotes = constant('"' * 60 * KIB)
    assert found(broken(*INPUT, to=quotes)) == set()

    # Written as JSON, a quotation mark takes two bytes.
    quotes = constant('"' * 66 * KIB)
    assert found(broken(*INPUT, to=quotes)) == {("argument-size", "$.root.dag.tasks.ExampleGen")}


def test_a_long_argument_is_found_in_the_container_too():
    spec = pipeline()
    spec["deploymentSpec"]["executors"]["exec-Trainer"]["container"]["args"].append("x" * 140 * KIB)

    assert found(spec) == {
        ("argument-size", "$.deploymentSpec.executors['exec-Trainer'].container"),
        ("argument-size", "$.root.dag.tasks.Trainer"),
    }


def test_what_a_step_is_told_is_counted_where_an_argument_holds_it():
    spec = broken(*INPUT, to=constant("x" * 60 * KIB))
    args = spec["deploymentSpec"]["executors"]["exec-ExampleGen"]["container"]["args"]
    args.append("x" * 60 * KIB)
    assert found(spec) == set()

    args[-1] += "{{$}} {{$}}"
    assert found(spec) == {("argument-size", "$.root.dag.tasks.ExampleGen")}


def test_inputs_of_the_pipeline_that_no_argument_can_hold_are_refused():
    default = ("root", "inputDefinitions", "parameters", "span", "defaultValue")

    assert ("argument-size", "$.root.inputDefinitions.parameters") in found(
        broken(*default, to="x" * 130 * KIB)
    )


@pytest.mark.parametrize(("count", "is_refused"), [(10, False), (30, True)])
def test_arguments_are_counted_together(count, is_refused):
    spec = pipeline()
    args = spec["deploymentSpec"]["executors"]["exec-Trainer"]["container"]["args"]
    args.extend(["x" * 70 * KIB] * count)

    assert (("pod-size", "$.root.dag.tasks.Trainer") in found(spec)) is is_refused


def with_tasks(count, text):
    spec = pipeline()
    tasks = spec["root"]["dag"]["tasks"]
    for index in range(count):
        one = broken(*INPUT, to=constant(text(index)))["root"]["dag"]["tasks"]["ExampleGen"]
        tasks[f"Again{index}"] = {**one, "taskInfo": {"name": f"Again{index}"}}
    return spec


def test_many_tasks_of_little_go_through():
    assert found(with_tasks(60, lambda index: f"gs://data/{index}")) == set()


def test_a_workflow_that_argo_would_end_is_refused():
    # Nothing that would become small when it is compressed.
    dense = random.Random(0)
    (finding,) = findings(with_tasks(20, lambda _: dense.randbytes(18 * KIB).hex()))

    assert (finding.rule, finding.place) == ("workflow-size", "$")
    assert "MAX_WORKFLOW_SIZE" in finding.message


def test_a_workflow_that_etcd_would_not_take_is_refused():
    (finding,) = findings(with_tasks(20, lambda index: "x" * 90 * KIB))

    assert (finding.rule, finding.place) == ("workflow-size", "$")
    assert "--max-request-bytes" in finding.message


def test_the_limits_are_those_of_the_sources_that_are_named():
    assert sizes.ARGUMENT == 131072 - 1
    assert sizes.OBJECT == 1_572_864
    assert sizes.WORKFLOW == 1_048_576

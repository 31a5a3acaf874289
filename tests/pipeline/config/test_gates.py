"""A gate that refuses nothing, or everything, is a mistake."""

import pytest

from pipeline.config import METRICS, Metric, metrics_for

BINARY = "auc, auc_pr, accuracy, loss, precision, recall, calibration_error"

MISTAKES = [
    (
        'metric = "auc"',
        "19: evaluation.gates.0: the gate refuses nothing; expected one of min, max, min_change",
    ),
    (
        'metric = "au"\nmin = 0.6',
        f'20: evaluation.gates.0.metric: found "au"; did you mean "auc"? allowed: {BINARY}',
    ),
    (
        'metric = "rmse"\nmax = 3',
        f"20: evaluation.gates.0.metric: rmse does not fit the task binary; allowed: {BINARY}",
    ),
    (
        'metric = "auc"\nmin = 0',
        "21: evaluation.gates.0.min: found 0.0, which refuses no model: auc is between 0 and 1; "
        "expected above 0 and at most 1",
    ),
    (
        'metric = "auc"\nmin = 1.1',
        "21: evaluation.gates.0.min: found 1.1, which refuses every model: auc is between 0 and 1; "
        "expected above 0 and at most 1",
    ),
    (
        'metric = "auc"\nmax = 1',
        "21: evaluation.gates.0.max: found 1.0, which refuses no model: auc is between 0 and 1; "
        "expected at least 0 and below 1",
    ),
    (
        'metric = "auc"\nmax = -0.1',
        "21: evaluation.gates.0.max: found -0.1, which refuses every model: "
        "auc is between 0 and 1; expected at least 0 and below 1",
    ),
    (
        'metric = "loss"\nmin = 0',
        "21: evaluation.gates.0.min: found 0.0, which refuses no model: loss is at least 0; "
        "expected above 0",
    ),
    (
        'metric = "loss"\nmax = -1',
        "21: evaluation.gates.0.max: found -1.0, which refuses every model: loss is at least 0; "
        "expected at least 0",
    ),
    (
        'metric = "auc"\nmin_change = -1',
        "21: evaluation.gates.0.min_change: found -1.0, which refuses no model: "
        "auc is between 0 and 1; expected above -1 and at most 1",
    ),
    (
        'metric = "auc"\nmin_change = 1.5',
        "21: evaluation.gates.0.min_change: found 1.5, which refuses every model: "
        "auc is between 0 and 1; expected above -1 and at most 1",
    ),
    (
        'metric = "auc"\nmin = 0.9\nmax = 0.8',
        "21: evaluation.gates.0.min: found 0.9; expected at most max, which is 0.8",
    ),
    (
        'metric = "auc"\nmin = 0.6\nmin_rows = 10',
        '22: evaluation.gates.0.min_rows: is for slices; expected scope = "every slice" beside it',
    ),
    (
        'metric = "auc"\nmin = 0.6\nscope = "every slice"',
        "22: evaluation.gates.0.scope: every slice needs min_rows beside it: "
        "the noise of a tiny slice would refuse good models; expected such as min_rows = 100",
    ),
    (
        'metric = "auc"\nmin = 0.6\n[[evaluation.gates]]\nmetric = "auc"\nmax = 0.9\nmin = 0.7',
        "25: evaluation.gates.1.min: auc has a min already, in evaluation.gates.0; keep one",
    ),
]


@pytest.mark.parametrize(("gate", "message"), MISTAKES)
def test_gate_that_cannot_work_is_refused(files, gate, message):
    files.change(files.what, 'metric = "auc"\nmin = 0.6', gate)

    assert files.messages() == [f"what.toml:{message}"]


def test_metric_of_another_task_is_refused(files):
    files.change(files.what, '"binary"', '"regression"')
    files.change(files.what, 'share = 0.2\nof = "fare"\n', "")

    assert files.messages() == [
        "what.toml:18: evaluation.gates.0.metric: auc does not fit the task regression; "
        "allowed: rmse, mae, r2"
    ]


def test_no_gate_at_all_is_refused(files):
    files.change(files.what, '[[evaluation.gates]]\nmetric = "auc"\nmin = 0.6\n', "gates = []")

    assert files.messages() == [
        "what.toml:19: evaluation.gates: found []; "
        "expected at least one gate; without any, no model is refused"
    ]


def test_gates_that_nobody_stated_are_missing(files):
    files.change(files.what, '[[evaluation.gates]]\nmetric = "auc"\nmin = 0.6\n', "")

    assert files.messages() == [
        "what.toml:16: evaluation.gates: missing; "
        "expected tables [[evaluation.gates]], at least one"
    ]


def test_gate_for_every_slice_needs_slices(files):
    files.change(files.what, 'slices = [["company"]]\n', "")
    files.change(files.what, "min = 0.6", 'min = 0.6\nscope = "every slice"\nmin_rows = 50')

    assert files.messages() == [
        "what.toml:21: evaluation.gates.0.scope: the gate refuses nothing: there are no slices; "
        "expected some in evaluation.slices"
    ]


@pytest.mark.parametrize(
    "gate",
    [
        'metric = "auc"\nmin = 1',
        'metric = "auc"\nmax = 0.999\nmin = 0.5',
        'metric = "auc"\nmax = 0.75\nmin = 0.75',
        'metric = "loss"\nmax = 0.5',
        'metric = "loss"\nmin_change = -5',
        'metric = "auc"\nmin = 0.6\nscope = "every slice"\nmin_rows = 50',
        'metric = "auc"\nmin = 0.6\n[[evaluation.gates]]\nmetric = "auc"\nmin_change = -0.01',
        'metric = "auc"\nmin = 0.6\nscope = { company = "Yellow" }',
        'metric = "auc"\nmin = 0.6\nscope = { company = "Yellow", fare = 3 }\nmin_rows = 50',
    ],
)
def test_gate_that_can_refuse_and_can_pass_is_taken(files, gate):
    files.change(files.what, 'metric = "auc"\nmin = 0.6', gate)

    assert files.load().what.evaluation.gates[0].metric == gate.split('"')[1]


def test_gate_on_a_slice_that_no_row_can_be_in_is_refused(files):
    files.change(files.what, "min = 0.6", 'min = 0.6\nscope = { compani = "Yellow" }')

    (message,) = files.messages()

    assert message.startswith(
        'what.toml:22: evaluation.gates.0.scope.compani: found "compani"; did you mean "company"?'
    )


def test_gate_on_a_slice_by_the_label_is_refused(files):
    files.change(files.what, "min = 0.6", "min = 0.6\nscope = { tips = 2 }")

    assert files.messages() == [
        'what.toml:22: evaluation.gates.0.scope.tips: "tips" is the label\'s column; '
        "expected one known without it"
    ]


@pytest.mark.parametrize("scope", ["{}", "{ company = true }", '["company"]', '{ company = "" }'])
def test_scope_that_names_no_slice_is_refused_with_an_example(files, scope):
    files.change(files.what, "min = 0.6", f"min = 0.6\nscope = {scope}")

    (message,) = files.messages()

    assert message.startswith("what.toml:22: evaluation.gates.0.scope: found ")
    assert message.endswith(
        'expected "overall", "every slice", or one slice such as { payment_type = "Cash" }'
    )


def test_a_bound_stands_once_for_each_slice(files):
    gate = '\n[[evaluation.gates]]\nmetric = "auc"\nmin = 0.6\nscope = { company = "A" }'
    files.change(files.what, "min = 0.6", "min = 0.6" + gate + gate)

    (message,) = files.messages()

    assert "auc has a min already, in evaluation.gates.1; keep one" in message


def test_each_task_has_its_metrics():
    assert ", ".join(metrics_for("binary")) == BINARY
    assert metrics_for("multiclass") == ("auc", "accuracy", "loss")
    assert metrics_for("regression") == ("rmse", "mae", "r2")


def test_metric_is_found_by_its_name():
    assert METRICS["mae"] == Metric("mae", ("regression",), 0, float("inf"), "lower")

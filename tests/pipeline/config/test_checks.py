"""What is impossible, although each value by itself is right."""

import pytest

IMPOSSIBLE = [
    (
        "[training]",
        '[tuning]\nalgorithm = "random"\nhyperparameters = "best.json"\n[training]',
        'what.toml:15: tuning.hyperparameters: found "best.json"; '
        'expected tuning.algorithm = "none" beside it; "random" searches anew',
    ),
    (
        "[training]",
        "[tuning.space]\nlearning_rate = [0.1, 0.01]\n[training]",
        "what.toml:14: tuning.space.learning_rate: found [0.1, 0.01]; "
        "expected two numbers above 0, the lesser first",
    ),
    (
        "[training]",
        "[tuning.space]\nlearning_rate = [0.1, 0.1]\n[training]",
        "what.toml:14: tuning.space.learning_rate: found [0.1, 0.1]; "
        "expected two numbers above 0, the lesser first",
    ),
    (
        "[label]",
        "splits = { train = 2, test = 1 }\n[label]",
        "what.toml:8: data.splits: found { train = 2, test = 1 }; "
        'expected a split named "eval" in it',
    ),
    (
        "[label]",
        "splits = { eval = 1 }\n[label]",
        'what.toml:8: data.splits: found { eval = 1 }; expected a split named "train" in it',
    ),
    (
        "[label]",
        'splits = { train = 2, eval = 1, "a/b" = 1 }\n[label]',
        'what.toml:8: data.splits."a/b": a split is named with letters, digits, - and _ only',
    ),
    (
        'of = "fare"',
        "",
        "what.toml:10: label.share: stands alone; expected label.of beside it, a column of numbers",
    ),
    (
        "share = 0.2\n",
        "",
        "what.toml:10: label.of: stands alone; "
        "expected label.share beside it, a number of at least 0",
    ),
    (
        'of = "fare"',
        'of = "tips"',
        'what.toml:11: label.of: found "tips"; expected a column other than label.column',
    ),
    (
        "[training]",
        '[features]\ndrop = ["company", "tips"]\n[training]',
        'what.toml:14: features.drop.1: "tips" is the label\'s column, which is never a feature; '
        "leave it out",
    ),
    (
        '[["company"]]',
        '[["hour"], ["company", "tips"]]',
        'what.toml:17: evaluation.slices.1.1: "tips" is the label\'s column; '
        "expected one known without it",
    ),
    (
        '[["company"]]',
        '[["company", "company"]]',
        'what.toml:17: evaluation.slices.0.1: "company" stands in this slice already; leave it out',
    ),
    (
        "[label]",
        'split_by = "entity"\n[label]',
        'what.toml:8: data.split_by: found "entity"; expected data.split_column beside it',
    ),
    (
        "[label]",
        'split_column = "hour"\n[label]',
        'what.toml:8: data.split_column: found "hour"; expected data.split_by = "entity" or "time" '
        "with it; rows are split without a column",
    ),
    (
        "[label]",
        'split_starts = { eval = "2024-01-01" }\n[label]',
        'what.toml:8: data.split_starts: expected data.split_by = "time" beside it',
    ),
    (
        "[label]",
        'split_by = "time"\nsplit_column = "hour"\nsplit_starts = { test = "9" }\n[label]',
        'what.toml:10: data.split_starts: found { test = "9" }; '
        'expected a split named "eval" in it',
    ),
    (
        "[label]",
        'split_by = "time"\nsplit_column = "hour"\n'
        'split_starts = { train = "8", eval = "9" }\n[label]',
        "what.toml:10: data.split_starts.train: train is what lies before all of these; "
        "leave it out",
    ),
    (
        'of = "fare"',
        'of = "fare"\npositive = "1"',
        "what.toml:12: label.positive: is for a binary label of two values, not for a share",
    ),
    (
        "[label]",
        'columns.tips.privacy = "identifier"\n[label]',
        'what.toml:10: label.column: "tips" is personal data (data.columns), '
        "which no step gets to see",
    ),
    (
        "[label]",
        'columns.fare.privacy = "identifier"\n[label]',
        'what.toml:12: label.of: "fare" is personal data (data.columns), which no step gets to see',
    ),
    (
        "[label]",
        'columns.company.privacy = "identifier"\n[label]',
        'what.toml:18: evaluation.slices.0.0: "company" is personal data (data.columns), '
        "which no step gets to see",
    ),
    (
        "[label]",
        'split_by = "time"\nsplit_column = "hour"\ncolumns.hour.privacy = "identifier"\n[label]',
        'what.toml:9: data.split_column: "hour" is personal data (data.columns), '
        "which no step gets to see",
    ),
]


POSSIBLE = [
    ("steps = 10", 'steps = 10\nclass_weights = "balanced"'),
    ("[training]", '[tuning]\nalgorithm = "random"\n[training]'),
    ("[training]", '[tuning]\nhyperparameters = "best.json"\n[training]'),
    ('share = 0.2\nof = "fare"', 'positive = "1"'),
]


@pytest.mark.parametrize(("old", "new"), POSSIBLE)
def test_what_is_possible_is_taken(files, old, new):
    files.change(files.what, old, new)

    assert files.load().what.name == "trips"


@pytest.mark.parametrize(("old", "new", "message"), IMPOSSIBLE)
def test_impossible_combination_is_refused(files, old, new, message):
    files.change(files.what, old, new)

    assert files.messages() == [message]


def test_splits_without_train_and_eval_miss_both(files):
    files.change(files.what, "[label]", "splits = {}\n[label]")

    assert files.messages() == [
        'what.toml:8: data.splits: found {}; expected a split named "train" in it',
        'what.toml:8: data.splits: found {}; expected a split named "eval" in it',
    ]


def test_a_gate_on_a_slice_of_personal_data_is_refused(files):
    files.change(files.what, "[label]", 'columns.hour.privacy = "identifier"\n[label]')
    files.change(files.what, "min = 0.6", "min = 0.6\nscope = { hour = 8 }")

    assert files.messages()[0] == (
        'what.toml:23: evaluation.gates.0.scope.hour: "hour" is personal data (data.columns), '
        "which no step gets to see"
    )


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_only_one_of_two_classes_is_positive(files, task):
    files.change(files.what, '"binary"', f'"{task}"')
    files.change(files.what, 'share = 0.2\nof = "fare"', 'positive = "1"')
    files.change(files.what, '"auc"', '"mae"' if task == "regression" else '"accuracy"')

    assert files.messages()[-1] == (
        f"what.toml:10: label.positive: is for a binary label of two values, not for {task}"
    )


def test_share_makes_a_binary_label_only(files):
    files.change(files.what, '"binary"', '"regression"')
    files.change(files.what, '"auc"', '"mae"')

    assert files.messages() == [
        "what.toml:10: label.share: makes a label of 0 or 1, "
        "which does not fit the task regression; expected binary"
    ]


def test_a_quantity_has_no_classes_to_weigh(files):
    files.change(files.what, '"binary"', '"regression"')
    files.change(files.what, '"auc"', '"mae"')
    files.change(files.what, "share = 0.2\n", "")
    files.change(files.what, 'of = "fare"\n', "")

    assert files.messages('training.class_weights="balanced"') == [
        '--set training.class_weights="balanced": training.class_weights: found "balanced"; '
        'expected "none" for the task regression, whose label has no classes'
    ]


def test_runner_among_the_beam_flags_is_refused(files):
    files.change(files.where, "[run]", '[beam]\nargs = ["--x=1", "--runner=FlinkRunner"]\n[run]')

    assert files.messages() == [
        'where.toml:11: beam.args.1: found "--runner=FlinkRunner"; '
        "expected the runner in beam.runner, not here"
    ]


def test_impossible_table_is_told_although_another_table_is_wrong(files):
    files.change(files.what, "steps = 10", "steps = 0")
    files.change(files.what, 'of = "fare"', "")

    assert files.messages() == [
        "what.toml:10: label.share: stands alone; expected label.of beside it, a column of numbers",
        "what.toml:14: training.steps: found 0; expected a whole number of at least 1",
    ]


def test_an_entity_may_be_personal_data(files):
    lines = 'split_by = "entity"\nsplit_column = "rider"\ncolumns.rider.privacy = "identifier"\n'
    files.change(files.what, "[label]", f"{lines}[label]")

    assert files.load().what.data.identifiers == ("rider",)

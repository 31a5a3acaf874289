"""`--set KEY=VALUE`."""

import pytest

ALL_KEYS = (
    "batch, beam, data, evaluation, explanation, features, infra_validation, label, metadata, "
    "name, parity, push, roots, run, serving, task, training, tuning"
)


def test_override_replaces_what_the_file_says(files):
    assert files.load("training.steps=200").what.training.steps == 200


def test_override_makes_the_table_that_the_file_does_not_have(files):
    assert files.load('features.drop=["company"]').what.features.drop == ("company",)


def test_override_of_the_where_file_is_told_by_its_key(files):
    assert files.load("run.parallel_nodes=4").where.run.parallel_nodes == 4


def test_override_without_quotes_is_a_string(files):
    assert files.load("data.input=/tmp/my trips.csv").what.data.input == "/tmp/my trips.csv"


def test_override_with_quotes_is_a_string_even_if_it_looks_like_a_number(files):
    assert files.load('name="2013"').what.name == "2013"


def test_override_with_spaces_round_the_equals_sign_is_taken(files):
    assert files.load("training.steps = 200").what.training.steps == 200


def test_last_override_of_a_key_counts(files):
    assert files.load("training.steps=1", "training.steps=2").what.training.steps == 2


def test_last_override_of_a_key_is_the_one_that_is_blamed(files):
    assert files.messages("training.steps=0", "training.steps=-1") == [
        "--set training.steps=-1: training.steps: found -1; expected a whole number of at least 1"
    ]


def test_override_reaches_into_a_list_of_tables_by_place(files):
    gates = files.load("evaluation.gates.0.min=0.75").what.evaluation.gates

    assert [(gate.metric, gate.min) for gate in gates] == [("auc", 0.75)]


def test_override_replaces_a_list_of_tables(files):
    override = 'evaluation.gates=[{metric = "loss", max = 0.5}]'

    assert files.load(override).what.evaluation.gates[0].max == 0.5


def test_quoted_part_of_a_key_may_hold_dots_and_equals_signs(files):
    text = 'feature { name: "a.b=c" type: INT }'
    files.schema.write_text(files.schema.read_text(encoding="utf-8") + text, encoding="utf-8")

    severities = files.load('data.severities."a.b=c"=warn').what.data.severities

    assert dict(severities) == {"a.b=c": "warn"}


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (
            "training.stepz=200",
            "training.stepz: unknown key; did you mean 'steps'? "
            "allowed: batch_size, build_model, class_weights, distribution, hidden_units, "
            "learning_rate, members, patience, seed, steps, warm_start",
        ),
        (
            "trainin.steps=200",
            f"trainin: unknown key; did you mean 'training'? allowed: {ALL_KEYS}",
        ),
        ("steps=200", f"steps: unknown key; did you mean 'training.steps'? allowed: {ALL_KEYS}"),
        (
            "training.steps=many",
            'training.steps: found "many"; expected a whole number of at least 1',
        ),
        ("training.steps=", 'training.steps: found ""; expected a whole number of at least 1'),
        (
            'features.drop=["company"',
            'features.drop: found "[\\"company\\""; expected a list of columns of the schema',
        ),
        ("foo", "not of the form KEY=VALUE; expected such as --set training.steps=200"),
        ("=3", "not of the form KEY=VALUE; expected such as --set training.steps=200"),
        ("a b=3", "not of the form KEY=VALUE; expected such as --set training.steps=200"),
        ("name.first=x", "name is a value, not a table; nothing can be set in it"),
        (
            "evaluation.gates.1.min=0.5",
            "evaluation.gates is a list of 1; expected its whole value, "
            "or the place of an entry, counted from 0",
        ),
        (
            "evaluation.gates.min=0.5",
            "evaluation.gates is a list of 1; expected its whole value, "
            "or the place of an entry, counted from 0",
        ),
        (
            "data.splits.test=1",
            'data.splits: found { test = 1, train = 1 }; expected a split named "eval" in it',
        ),
        (
            "evaluation.gates.0.min=0",
            "evaluation.gates.0.min: found 0.0, which refuses no model: auc is between 0 and 1; "
            "expected above 0 and at most 1",
        ),
    ],
)
def test_wrong_override_is_told_as_it_was_typed(files, override, message):
    more = ("data.splits.train=1",) if "splits" in override else ()

    assert files.messages(override, *more) == [f"--set {override}: {message}"]


def test_long_override_is_cut_in_the_message(files):
    override = f"name={'T' * 100}"

    (message,) = files.messages(override)

    assert message.startswith(f"--set name={'T' * 55}...: name: found ")


def test_wrong_line_of_the_file_is_no_matter_once_it_is_overridden(files):
    files.change(files.what, "steps = 10", "steps = 0")

    assert files.load("training.steps=5").what.training.steps == 5


def test_override_is_not_blamed_for_the_file(files):
    files.change(files.what, "steps = 10", "steps = 0")

    assert files.messages("training.seed=1") == [
        "what.toml:14: training.steps: found 0; expected a whole number of at least 1"
    ]

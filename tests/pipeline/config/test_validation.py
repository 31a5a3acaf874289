"""Keys, types and ranges, each by itself."""

import pytest

WHAT_KEYS = (
    "batch, data, evaluation, explanation, features, infra_validation, label, name, parity, push, "
    "task, training, tuning"
)
TRAINING_KEYS = (
    "batch_size, build_model, class_weights, distribution, hidden_units, learning_rate, members, "
    "patience, seed, steps, warm_start"
)
GATE_KEYS = "max, metric, min, min_change, min_rows, scope"
NAME = "small letters a-z, digits and -, the first not a -; at most 128"
SHARE = "a whole number of at least 1, such as 4 and 1 for 80 % and 20 %"
FOLDER = "a path of this machine, absolute or below the project's folder, without ~ or a scheme"
RUNNER = (
    '"in_memory", or the full name of a runner, such as '
    '"apache_beam.runners.portability.flink_runner.FlinkRunner"'
)

UNKNOWN_KEYS = [
    (
        "steps = 10",
        "steps = 10\nlearning_rat = 0.1",
        f"15: training.learning_rat: unknown key; did you mean 'learning_rate'? "
        f"allowed: {TRAINING_KEYS}",
    ),
    (
        "min = 0.6",
        "min = 0.6\nceiling = 0.9",
        f"22: evaluation.gates.0.ceiling: unknown key; allowed: {GATE_KEYS}",
    ),
    (
        "[label]",
        "[push_]\n[label]",
        f"8: push_: unknown key; did you mean 'push'? allowed: {WHAT_KEYS}",
    ),
    (
        'task = "binary"',
        'task = "binary"\nsteps = 10',
        f"3: steps: unknown key; did you mean 'training.steps'? allowed: {WHAT_KEYS}",
    ),
    (
        "steps = 10",
        "steps = 10\noptimizer.name.long = 1",
        f"15: training.optimizer: unknown key; allowed: {TRAINING_KEYS}",
    ),
    (
        "[training]",
        '[features]\n"dröp it" = 1\n[training]',
        '14: features."dröp it": unknown key; allowed: columns, crosses, drop, preprocessing_fn',
    ),
]

MISSING_KEYS = [
    (
        'column = "tips"\n',
        "",
        "8: label.column: missing; expected the name of a column of the schema",
    ),
    ('metric = "auc"', "", "19: evaluation.gates.0.metric: missing; expected the name of a metric"),
    (
        'input = "trips.csv"',
        "",
        "4: data.input: missing; expected the location of files, a glob, or a span pattern",
    ),
    (
        'schema = "SCHEMA"',
        "",
        "4: data.schema: missing; expected the location of a schema.pbtxt",
    ),
]

WRONG_VALUES = [
    ('"trips"', '""', f'1: name: found ""; expected {NAME}'),
    ('"trips"', '"Taxi Trips"', f'1: name: found "Taxi Trips"; expected {NAME}'),
    ('"trips"', '"-trips"', f'1: name: found "-trips"; expected {NAME}'),
    ('"trips"', "3", f"1: name: found 3; expected {NAME}"),
    (
        '"binary"',
        '"binry"',
        '2: task: found "binry"; did you mean "binary"? allowed: binary, multiclass, regression',
    ),
    ('"binary"', "true", "2: task: found true; allowed: binary, multiclass, regression"),
    (
        '"trips.csv"',
        '" "',
        '5: data.input: found " "; expected the location of files, a glob, or a span pattern',
    ),
    ('"SCHEMA"', '""', '6: data.schema: found ""; expected the location of a schema.pbtxt'),
    (
        "[label]",
        "splits = { train = 0.8, eval = 1 }\n[label]",
        "8: data.splits.train: found 0.8; expected " + SHARE,
    ),
    (
        "[label]",
        "splits = 3\n[label]",
        "8: data.splits: found 3; expected a table",
    ),
    (
        "[label]",
        "[data.splits]\ntrain = 2\neval = 0\n[label]",
        "10: data.splits.eval: found 0; expected " + SHARE,
    ),
    (
        "[label]",
        "[data.splits]\ntrain = -2\neval = 1\n[label]",
        "9: data.splits.train: found -2; expected " + SHARE,
    ),
    (
        "[label]",
        'severities.company = "wran"\n[label]',
        '8: data.severities.company: found "wran"; did you mean "warn"? allowed: block, warn',
    ),
    (
        "share = 0.2",
        'share = "a fifth"',
        '10: label.share: found "a fifth"; expected a number of at least 0',
    ),
    ("share = 0.2", "share = -0.2", "10: label.share: found -0.2; expected a number of at least 0"),
    ("share = 0.2", "share = nan", "10: label.share: found nan; expected a number of at least 0"),
    ('of = "fare"', "of = 1", "11: label.of: found 1; expected the name of a column of the schema"),
    (
        "steps = 10",
        "steps = 0",
        "14: training.steps: found 0; expected a whole number of at least 1",
    ),
    (
        "steps = 10",
        "steps = -5",
        "14: training.steps: found -5; expected a whole number of at least 1",
    ),
    (
        "steps = 10",
        'steps = "10"',
        '14: training.steps: found "10"; expected a whole number of at least 1',
    ),
    (
        "steps = 10",
        "steps = 10.0",
        "14: training.steps: found 10.0; expected a whole number of at least 1",
    ),
    (
        "steps = 10",
        "steps = true",
        "14: training.steps: found true; expected a whole number of at least 1",
    ),
    (
        "steps = 10",
        "steps = 10\nbatch_size = 0",
        "15: training.batch_size: found 0; expected a whole number of at least 1",
    ),
    (
        "steps = 10",
        "steps = 10\nlearning_rate = 0",
        "15: training.learning_rate: found 0; expected a number above 0",
    ),
    (
        "steps = 10",
        "steps = 10\nlearning_rate = -0.1",
        "15: training.learning_rate: found -0.1; expected a number above 0",
    ),
    (
        "steps = 10",
        "steps = 10\nlearning_rate = inf",
        "15: training.learning_rate: found inf; expected a number above 0",
    ),
    (
        "steps = 10",
        "steps = 10\nhidden_units = []",
        "15: training.hidden_units: found []; "
        "expected a list of whole numbers of at least 1, one a layer",
    ),
    (
        "steps = 10",
        "steps = 10\nhidden_units = [\n  64,\n  0,\n]",
        "17: training.hidden_units.1: found 0; expected a whole number of at least 1",
    ),
    (
        "steps = 10",
        "steps = 10\nseed = 4294967296",
        "15: training.seed: found 4294967296; expected a whole number from 0 to 4294967295",
    ),
    (
        "[training]",
        '[features]\ndrop = "company"\n[training]',
        '14: features.drop: found "company"; expected a list of columns of the schema',
    ),
    (
        "[training]",
        "features = 3\n[training]",
        "13: label.features: unknown key; did you mean 'features'? "
        "allowed: column, of, positive, share",
    ),
    (
        '[["company"]]',
        '["company"]',
        '17: evaluation.slices.0: found "company"; expected a list of columns',
    ),
    ('[["company"]]', "[[]]", "17: evaluation.slices.0: found []; expected a list of columns"),
    ("min = 0.6", 'min = "0.6"', '21: evaluation.gates.0.min: found "0.6"; expected a number'),
    (
        "min = 0.6",
        'min = 0.6\nscope = "every slic"',
        '22: evaluation.gates.0.scope: found "every slic"; expected '
        '"overall", "every slice", or one slice such as { payment_type = "Cash" }',
    ),
    (
        "min = 0.6",
        "min = 0.6\nmin_rows = 0",
        "22: evaluation.gates.0.min_rows: found 0; expected a whole number of at least 1",
    ),
    (
        "min = 0.6",
        "min = 0.6\n[infra_validation]\nrows = 0",
        "23: infra_validation.rows: found 0; expected a whole number of at least 1",
    ),
    (
        "min = 0.6",
        "min = 0.6\n[infra_validation]\nload_timeout_s = -1",
        "23: infra_validation.load_timeout_s: found -1; expected a whole number of at least 1",
    ),
    (
        "min = 0.6",
        "min = 0.6\n[infra_validation]\nlatency_budget_ms = 0",
        "23: infra_validation.latency_budget_ms: found 0; expected a number above 0",
    ),
    (
        "min = 0.6",
        "min = 0.6\n[infra_validation]\nimage = 219",
        "23: infra_validation.image: found 219; expected the name of a Docker image",
    ),
    (
        "min = 0.6",
        "min = 0.6\n[parity]\nlimit = 0",
        "23: parity.limit: found 0; expected a number above 0",
    ),
    (
        "min = 0.6",
        'min = 0.6\n[push]\nmodel_name = "../taxi"',
        '23: push.model_name: found "../taxi"; '
        "expected letters, digits, - and _, the first a letter or digit; at most 128",
    ),
    (
        "min = 0.6",
        'min = 0.6\n[push]\nrollout = "blue"',
        '23: push.rollout: found "blue"; allowed: direct, canary',
    ),
    (
        "steps = 10",
        "steps = 2024-01-31",
        "14: training.steps: found 2024-01-31; expected a whole number of at least 1",
    ),
]

WRONG_PLACES = [
    ('"var/artifacts"', '""', f'3: roots.artifacts: found ""; expected {FOLDER}'),
    (
        '"/srv/models"',
        '"gs://b/models"',
        f'4: roots.serving: found "gs://b/models"; expected {FOLDER}',
    ),
    ('"var/logs"', '"~/logs"', f'5: roots.logs: found "~/logs"; expected {FOLDER}'),
    ('"var/metadata.sqlite"', "1", f"8: metadata.path: found 1; expected {FOLDER}"),
    ('logs = "var/logs"', "", f"1: roots.logs: missing; expected {FOLDER}"),
    (
        "[run]",
        '[serving]\naddress = "http://server"\n[run]',
        '11: serving.address: found "http://server"; '
        'expected a host and its gRPC port, such as "127.0.0.1:8500"',
    ),
    (
        "[run]",
        "[serving]\ngrpc_port = 70000\n[run]",
        "11: serving.grpc_port: found 70000; expected a port; 0 takes a free one",
    ),
    (
        "parallel_nodes = 2",
        "parallel_nodes = 17",
        "11: run.parallel_nodes: found 17; expected a whole number from 1 to 16",
    ),
    (
        "parallel_nodes = 2",
        "parallel_nodes = 0",
        "11: run.parallel_nodes: found 0; expected a whole number from 1 to 16",
    ),
    (
        "[run]",
        '[beam]\nrunner = "FlinkRunner"\n[run]',
        f'11: beam.runner: found "FlinkRunner"; expected {RUNNER}',
    ),
    (
        "[run]",
        '[beam]\nargs = ["parallelism=2"]\n[run]',
        '11: beam.args.0: found "parallelism=2"; expected a flag, such as "--parallelism=2"',
    ),
    (
        "[run]",
        '[beam]\nargs = "--parallelism=2"\n[run]',
        '11: beam.args: found "--parallelism=2"; expected a list of flags, '
        'such as ["--parallelism=2"]',
    ),
    (
        "[run]",
        "[beem]\n[run]",
        "10: beem: unknown key; did you mean 'beam'? allowed: beam, metadata, roots, run, serving",
    ),
]


@pytest.mark.parametrize(("old", "new", "message"), UNKNOWN_KEYS)
def test_unknown_key_is_refused_with_the_nearest_right_one(files, old, new, message):
    files.change(files.what, old, new)

    assert files.messages() == [f"what.toml:{message}"]


@pytest.mark.parametrize(("old", "new", "message"), MISSING_KEYS)
def test_missing_key_is_named_at_the_line_of_its_table(files, old, new, message):
    files.change(files.what, old.replace("SCHEMA", str(files.schema)), new)

    assert files.messages() == [f"what.toml:{message}"]


@pytest.mark.parametrize(("old", "new", "message"), WRONG_VALUES)
def test_wrong_value_is_refused_with_what_is_expected(files, old, new, message):
    files.change(files.what, old.replace("SCHEMA", str(files.schema)), new)

    assert files.messages() == [f"what.toml:{message}"]


@pytest.mark.parametrize(("old", "new", "message"), WRONG_PLACES)
def test_wrong_value_in_the_where_file_is_refused(files, old, new, message):
    files.change(files.where, old, new)

    assert files.messages() == [f"where.toml:{message}"]


def test_missing_table_is_named_with_the_keys_that_it_needs(files):
    files.change(files.what, '[label]\ncolumn = "tips"\nshare = 0.2\nof = "fare"\n', "")

    assert files.messages() == ["what.toml: label: missing; expected a table with column"]


def test_misspelt_table_is_both_unknown_and_missing(files):
    files.change(files.what, "[label]", "[labell]")

    assert files.messages() == [
        "what.toml: label: missing; expected a table with column",
        f"what.toml:8: labell: unknown key; did you mean 'label'? allowed: {WHAT_KEYS}",
    ]


def test_value_where_a_table_is_expected_is_refused(files):
    files.change(files.what, 'task = "binary"', 'task = "binary"\npush = "now"')

    assert files.messages() == ['what.toml:3: push: found "now"; expected a table']


def test_all_problems_of_both_files_are_told_at_once_in_the_order_of_the_lines(files):
    files.change(files.what, '"binary"', '"binry"')
    files.change(files.what, "steps = 10", "steps = 0")
    files.change(files.where, "parallel_nodes = 2", "parallel_nodes = 0")

    assert files.messages() == [
        'what.toml:2: task: found "binry"; did you mean "binary"? '
        "allowed: binary, multiclass, regression",
        "what.toml:14: training.steps: found 0; expected a whole number of at least 1",
        "where.toml:11: run.parallel_nodes: found 0; expected a whole number from 1 to 16",
    ]


def test_long_value_is_cut_in_the_message(files):
    files.change(files.what, '"trips"', f'"{"T" * 200}"')

    assert files.messages() == [f'what.toml:1: name: found "{"T" * 59}...; expected {NAME}']


def test_whole_number_is_taken_where_a_number_is_expected(files):
    files.change(files.what, "share = 0.2", "share = 1")

    assert files.load().what.label.share == 1.0

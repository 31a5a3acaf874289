"""The effective configuration, printed."""

import tomllib

import pytest

from pipeline.config import Config, What, Where, load, show


def parsed(text: str) -> Config:
    tables = tomllib.loads(text)
    return Config(
        What.model_validate({key: tables[key] for key in tables.keys() & What.model_fields}),
        Where.model_validate({key: tables[key] for key in tables.keys() & Where.model_fields}),
    )


def test_every_value_is_printed_with_a_mark_on_what_no_file_states(files):
    overrides = ["training.steps=200", "beam.args=['--x=1']", "data.severities.company=warn"]

    assert (
        show("what.toml", "where.toml", overrides)
        == f"""\
# what: what.toml
name = "trips"
task = "binary"

[data]
# not set: split_column, served
input = "trips.csv"
format = "auto"  # default
schema = "{files.schema}"
split_by = "row"  # default
max_quarantined = 0.01  # default
missing = []  # default
shard_mb = 64  # default
slices = []  # default

[data.spans]
use = "newest"  # default
window = 1  # default
success_marker = false  # default

[data.splits]
train = 2  # default
eval = 1  # default

[data.split_starts]  # default

[data.columns]  # default

[data.severities]
company = "warn"  # --set

[data.waivers]  # default

[label]
# not set: positive
column = "tips"
share = 0.2
of = "fare"

[features]
# not set: preprocessing_fn
drop = []  # default
crosses = []  # default

[features.columns]  # default

[training]
# not set: batch_size, members, build_model
steps = 200  # --set
patience = 6  # default
learning_rate = 0.002  # default
hidden_units = [128, 64]  # default
class_weights = "none"  # default
warm_start = false  # default
distribution = "none"  # default
seed = 20  # default

[tuning]
# not set: hyperparameters
algorithm = "none"  # default
trials = 20  # default
minutes = 10.0  # default

[tuning.space]
learning_rate = [0.0005, 0.01]  # default
hidden_units = [[64], [128, 64], [256, 128]]  # default
batch_size = []  # default

[evaluation]
slices = [["company"]]

[[evaluation.gates]]
# not set: max, min_change, min_rows
metric = "auc"
min = 0.6
scope = "overall"  # default

[evaluation.fairness]
# not set: positive
columns = []  # default
thresholds = [0.25, 0.5, 0.75]  # default
min_rows = 100  # default

[evaluation.fairness.max_gap]
# not set: fpr, fnr, positive_rate

[explanation]
rows = 2000  # default
repeats = 3  # default
columns = 8  # default
background = 100  # default

[infra_validation]
# not set: latency_budget_ms, image
rows = 32  # default
load_timeout_s = 120  # default

[parity]
rows = 256  # default
limit = 1e-05  # default

[push]
model_name = "trips"  # default
rollout = "direct"  # default

[batch]
# not set: input, key

# where: where.toml

[roots]
# not set: checkpoints
data = "."
artifacts = "var/artifacts"
serving = "/srv/models"
logs = "var/logs"

[metadata]
path = "var/metadata.sqlite"

[beam]
runner = "in_memory"  # default
args = ["--x=1"]  # --set

[serving]
# not set: address, request_log
timeout_s = 120  # default
host = "127.0.0.1"  # default
grpc_port = 8500  # default
rest_port = 8501  # default
request_log_share = 1.0  # default

[run]
parallel_nodes = 2
"""
    )


def test_empty_table_of_the_file_is_not_marked_as_a_default(files):
    files.change(files.what, "[label]", "[data.severities]\n[label]")

    assert "\n[data.severities]\n" in show("what.toml", "where.toml")


@pytest.mark.parametrize(
    "overrides",
    [
        (),
        ("data.splits={eval = 3, train = 10}", "data.severities.company=block"),
        ('data.input="C:\\\\new \\"trips\\"\\u007f é\\t.csv"',),
        ("training.learning_rate=1e-7", "training.hidden_units=[1]"),
        ("training.learning_rate=1e22", "push.model_name=taxi_2"),
        ("label={column='tips'}", 'evaluation.slices=[["company", "hour"], ["hour"]]'),
        (
            'evaluation.gates=[{metric="loss", max=1}, '
            '{metric="auc", min=0.5, scope="every slice", min_rows=9}]',
        ),
        ('evaluation.gates=[{metric="auc", min=0.5, scope={company="A", hour=3}}]',),
        ("beam.runner=apache_beam.runners.portability.flink_runner.FlinkRunner",),
    ],
)
def test_printed_configuration_reads_back_the_same(files, overrides):
    text = show("what.toml", "where.toml", overrides)

    assert parsed(text) == load("what.toml", "where.toml", overrides)
    assert parsed(text).fingerprint == load("what.toml", "where.toml", overrides).fingerprint


def test_key_that_is_no_bare_key_is_quoted(files):
    text = 'feature { name: "Größe in m.²" type: INT }'
    files.schema.write_text(files.schema.read_text(encoding="utf-8") + text, encoding="utf-8")

    shown = show("what.toml", "where.toml", ['data.severities."Größe in m.²"=warn'])

    assert '\n"Größe in m.²" = "warn"  # --set\n' in shown
    assert dict(parsed(shown).what.data.severities) == {"Größe in m.²": "warn"}

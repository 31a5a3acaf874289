"""The gates test themselves: whatever is wrong with a model, a gate of the real pipeline refuses.

Real nodes, in the order of the pipeline, to the first that refuses; then the real Pusher.
"""

import dataclasses
import json
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import apache_beam as beam
import numpy as np
import pytest
import tensorflow as tf
from tfx.types import standard_artifacts

import registry
from components.artifacts import Parity
from components.baseline_model import BaselineModel
from components.errors import Refused
from components.evaluator import judging
from components.evaluator.executor import Executor as Evaluator
from components.evaluator.metrics import METRICS
from components.infra_validator.component import InfraValidator
from components.parity.component import ParityValidator
from components.pusher.component import Pusher
from tests import tampered
from tests.components.learning import trips

pytestmark = pytest.mark.slow

SCHEMA = """
default_environment: "TRAINING"
default_environment: "SERVING"
feature { name: "size" type: FLOAT presence { min_fraction: 1 } shape {} }
feature { name: "weight" type: FLOAT }
feature { name: "note" type: FLOAT }
feature { name: "region" type: BYTES presence { min_fraction: 1 } shape {}
  string_domain { value: "north" value: "south" value: "east" } }
feature { name: "bought" type: FLOAT presence { min_fraction: 1 } shape {}
  not_in_environment: "SERVING" }
"""
LABEL = {"column": "bought"}
SMALL_SLICE = b"east"
GATES = [
    # Too good to be true is a leak.
    {"metric": "auc", "min": 0.7, "max": 0.96},
    {"metric": "auc", "min_change": -0.005},
    {"metric": "auc", "min": 0.7, "scope": "every slice", "min_rows": 50},
]
TRAINING = {
    "task": "binary",
    "label": LABEL,
    "steps": 200,
    "batch_size": 128,
    "learning_rate": 0.01,
    "hidden_units": [24],
    "members": 2,
}


def bought(row, luck):
    """Mostly by size, somewhat by weight, and by luck."""
    weight = row.get("weight", 0.0)
    return float(luck < 1 / (1 + np.exp(-2.2 * row["size"] - 0.9 * weight)))


def people(count, seed):
    """Rows of a shop; a tenth lack their weight, a seventh come from the east."""
    numbers = random.Random(seed)
    rows = []
    for _ in range(count):
        row = {
            "size": numbers.gauss(0, 1),
            "weight": numbers.gauss(0, 1),
            "note": numbers.gauss(0, 1),
            "region": numbers.choices([b"north", b"south", SMALL_SLICE], [3, 3, 1])[0],
        }
        if numbers.random() < 0.1:
            del row["weight"]
        rows.append(row | {"bought": bought(row, numbers.random())})
    return rows


def flipped(row):
    return row | {"bought": 1 - row["bought"]}


def flipped_in_the_east(row):
    return flipped(row) if row["region"] == SMALL_SLICE else row


def without_use(row):
    """A row in which nothing can be seen of the weight."""
    return {name: value for name, value in row.items() if name != "weight"}


def leaking(row):
    return row | {"note": 2.0 * row["bought"] - 1}


@dataclass(frozen=True)
class Judged:
    """What became of a candidate.

    Attributes:
        gate: The node that refused; None if none did.
        reason: Why.
        is_pushed: Whether the Pusher gave it to the server.
    """

    gate: str | None
    reason: str
    is_pushed: bool


class Shop:
    """Artifacts of a small real run, and the nodes that judge on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made = 0
        self.served: dict[tuple[str, str], standard_artifacts.InfraBlessing] = {}
        train, judge = people(3000, 1), people(1500, 2)
        self.rows = train, judge
        self.schema = trips.schema_artifact(folder / "schema", SCHEMA)
        self.examples = trips.examples(folder / "examples", train=train, eval=judge)
        self.transformed = trips.transform(
            folder / "transform", self.examples, self.schema, label=LABEL
        )
        self.transform = standard_artifacts.TransformGraph()
        self.transform.uri = str(folder / "transform")

    def place(self, name: str) -> Path:
        self.made += 1
        return self.folder / f"{self.made}-{name}"

    def changed(self, change: Callable, *splits: str):
        """The examples, with every row of those splits changed."""
        rows = dict(zip(("train", "eval"), self.rows, strict=True))
        changed = {
            split: [change(row) for row in found] if split in splits else found
            for split, found in rows.items()
        }
        return trips.examples(self.place("examples"), **changed)

    def train(self, examples=None):
        return trips.train(
            self.place("model"),
            examples or self.examples,
            self.schema,
            self.transformed,
            **TRAINING,
        )

    def made_of(self, kind, name):
        return trips.artifact(kind, self.place(name))

    def baseline(self, model, base_dir):
        """What the real BaselineModel finds."""
        baseline = self.made_of(standard_artifacts.Model, "baseline")
        BaselineModel.test_call(
            model=model, baseline=baseline, base_dir=str(base_dir), model_name="shop"
        )
        return baseline

    def judge(self, model, base_dir, *, examples=None, compared_with=None) -> Judged:
        """The gates one after the other, and the push.

        Args:
            model: The candidate.
            base_dir: The model base directory.
            examples: Those of the run; the unchanged ones unless given.
            compared_with: What the Evaluator gets in place of BaselineModel's output.
        """
        examples = examples or self.examples
        baseline = self.baseline(model, base_dir)
        blessings = {
            "Evaluator": self.made_of(standard_artifacts.ModelBlessing, "blessing"),
            "ParityValidator": self.made_of(Parity, "parity"),
            "InfraValidator": self.made_of(standard_artifacts.InfraBlessing, "infra"),
        }
        gates = {
            "Evaluator": lambda given: self.evaluate(
                model, compared_with or baseline, examples, given
            ),
            "ParityValidator": lambda given: self.compare(model, examples, given),
            "InfraValidator": lambda given: self.serve(model, examples, given),
        }
        gate, reason = None, ""
        for name, ask in gates.items():
            try:
                ask(blessings[name])
            except Refused as refused:
                gate, reason = name, str(refused)
                break
            if blessings[name].get_int_custom_property("blessed") != 1:
                gate, reason = name, blessings[name].get_string_custom_property("reason")
                break
        pushed = self.made_of(standard_artifacts.PushedModel, "pushed")
        try:
            Pusher.test_call(
                model=model,
                model_blessing=blessings["Evaluator"],
                infra_blessing=blessings["InfraValidator"],
                parity=blessings["ParityValidator"],
                examples=examples,
                schema=self.schema,
                baseline=baseline,
                pushed_model=pushed,
                base_dir=str(base_dir),
                model_name="shop",
                options=json.dumps(
                    {"rollout": "direct", "server": None, "config_fingerprint": "", "seed": 1}
                ),
            )
        except Refused as refused:
            gate, reason = "Pusher", str(refused)
        return Judged(gate, reason, pushed.get_int_custom_property("pushed") == 1)

    def evaluate(self, model, baseline, examples, blessing):
        options = {"task": "binary", "label": LABEL, "slices": [["region"]], "gates": GATES}
        Evaluator(trips.BEAM).Do(
            {
                "examples": [examples],
                "schema": [self.schema],
                "model": [model],
                "baseline_model": [baseline],
            },
            {
                "evaluation": [self.made_of(standard_artifacts.ModelEvaluation, "evaluation")],
                "blessing": [blessing],
            },
            {"options": json.dumps(options), "example_splits": '["eval"]'},
        )

    def serve(self, model, examples, blessing):
        """Starts a server, once for the same model and rows: that takes as long as a training."""
        key = (model.uri, examples.uri)
        if key in self.served:
            blessing.copy_from(self.served[key])
            return
        InfraValidator.test_call(
            model=model,
            examples=examples,
            schema=self.schema,
            blessing=blessing,
            options='{"rows": 16, "load_timeout_s": 120}',
        )
        self.served[key] = blessing

    def compare(self, model, examples, parity):
        ParityValidator.test_call(
            model=model,
            transform_graph=self.transform,
            examples=examples,
            schema=self.schema,
            parity=parity,
            options='{"rows": 128, "limit": 1e-5, "task": "binary", "label": "bought"}',
            beam_pipeline=beam.Pipeline(argv=trips.BEAM.beam_pipeline_args),
        )


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return Shop(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="module")
def models(shop):
    """`good`, and `worse`, which has learnt nothing of the weight."""
    return SimpleNamespace(good=shop.train(), worse=shop.train(shop.changed(without_use, "train")))


@pytest.fixture
def base_dir(shop, models):
    """A model base directory in which the worse model is stable."""
    return with_stable(shop, models.worse)


def with_stable(shop, model):
    folder = shop.place("serving")
    registry.push(Path(model.uri, "Format-Serving"), folder, "shop", registry.Record())
    registry.set_label(folder, "shop", "stable", 1)
    return folder


def test_the_unmutated_candidate_passes_every_gate_and_is_pushed(shop, models, base_dir):
    assert shop.judge(models.good, base_dir) == Judged(None, "", is_pushed=True)
    assert registry.stable_version(base_dir, "shop") == 2


def refused_by(judged: Judged, gate: str) -> str:
    assert (judged.gate, judged.is_pushed) == (gate, False), judged
    return judged.reason


def test_a_model_whose_labels_were_swapped_in_training_is_refused(shop, base_dir):
    mutant = shop.train(shop.changed(flipped, "train"))

    reason = refused_by(shop.judge(mutant, base_dir), "Evaluator")

    assert "min 0.7, overall" in reason
    assert "must beat the trivial model" in reason


def test_a_good_average_with_one_slice_whose_labels_were_flipped_is_refused(shop):
    mutant = shop.train(shop.changed(flipped_in_the_east, "train"))

    reason = refused_by(shop.judge(mutant, shop.place("without-stable")), "Evaluator")

    (line,) = reason.splitlines()
    assert "min 0.7, region=east, " in line


def test_a_model_that_saw_the_label_is_too_good(shop, base_dir):
    examples = shop.changed(leaking, "train", "eval")
    mutant = shop.train(examples)

    reason = refused_by(shop.judge(mutant, base_dir, examples=examples), "Evaluator")

    assert "max 0.96, overall" in reason


def test_a_model_that_is_worse_than_the_stable_one_is_refused(shop, models):
    judged = shop.judge(models.worse, with_stable(shop, models.good))

    (reason,) = refused_by(judged, "Evaluator").splitlines()
    assert ", stable model 0." in reason
    assert "min_change -0.005, overall" in reason


@pytest.mark.parametrize("direction", ["metric", "bound"])
def test_a_judge_whose_comparison_is_reversed_judges_nobody(shop, models, monkeypatch, direction):
    """Such a judge would push the worse model: it is found out before it judges."""
    if direction == "metric":
        reversed_ = dataclasses.replace(METRICS["binary"]["auc"], higher_is_better=False)
        monkeypatch.setitem(METRICS["binary"], "auc", reversed_)
    else:
        monkeypatch.setattr(judging, "_floor", lambda value, _, limit, __: (value <= limit, ""))

    judged = shop.judge(models.worse, with_stable(shop, models.good))

    assert "the judge is broken" in refused_by(judged, "Evaluator")


def test_a_model_that_is_compared_with_itself_is_refused(shop, models, base_dir):
    copy = shop.made_of(standard_artifacts.Model, "copy")
    shutil.copytree(models.good.uri, copy.uri, dirs_exist_ok=True)

    judged = shop.judge(models.good, base_dir, compared_with=copy)

    assert "compared with itself" in refused_by(judged, "Evaluator")


def test_a_model_that_was_not_compared_with_what_is_stable_is_not_pushed(shop, models, base_dir):
    nothing = shop.made_of(standard_artifacts.Model, "nothing")

    judged = shop.judge(models.good, base_dir, compared_with=nothing)

    assert refused_by(judged, "Pusher") == (
        "not pushed: the candidate was compared with no stable model, but version 1 is stable "
        "now; run the pipeline again"
    )


def randomised(loaded):
    numbers = np.random.default_rng(3)
    for variable in loaded.answer_features.concrete_functions[0].graph.variables:
        variable.assign(numbers.normal(size=variable.shape).astype(variable.dtype.as_numpy_dtype))


def test_a_model_whose_weights_are_random_is_refused(shop, models, base_dir, tmp_path):
    mutant = tampered.tampered(models.good, tmp_path / "mutant", {}, first=randomised)

    reason = refused_by(shop.judge(mutant, base_dir), "Evaluator")

    assert "min 0.7, overall" in reason


ANSWERS = {
    "constant": (lambda values: tf.fill(tf.shape(values), 0.5), "min 0.7, overall"),
    "nan": (lambda values: values / 0.0 * 0.0, "answers are no probabilities"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_says_nothing_is_refused(shop, models, base_dir, tmp_path, name):
    function, words = ANSWERS[name]
    mutant = tampered.tampered(
        models.good,
        tmp_path / "mutant",
        {signature: tampered.answering(function) for signature in tampered.ANSWERING},
    )

    assert words in refused_by(shop.judge(mutant, base_dir), "Evaluator")


COLUMNS = {
    "size": tf.io.FixedLenFeature([], tf.float32),
    "weight": tf.io.FixedLenFeature([], tf.float32, float("nan")),
    "note": tf.io.FixedLenFeature([], tf.float32, float("nan")),
    "region": tf.io.FixedLenFeature([], tf.string),
}


def weightless(columns):
    return columns | {"weight": tf.zeros_like(columns["weight"])}


def examples_without_weight(_, inputs, signatures):
    columns = tf.io.parse_example(inputs["examples"], COLUMNS)
    return signatures["serve_rows"](**weightless(columns))


DROPPED = {
    "serving_default": examples_without_weight,
    "serve_rows": lambda original, inputs, _: original(**weightless(inputs)),
}


@pytest.mark.parametrize("signature", DROPPED)
def test_a_feature_that_is_dropped_in_serving_only_is_refused(shop, models, tmp_path, signature):
    """The model stays good enough for the Evaluator: it is parity that refuses."""
    change = {signature: DROPPED[signature]}
    mutant = tampered.tampered(models.good, tmp_path / "mutant", change)

    reason = refused_by(shop.judge(mutant, shop.place("without-stable")), "ParityValidator")

    (line,) = reason.splitlines()
    assert line.startswith(f"{signature}, probability, row ")
    assert ": differs by 0." in line


@pytest.mark.parametrize(
    ("signature", "gate"),
    [
        ("serving_default", "Evaluator"),
        ("serve_rows", "ParityValidator"),
        ("transform_features", "ParityValidator"),
    ],
)
def test_a_model_without_a_signature_is_refused(shop, models, base_dir, tmp_path, signature, gate):
    mutant = tampered.tampered(models.good, tmp_path / "mutant", {signature: None})

    reason = refused_by(shop.judge(mutant, base_dir), gate)

    assert signature in reason
    assert "it has" in reason

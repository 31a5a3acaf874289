"""Several classes and quantities: learnt, judged and answered."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import sklearn.datasets
import sklearn.metrics
from tfx.types import standard_artifacts

from components.evaluator.executor import Executor
from tests.components.learning import trips

pytestmark = pytest.mark.slow

ENVIRONMENTS = 'default_environment: "TRAINING" default_environment: "SERVING"\n'
# A dot, a slash, a blank, a sign and other letters: whatever a column may be called.
NAMES = ["class.b", "class", "größe m²/kg", "4 (cm)"]


def schema(label):
    features = "".join(
        f'feature {{ name: "{name}" type: FLOAT presence {{ min_fraction: 1 }} shape {{}} }}\n'
        for name in NAMES
    )
    return f"{ENVIRONMENTS}{features}{label}"


def learnt(folder, rows, schema_text, task, label, **options):
    """A model of two thirds of the rows, and how the Evaluator judges it on the others."""
    split = [index % 3 == 0 for index in range(len(rows))]
    evaluated = [row for row, is_eval in zip(rows, split, strict=True) if is_eval]
    train = [row for row, is_eval in zip(rows, split, strict=True) if not is_eval]
    examples = trips.examples(folder / "examples", train=train, eval=evaluated)
    contract = trips.schema_artifact(folder / "schema", schema_text)
    output = trips.transform(folder / "transform", examples, contract, task=task, label=label)
    told = {"task": task, "label": label, "steps": 300, "batch_size": 32, "learning_rate": 0.01}
    model = trips.train(folder / "model", examples, contract, output, **told)
    evaluation = trips.artifact(standard_artifacts.ModelEvaluation, folder / "evaluation")
    blessing = trips.artifact(standard_artifacts.ModelBlessing, folder / "blessing")
    absent = trips.artifact(standard_artifacts.Model, folder / "absent")
    Executor(trips.BEAM).Do(
        {
            "examples": [examples],
            "schema": [contract],
            "model": [model],
            "baseline_model": [absent],
        },
        {"evaluation": [evaluation], "blessing": [blessing]},
        {
            "options": json.dumps({"task": task, "label": label, **options}),
            "example_splits": '["eval"]',
        },
    )
    gates = json.loads(Path(evaluation.uri, "gates.json").read_text())
    return SimpleNamespace(
        rows=evaluated,
        answers=trips.ask(trips.load(model), evaluated),
        metrics=gates["overall"]["candidate"],
        judged=gates["overall"]["rows"],
        blessed=gates["blessed"],
    )


@pytest.fixture(scope="module")
def irises(tmp_path_factory):
    bunch = sklearn.datasets.load_iris()
    rows = [
        {
            **dict(zip(NAMES, map(float, x), strict=True)),
            "kind": str(bunch.target_names[y]).encode(),
        }
        for x, y in zip(bunch.data, bunch.target, strict=True)
    ]
    # Nothing can be said of these: no label, and one that is no class.
    del rows[0]["kind"]
    rows[3]["kind"] = b"tulip"
    label = (
        'feature { name: "kind" type: BYTES not_in_environment: "SERVING" string_domain '
        '{ value: "setosa" value: "versicolor" value: "virginica" } }'
    )
    gates = [{"metric": "accuracy", "min": 0.5}, {"metric": "loss", "max": 5}]
    folder = tmp_path_factory.mktemp("irises")
    return learnt(folder, rows, schema(label), "multiclass", {"column": "kind"}, gates=gates)


def test_of_several_classes_the_likeliest_is_named(irises):
    names = np.array(["setosa", "versicolor", "virginica"])

    probabilities = irises.answers["probabilities"]
    assert probabilities.shape == (50, 3)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    found = [name.decode() for name in irises.answers["class"][:, 0]]
    assert found == names[probabilities.argmax(axis=1)].tolist()


def test_rows_without_one_of_the_classes_are_not_judged_and_the_figures_are_scikit_learns(irises):
    names = [b"setosa", b"versicolor", b"virginica"]
    known = [index for index, row in enumerate(irises.rows) if row.get("kind") in names]
    labels = [names.index(irises.rows[index]["kind"]) for index in known]
    probabilities = irises.answers["probabilities"][known]

    accuracy = sklearn.metrics.accuracy_score(labels, probabilities.argmax(axis=1))
    loss = sklearn.metrics.log_loss(labels, probabilities, labels=[0, 1, 2])
    assert irises.judged == len(known) == 48
    assert irises.metrics["accuracy"] == pytest.approx(accuracy)
    assert irises.metrics["loss"] == pytest.approx(loss, rel=1e-4)
    assert irises.blessed
    assert accuracy > 0.85


@pytest.fixture(scope="module", params=[1e6, 1e-6], ids=["millions", "millionths"])
def quantities(request, tmp_path_factory):
    numbers = np.random.default_rng(5)
    inputs = numbers.normal(size=(600, 4))
    target = request.param * (inputs @ [3, -1, 0.5, 0] + 10)
    rows = [
        {**dict(zip(NAMES, map(float, x), strict=True)), "y": float(y)}
        for x, y in zip(inputs, target, strict=True)
    ]
    label = 'feature { name: "y" type: FLOAT not_in_environment: "SERVING" }'
    gates = [{"metric": "r2", "min": 0.8}]
    folder = tmp_path_factory.mktemp("quantities")
    return learnt(folder, rows, schema(label), "regression", {"column": "y"}, gates=gates)


def test_a_quantity_is_learnt_and_answered_in_its_own_unit(quantities):
    labels = [row["y"] for row in quantities.rows]
    answers = quantities.answers["value"][:, 0]

    assert quantities.metrics["r2"] == pytest.approx(
        sklearn.metrics.r2_score(labels, answers), rel=1e-3
    )
    assert quantities.metrics["rmse"] == pytest.approx(
        sklearn.metrics.root_mean_squared_error(labels, answers), rel=1e-3
    )
    assert quantities.metrics["r2"] > 0.9
    assert quantities.blessed

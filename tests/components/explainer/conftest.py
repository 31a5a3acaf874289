"""A table that a model was really fitted to, and columns that tell it much, little or nothing."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from components.artifacts import ModelExplanation
from components.explainer.component import Explainer
from tests.components.learning import trips

SCHEMA = """\
default_environment: "TRAINING"
default_environment: "SERVING"
feature { name: "noise" type: FLOAT presence { min_fraction: 1 } shape {} }
feature { name: "size (cm)" type: FLOAT value_count { min: 1 max: 1 } }
feature { name: "colour" type: BYTES presence { min_fraction: 1 } shape {} }
feature {
  name: "day" type: BYTES presence { min_fraction: 1 } shape {}
  time_domain { string_format: "%Y-%m-%d" }
}
feature { name: "y" type: INT presence { min_fraction: 1 } shape {} not_in_environment: "SERVING" }
"""
OPTIONS = {
    "task": "binary",
    "label": {"column": "y"},
    "features": {},
    "seed": 7,
    "rows": 300,
    "repeats": 3,
    "columns": 3,
    "background": 20,
}


def rows(count):
    """Large and red makes 1; later days a little; a size of 0 or a blank is missing."""
    numbers = np.random.default_rng(11)
    made = []
    for _ in range(count):
        size, day = numbers.uniform(1, 10), numbers.integers(1, 29)
        colour = numbers.choice(["red", "green", "blue"])
        row = {
            "noise": float(numbers.normal()),
            "colour": str(colour).encode(),
            "day": f"2024-{1 + day % 12:02}-{day:02}".encode(),
            "y": int(size + 4 * (colour == "red") + numbers.normal() > 7),
        }
        made.append(row | ({"size (cm)": float(size)} if numbers.random() > 0.1 else {}))
    return made


@pytest.fixture(scope="session")
def table(tmp_path_factory):
    """`rows`, of which every third is in the split `eval`; `examples`, `schema` and `model`."""
    folder = tmp_path_factory.mktemp("table")
    made = rows(1200)
    train = [row for number, row in enumerate(made) if number % 3]
    examples = trips.examples(folder / "examples", train=train, eval=made[::3])
    schema = trips.schema_artifact(folder / "schema", SCHEMA)
    label = {"task": "binary", "label": OPTIONS["label"]}
    output = trips.transform(folder / "transform", examples, schema, **label)
    fitting = {"batch_size": 32, "members": 2, "learning_rate": 0.005}
    model = trips.train(folder / "model", examples, schema, output, **label, **fitting)
    return SimpleNamespace(rows=made, examples=examples, schema=schema, model=model)


@pytest.fixture(scope="session")
def explain(table, tmp_path_factory):
    """Returns a function that runs the node and returns the folder of the explanation."""

    def explain(**options):
        explanation = trips.artifact(ModelExplanation, tmp_path_factory.mktemp("explanation"))
        Explainer.test_call(
            model=table.model,
            examples=options.pop("examples", table.examples),
            schema=table.schema,
            explanation=explanation,
            options=json.dumps(OPTIONS | options),
        )
        return explanation

    return explain

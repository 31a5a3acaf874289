"""A small table, transformed once, to search on."""

from types import SimpleNamespace

import numpy as np
import pytest

from tests.components.learning import trips

SCHEMA = """\
default_environment: "TRAINING"
default_environment: "SERVING"
feature { name: "a" type: FLOAT presence { min_fraction: 1 } shape {} }
feature { name: "b" type: FLOAT presence { min_fraction: 1 } shape {} }
feature { name: "y" type: INT presence { min_fraction: 1 } shape {} not_in_environment: "SERVING" }
"""
LABEL = {"task": "binary", "label": {"column": "y"}}
TRAINING = LABEL | {
    "steps": 90,
    "patience": 6,
    "batch_size": 32,
    "learning_rate": 0.0001,
    "hidden_units": [8],
    "members": 2,
    "seed": 3,
}
TUNING = {
    "algorithm": "random",
    "trials": 3,
    "minutes": 10.0,
    "space": {"learning_rate": [0.002, 0.02], "hidden_units": [[8], [16, 8]], "batch_size": []},
}


@pytest.fixture(scope="session")
def table(tmp_path_factory):
    """`examples`, whose split `eval` has other labels than its split `train`, and the rest."""
    folder = tmp_path_factory.mktemp("table")
    numbers = np.random.default_rng(2)
    made = []
    for _ in range(600):
        a, b = numbers.normal(size=2)
        made.append({"a": float(a), "b": float(b), "y": int(a * b + numbers.normal() / 4 > 0)})
    others = [row | {"y": 1 - row["y"]} for row in made[400:]]
    examples = trips.examples(folder / "examples", train=made[:400], eval=others)
    schema = trips.schema_artifact(folder / "schema", SCHEMA)
    transform_output = trips.transform(folder / "transform", examples, schema, **LABEL)
    return SimpleNamespace(
        examples=examples,
        schema=schema,
        graph=transform_output.transform_savedmodel_dir.rsplit("/", 1)[0],
    )

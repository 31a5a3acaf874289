"""The taxi trips, transformed and learnt once for all tests of this folder."""

from types import SimpleNamespace

import pytest


@pytest.fixture(scope="session")
def taxi(tmp_path_factory):
    """`rows`: 3000 trips; of them `examples`, `schema`, `transform`, `model` and `loaded`."""
    from tests.components.learning import trips

    folder = tmp_path_factory.mktemp("taxi")
    rows = trips.trips(3000)
    examples = trips.examples(folder / "examples", train=rows[:2000], eval=rows[2000:])
    schema = trips.schema_artifact(folder / "schema", trips.TAXI.read_text())
    transform = trips.transform(folder / "transform", examples, schema)
    model = trips.train(folder / "model", examples, schema, transform)
    return SimpleNamespace(
        rows=rows,
        examples=examples,
        schema=schema,
        transform=transform,
        model=model,
        loaded=trips.load(model),
    )

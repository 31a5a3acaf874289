"""Hyperparameters that an earlier search has left."""

import json
from pathlib import Path

import pytest
from tfx.types import standard_artifacts

from components.errors import InputError
from components.tuner.import_hyperparameters import ImportHyperparameters
from tests.components.learning import trips

STORED = {"learning_rate": 0.003, "hidden_units": [128, 64], "steps": 500}


@pytest.fixture
def imported(tmp_path):
    """Returns a function from the text of a file to what the node made of it."""

    def imported(text):
        path = tmp_path / "stored.json"
        if text is not None:
            path.write_text(text, encoding="utf-8")
        made = trips.artifact(standard_artifacts.HyperParameters, tmp_path / "made")
        ImportHyperparameters.test_call(best_hyperparameters=made, path=str(path))
        return made

    return imported


def test_the_artifact_is_like_that_of_a_search(imported):
    made = imported(json.dumps(STORED))

    (file,) = Path(made.uri).iterdir()
    assert file.name == "best_hyperparameters.txt"
    assert json.loads(file.read_text()) == STORED
    assert made.get_string_custom_property("summary").startswith(
        "hidden_units [128, 64], learning_rate 0.003, steps 500, from /"
    )


def test_another_file_has_another_fingerprint(imported):
    one = imported('{"members": 2}').get_string_custom_property("fingerprint")

    assert imported('{"members": 2}').get_string_custom_property("fingerprint") == one
    assert imported('{"members": 3}').get_string_custom_property("fingerprint") != one


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "no file at /"),
        ("learning_rate = 3", "not JSON in UTF-8"),
        ("[]", "expected a JSON object of at least one hyperparameter"),
        ("{}", "expected a JSON object of at least one hyperparameter"),
        ('{"learning_rat": 1}', "'learning_rat' is no hyperparameter; there are: batch_size, "),
        ('{"task": "binary"}', "'task' is no hyperparameter"),
        ('{"learning_rate": 0}', "learning_rate: found 0; expected a number above 0"),
        ('{"learning_rate": "x"}', 'learning_rate: found "x"; expected a number above 0'),
        ('{"hidden_units": []}', "hidden_units: found []; expected a list of whole numbers"),
        ('{"hidden_units": [8.5]}', "hidden_units: found [8.5]; expected a list of whole"),
        ('{"members": true}', "members: found true; expected a whole number of at least 1"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(imported, text, words):
    with pytest.raises(InputError) as caught:
        imported(text)

    assert str(caught.value).startswith("tuning.hyperparameters = '/")
    assert words in str(caught.value)

"""An input is there as its step left it, although object stores forget folders."""

import pytest

from stepping.errors import StepError
from stepping.folders import Contents, complete, contents


@pytest.fixture
def left(tmp_path):
    path = tmp_path / "left"
    (path / "variables").mkdir(parents=True)
    (path / "assets" / "inner").mkdir(parents=True)
    (path / "saved_model.pb").write_text("model")
    (path / "variables" / "index").write_text("index")
    return path


def brought(path, left):
    """What the launcher brings: the files alone."""
    for file in left.rglob("*"):
        if file.is_file():
            copy = path / file.relative_to(left)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    return path


def test_files_are_counted_and_empty_folders_kept_in_mind(left):
    assert contents(left) == Contents(2, ["assets/inner"])


def test_a_file_is_one_file(left):
    assert contents(left / "saved_model.pb") == Contents(1)


def test_an_empty_folder_holds_nothing(tmp_path):
    assert contents(tmp_path) == Contents(0)


def test_what_is_not_there_holds_nothing(tmp_path):
    assert contents(tmp_path / "absent") == Contents(0)


def test_empty_folders_are_there_again(left, tmp_path):
    path = brought(tmp_path / "here", left)

    complete("input 'model'", path, "s3://b/k", contents(left))

    assert contents(path) == contents(left)


def test_a_folder_without_files_is_there_again(tmp_path):
    complete("input 'baseline'", tmp_path / "here", "s3://b/k", Contents(0))

    assert list((tmp_path / "here").iterdir()) == []


@pytest.mark.parametrize("was", [None, Contents(2)])
def test_an_input_that_was_not_brought_is_one_clear_error(tmp_path, was):
    with pytest.raises(StepError, match=r"input 'model': nothing is at /.*did not bring s3://b/k"):
        complete("input 'model'", tmp_path / "absent", "s3://b/k", was)


def test_half_an_input_is_one_clear_error(left, tmp_path):
    path = brought(tmp_path / "here", left)
    (path / "saved_model.pb").unlink()

    with pytest.raises(StepError, match="input 'model': 1 files are at .*, 2 were written"):
        complete("input 'model'", path, "s3://b/k", contents(left))


def test_an_input_of_somebody_else_is_taken_as_it_is(left):
    complete("input 'model'", left, "s3://b/k", None)

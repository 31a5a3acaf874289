"""Which files a location means, and when they count as changed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from components.errors import InputError
from components.example_gen import inputs
from components.example_gen.inputs import input_files, input_fingerprint


@pytest.fixture
def folder(tmp_path):
    for name in ("b.csv", "a.CSV", ".hidden", "_SUCCESS"):
        (tmp_path / name).write_text(f"x\n{name}\n", encoding="utf-8")
    return tmp_path


def names(location):
    return [path.name for path in input_files(str(location))]


def test_a_folder_means_its_csv_files_in_the_order_of_their_names(folder):
    assert names(folder) == ["a.CSV", "b.csv"]


def test_a_glob_means_the_files_that_it_matches(folder):
    assert names(folder / "b*") == ["b.csv"]


def test_a_file_whose_name_looks_like_a_glob_is_that_file(tmp_path):
    (tmp_path / "rows[1].csv").touch()

    assert names(tmp_path / "rows[1].csv") == ["rows[1].csv"]


def test_a_file_of_another_kind_in_the_folder_is_not_passed_over_in_silence(folder):
    (folder / "more.csv.gz").touch()

    with pytest.raises(InputError, match=r"more\.csv\.gz is no CSV file; move it away, or .*glob"):
        input_files(str(folder))


@pytest.mark.parametrize("location", ["none.csv", "empty", "*.tsv"])
def test_a_location_without_files_is_named_with_the_place_it_means(tmp_path, location):
    (tmp_path / "empty").mkdir()

    with pytest.raises(InputError) as caught:
        input_files(str(tmp_path / location))

    assert str(caught.value).startswith(
        f"data.input = '{tmp_path}/{location}': nothing found at {tmp_path}/{location}; expected a"
    )


def test_a_remote_location_is_refused_with_what_is_expected():
    with pytest.raises(InputError, match=r"'gs://b/rows\.csv': not a place of this machine"):
        input_files("gs://b/rows.csv")


def change_content(folder):
    path = folder / "b.csv"
    status = path.stat()
    path.write_text("x\nB.csv\n", encoding="utf-8")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def add_file(folder):
    (folder / "c.csv").write_text("x\n", encoding="utf-8")


def remove_file(folder):
    (folder / "b.csv").unlink()


def rename_file(folder):
    (folder / "b.csv").rename(folder / "c.csv")


@pytest.mark.parametrize("change", [change_content, add_file, remove_file, rename_file])
def test_the_fingerprint_changes_with_the_files(folder, change):
    before = input_fingerprint(str(folder))

    change(folder)

    assert input_fingerprint(str(folder)) != before


def test_the_fingerprint_of_a_copy_elsewhere_is_the_same(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    for name in ("a.CSV", "b.csv"):
        (other / name).write_bytes((folder / name).read_bytes())

    assert input_fingerprint(str(other)) == input_fingerprint(str(folder))


def test_files_too_large_to_read_count_as_changed_when_they_were_written_again(folder, monkeypatch):
    monkeypatch.setattr(inputs, "_READ_WHOLE_BYTES", 3)
    before = input_fingerprint(str(folder))
    assert input_fingerprint(str(folder)) == before

    os.utime(folder / "b.csv", ns=(1, 1))

    assert input_fingerprint(str(folder)) != before


def test_the_fingerprint_needs_neither_tensorflow_nor_beam_nor_arrow():
    project = Path(__file__).resolve().parents[3]
    code = (
        "import sys, components.example_gen.inputs, components.schema_file; "
        "print([m for m in ('tensorflow', 'tfx', 'apache_beam', 'pyarrow') if m in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=True
    )

    assert done.stdout == "[]\n"

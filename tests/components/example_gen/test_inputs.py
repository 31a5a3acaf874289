"""Which files a location means, and when they count as changed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from apache_beam.io.localfilesystem import LocalFileSystem

from components.errors import InputError
from components.example_gen import inputs
from components.example_gen.inputs import find_inputs
from components.example_gen.options import ExampleGenOptions, SpanOptions, SplitOptions
from components.rows.parts import parts_of
from components.rows.reading import read_text


@pytest.fixture
def folder(tmp_path):
    for name in ("b.csv", "a.CSV", ".hidden", "_SUCCESS"):
        (tmp_path / name).write_text(f"x\n{name}\n", encoding="utf-8")
    return tmp_path


def options(**changes):
    return ExampleGenOptions(split=SplitOptions(shares={"train": 1}, starts={}), **changes)


def names(location, **changes):
    return [file.name for _, file in find_inputs(str(location), options(**changes)).files]


def input_fingerprint(location, **changes):
    return inputs.input_fingerprint(find_inputs(location, options(**changes)))


def test_a_folder_means_its_csv_files_in_the_order_of_their_names(folder):
    assert names(folder) == ["a.CSV", "b.csv"]


def test_a_glob_means_the_files_that_it_matches(folder):
    assert names(folder / "b*") == ["b.csv"]


def test_a_file_whose_name_looks_like_a_glob_is_that_file(tmp_path):
    (tmp_path / "rows[1].csv").touch()

    assert names(tmp_path / "rows[1].csv") == ["rows[1].csv"]


def test_a_folder_means_its_files_of_all_formats(folder):
    (folder / "more.csv.gz").touch()
    (folder / "c.parquet").touch()

    assert names(folder) == ["a.CSV", "b.csv", "c.parquet", "more.csv.gz"]


def test_a_file_of_another_kind_in_the_folder_is_not_passed_over_in_silence(folder):
    (folder / "notes.txt").touch()

    with pytest.raises(
        InputError, match=r"notes\.txt: a file of which kind\?.* move it away, name"
    ):
        names(folder)


def test_with_a_format_given_names_do_not_matter(folder):
    (folder / "part-0").touch()

    assert names(folder, format="csv") == ["a.CSV", "b.csv", "part-0"]


@pytest.mark.parametrize("location", ["none.csv", "empty", "*.tsv"])
def test_a_location_without_files_is_named_with_the_place_it_means(tmp_path, location):
    (tmp_path / "empty").mkdir()

    with pytest.raises(InputError) as caught:
        names(tmp_path / location)

    assert str(caught.value).startswith(
        f"data.input = '{tmp_path}/{location}': nothing found at {tmp_path}/{location}; expected a"
    )


def test_a_pattern_without_a_span_says_so(tmp_path):
    with pytest.raises(InputError, match=r"no file matches .*; expected spans such as a folder"):
        names(tmp_path / "{SPAN}" / "*")


@pytest.mark.parametrize("content", ["", "x\n", "\n\n"])
def test_a_span_that_holds_only_a_header_or_nothing_is_skipped(tmp_path, content):
    for span, text in (("1", "x\n1\n"), ("2", content)):
        (tmp_path / span).mkdir()
        (tmp_path / span / "rows.csv").write_text(text)

    found = find_inputs(f"{tmp_path}/{{SPAN}}/*", options())

    assert found.spans == ("1",)
    assert found.skipped == ("span 2 has no rows",)


def test_a_span_whose_only_row_cannot_be_used_is_not_skipped(tmp_path):
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "rows.csv").write_text("x,y\n1\n")

    assert find_inputs(f"{tmp_path}/{{SPAN}}/*", options()).spans == ("1",)


def test_a_marker_is_asked_for_in_a_folder_only(tmp_path):
    (tmp_path / "rows-1.csv").write_text("x\n1\n")

    with pytest.raises(InputError, match="this pattern has the span in the files' names only"):
        find_inputs(
            f"{tmp_path}/rows-{{SPAN}}.csv", options(spans=SpanOptions(success_marker=True))
        )


def test_the_fingerprint_changes_when_the_span_before_does(tmp_path):
    for span in "123":
        (tmp_path / span).mkdir()
        (tmp_path / span / "rows.csv").write_text("x\n1\n")
    pattern = f"{tmp_path}/{{SPAN}}/*"
    before = input_fingerprint(pattern)

    (tmp_path / "1" / "rows.csv").write_text("x\n2\n")
    assert input_fingerprint(pattern) == before

    (tmp_path / "2" / "rows.csv").write_text("x\n2\n")
    assert input_fingerprint(pattern) != before


class Elsewhere(LocalFileSystem):
    """A file system that Beam knows by a scheme of its own, kept in local files."""

    @classmethod
    def scheme(cls):
        return "elsewhere"

    def match(self, patterns, limits=None):
        found = super().match([self._local(pattern) for pattern in patterns], limits)
        for result in found:
            for entry in result.metadata_list:
                entry.path = f"elsewhere:/{entry.path}"
        return found

    def open(self, path, mime_type=None, compression_type=None):
        return super().open(self._local(path), mime_type, compression_type)

    def _local(self, path):
        return path.removeprefix("elsewhere:/")


def test_files_of_a_file_system_that_beam_knows_are_found_and_read(folder):
    found = find_inputs(f"elsewhere:/{folder}/*.csv", options())

    ((source, file),) = found.files
    (part,) = parts_of(file.path, source.format, file.size, 10**6)
    assert source.path == f"elsewhere:/{folder}/b.csv"
    assert [batch.to_pylist() for batch in read_text(part)] == [[{"x": "b.csv"}]]
    assert inputs.input_fingerprint(found) == input_fingerprint(f"elsewhere:/{folder}/*.csv")


def test_a_file_system_that_nobody_knows_is_an_input_error():
    with pytest.raises(InputError, match=r"^data.input = 'nowhere://b/x\.csv': .* can reach"):
        names("nowhere://b/x.csv")


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

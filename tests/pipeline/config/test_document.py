"""Files that cannot be read as TOML."""

import pytest

from pipeline.config import ConfigError, load


def message(config: str, where: str = "where.toml") -> str:
    with pytest.raises(ConfigError) as caught:
        load(config, where)
    return str(caught.value)


def test_missing_file_is_told_with_the_nearest_one(files):
    assert message("wat.toml") == (
        "wat.toml: no such file; did you mean 'what.toml'? there is: what.toml, where.toml"
    )


def test_missing_folder_is_told(files):
    assert message("confs/taxi.toml") == (
        f"confs/taxi.toml: no such file; there is no folder confs in {files.folder}"
    )


def test_missing_file_in_a_folder_without_any_is_told(files):
    (files.folder / "empty").mkdir()

    assert message("empty/taxi.toml") == (
        f"empty/taxi.toml: no such file; there is no .toml file in {files.folder / 'empty'}"
    )


def test_folder_in_place_of_a_file_is_refused(files):
    (files.folder / "configs").mkdir()

    assert message("configs") == "configs: cannot be read: Is a directory"


def test_both_files_may_be_missing(files):
    files.what.unlink()
    files.where.unlink()

    assert message("what.toml") == (
        f"what.toml: no such file; there is no .toml file in {files.folder}\n"
        f"where.toml: no such file; there is no .toml file in {files.folder}"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "what.toml: the file is empty; expected TOML tables and keys"),
        ("# later\n", "what.toml: the file is empty; expected TOML tables and keys"),
        (
            'name = "a"\ntask binary\n',
            "what.toml:2:6: not valid TOML: expected '=' after a key in a key/value pair",
        ),
        (
            'name = "a"\nname = "b"\n',
            "what.toml:2:11: not valid TOML: cannot overwrite a value",
        ),
        ('name = "a"\nx = [', "what.toml:2:6: not valid TOML: invalid value"),
        ('name = "a', "what.toml:1:10: not valid TOML: unterminated string"),
    ],
)
def test_file_that_is_no_toml_is_refused_where_it_goes_wrong(files, text, expected):
    files.what.write_text(text, encoding="utf-8")

    assert message("what.toml") == expected


def test_file_in_another_encoding_is_refused_with_its_line(files):
    files.what.write_bytes('name = "a"\n# Zürich\n'.encode("latin-1"))

    assert message("what.toml") == (
        "what.toml:2: not UTF-8: found the byte 0xfc; expected the file to be saved as UTF-8"
    )


def test_lines_are_counted_with_windows_line_ends_too(files):
    files.change(files.what, "steps = 10", "steps = 0")
    files.what.write_bytes(files.what.read_bytes().replace(b"\n", b"\r\n"))

    assert files.messages() == [
        "what.toml:14: training.steps: found 0; expected a whole number of at least 1"
    ]

"""On which line each key stands."""

import tomllib

import pytest

from pipeline.config.toml_lines import key_lines, parse_key


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("a = 1\nb = 2", ("b",), 2),
        ("# a = 0\n\na = 1", ("a",), 3),
        ("[t]\na = 1", ("t",), 1),
        ("[t]\na = 1", ("t", "a"), 2),
        ("[t.u]\na = 1", ("t",), 1),
        ("[t.u]\n[t]\na = 1", ("t", "a"), 3),
        ("a.b . c = 1", ("a", "b", "c"), 1),
        ("['x y'.\"z.w\"]\n'' = 1", ("x y", "z.w", ""), 2),
        ("[[t]]\na = 1\n[[t]]\na = 2", ("t",), 1),
        ("[[t]]\na = 1\n[[t]]\na = 2", ("t", 1), 3),
        ("[[t]]\na = 1\n[[t]]\na = 2", ("t", 1, "a"), 4),
        ("[[t]]\n[t.u]\na = 1\n[[t]]\n[[t.v]]\na = 2", ("t", 1, "v", 0, "a"), 6),
        ("a = [\n  1, # ]\n  2,\n]\nb = 1", ("a", 1), 3),
        ("a = [\n  1, # ]\n  2,\n]\nb = 1", ("b",), 5),
        ("a = { b = 1, c.d = [{ e = 2 }] }\nf = 1", ("a", "c", "d", 0, "e"), 1),
        ("a = { b = '}' }\nf = 1", ("f",), 2),
        ('a = """\nb = 1\n"""\nc = 1', ("c",), 4),
        ("a = '''\n[b]\n'''''\nc = 1", ("c",), 4),
        ('a = """\\""" b = 1\n""""\nc = 1', ("c",), 3),
        ('a = "# \\" ]"\nc = 1', ("c",), 2),
        ("a = 2013-01-01 00:00:00 # b\nc = 1", ("c",), 2),
    ],
)
def test_key_is_found_on_its_line(text, path, line):
    tomllib.loads(text)

    assert key_lines(text)[path] == line


def test_key_that_is_not_there_has_no_line():
    assert ("b",) not in key_lines("a = 'b = 1'  # b = 2")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a", ("a",)),
        (" a . b ", ("a", "b")),
        ("a.'b.c'.\"d\\u00e9\"", ("a", "b.c", "dé")),
    ],
)
def test_dotted_key_is_split_as_toml_does(text, parts):
    assert parse_key(text) == parts


@pytest.mark.parametrize("text", ["", "a b", "a..b", "[a]", "a = 1\nb"])
def test_text_that_is_no_key_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        parse_key(text)

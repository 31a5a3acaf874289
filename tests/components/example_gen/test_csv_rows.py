"""What the bytes of a CSV file mean."""

import pytest

from components.errors import DataRefused, InputError
from components.example_gen import csv_rows
from components.example_gen.csv_rows import lines_of_rows, read_text


@pytest.fixture
def read(tmp_path):
    def rows(content: bytes):
        path = tmp_path / "rows.csv"
        path.write_bytes(content)
        return [row for batch in read_text(path) for row in batch.to_pylist()]

    return rows


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,x\n2,y\n",
        b"a,b\n1,x\n2,y",
        b"a,b\r\n1,x\r\n2,y\r\n",
        b"a,b\r1,x\r2,y\r",
        b"\xef\xbb\xbfa,b\n1,x\n2,y\n",
        b"a,b\n\n1,x\n\n\n2,y\n\n",
        b"\n\na,b\n1,x\n2,y\n",
        b" a , b\n 1, x \n2\t,y\n",
        b'"a","b"\n"1","x"\n2,"y"\n',
    ],
    ids=[
        "plain",
        "no final newline",
        "CRLF",
        "CR",
        "byte order mark",
        "blank lines",
        "blank lines before the header",
        "blanks round values",
        "quotes",
    ],
)
def test_one_table_in_many_spellings(read, content):
    assert read(content) == [{"a": "1", "b": "x"}, {"a": "2", "b": "y"}]


@pytest.mark.parametrize("cell", [b"", b'""', b"  ", b'" "'])
def test_an_empty_cell_is_a_missing_value(read, cell):
    assert read(b"a,b\n1," + cell + b"\n") == [{"a": "1", "b": None}]


def test_quotes_protect_commas_line_breaks_and_doubled_quotes(read):
    assert read(b'a,b\n"1, 2","x\ny ""z"""\n3,4\n') == [
        {"a": "1, 2", "b": 'x\ny "z"'},
        {"a": "3", "b": "4"},
    ]


def test_a_line_break_in_the_last_value_of_the_file_is_no_fault(read):
    assert read(b'a,b\n1,"x\ny"\n') == [{"a": "1", "b": "x\ny"}]


def test_a_column_name_may_hold_a_line_break(read):
    assert read(b'a,"b\nc"\n1,2\n') == [{"a": "1", "b\nc": "2"}]


def test_in_a_file_of_one_column_a_quoted_nothing_is_a_row_and_a_blank_line_is_not(read):
    assert read(b'a\n""\n\n1\n') == [{"a": None}, {"a": "1"}]


def test_names_and_values_may_be_any_unicode(read):
    assert read("größe m²,名\n½,🚕\n".encode()) == [{"größe m²": "½", "名": "🚕"}]


@pytest.mark.parametrize("content", [b"a,b", b"a,b\n", b"a,b\r\n\r\n\n"])
def test_a_header_without_rows_has_no_rows(read, content):
    assert read(content) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty; expected a header line with column names, then rows"),
        (b"\n\n", "empty; expected a header line with column names, then rows"),
        (b"a,b,a\n1,2,3\n", "line 1: column name 'a' stands 2 times; expected distinct names"),
        (b"\na, a\n1,2\n", "line 2: column name 'a' stands 2 times; expected distinct names"),
        (b"a,\n1,2\n", "line 1: a column has no name; expected distinct names"),
        (b"a,\xff\n1,2\n", "line 1: not UTF-8; expected a header line in UTF-8"),
    ],
)
def test_a_header_that_names_no_table_is_an_input_error(read, tmp_path, content, message):
    with pytest.raises(InputError) as caught:
        read(content)

    assert str(caught.value) == f"{tmp_path}/rows.csv: {message}"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b'a,b\n1,"x\ny"\n\n2\n3,z\n',
            "line 5: 1 cells, expected 2 as in the header; "
            "is a comma or a quote in a value not quoted?",
        ),
        (
            b"a,b\n1,2,3\n",
            "line 2: 3 cells, expected 2 as in the header; "
            "is a comma or a quote in a value not quoted?",
        ),
        (b"a,b\n1,x\n2,caf\xe9\n", "line 3: byte 6 is not UTF-8; save the file as UTF-8"),
        (
            b'a,b\n1,x\n2,"y\n3,z\n4,z\n',
            "line 3: a quote opens in this row and is never closed",
        ),
        (b'a,b\n"1,x\n2,y\n', "line 2: a quote opens in this row and is never closed"),
    ],
)
def test_a_broken_row_is_refused_with_its_line(read, tmp_path, content, message):
    with pytest.raises(DataRefused) as caught:
        read(content)

    assert str(caught.value) == f"{tmp_path}/rows.csv: {message}"


def test_an_open_quote_is_found_when_it_swallows_more_than_a_block(read, monkeypatch):
    monkeypatch.setattr(csv_rows, "_BLOCK_BYTES", 1000)

    with pytest.raises(DataRefused, match=r"line 2: a quote opens in this row and is never closed"):
        read(b'a,b\n1,"x\n' + b"2,y\n" * 1000)


def test_rows_are_the_same_whatever_the_block(read, monkeypatch):
    content = b"a,b\n" + b"".join(b'%d,"x\n%d"\n' % (i, i) for i in range(1000))
    whole = read(content)

    monkeypatch.setattr(csv_rows, "_BLOCK_BYTES", 1000)

    assert len(whole) == 1000
    assert read(content) == whole


def test_more_blank_lines_than_fit_a_block_are_no_rows(read, monkeypatch):
    monkeypatch.setattr(csv_rows, "_BLOCK_BYTES", 100)

    content = b"a\n1\n" + b"\n" * 1000 + b"2\n" + b"\n" * 1000

    assert read(content) == [{"a": "1"}, {"a": "2"}]


def test_a_directory_is_no_csv_file(tmp_path):
    with pytest.raises(InputError, match=r"Is a directory; expected a readable CSV file"):
        list(read_text(tmp_path))


def test_a_row_begins_on_the_line_that_an_editor_shows(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_bytes(b'\na,b\n1,"x\ny"\n\n2,z\n3,z\n')

    assert lines_of_rows(path, {0, 1, 2}) == {0: 3, 1: 6, 2: 7}

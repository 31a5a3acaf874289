"""What the bytes of a CSV file mean."""

import gzip
import random

import pyarrow as pa
import pytest

from components.errors import DataRefused, InputError
from components.rows import csv_cutting, csv_rows, streams
from components.rows.parts import parts_of
from components.rows.reading import locate, read, read_text


@pytest.fixture
def csv(tmp_path):
    return CsvFile(tmp_path / "rows.csv")


class CsvFile:
    """A file, read as one part or as many."""

    def __init__(self, path):
        self.path = path

    def parts(self, content, target_bytes=2**30):
        self.path.write_bytes(content)
        return parts_of(str(self.path), "csv", len(content), target_bytes)

    def rows(self, content, target_bytes=2**30):
        parts = self.parts(content, target_bytes)
        return [row for part in parts for batch in read_text(part) for row in batch.to_pylist()]

    def put_aside(self, content):
        """Line, column and reason of each row that `read_text` leaves out."""
        aside = []
        for part in self.parts(content):
            list(read_text(part, aside.append))
        return [(reject.line, reject.column, reject.reason) for reject in aside]

    def rejects(self, content, kinds=None, target_bytes=2**30):
        """Line, column, text and reason of each row put aside."""
        parts = self.parts(content, target_bytes)
        found = [r for part in parts for batch in read(part, kinds or {}) for r in batch.rejects]
        assert {reject.path for reject in found} <= {str(self.path)}
        return [(r.line, r.column, r.text, r.reason) for r in found]


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
def test_one_table_in_many_spellings(csv, content):
    assert csv.rows(content) == [{"a": "1", "b": "x"}, {"a": "2", "b": "y"}]


@pytest.mark.parametrize("cell", [b"", b'""', b"  ", b'" "'])
def test_an_empty_cell_is_a_missing_value(csv, cell):
    assert csv.rows(b"a,b\n1," + cell + b"\n") == [{"a": "1", "b": None}]


def test_quotes_protect_commas_line_breaks_and_doubled_quotes(csv):
    assert csv.rows(b'a,b\n"1, 2","x\ny ""z"""\n3,4\n') == [
        {"a": "1, 2", "b": 'x\ny "z"'},
        {"a": "3", "b": "4"},
    ]


def test_a_line_break_in_the_last_value_of_the_file_is_no_fault(csv):
    assert csv.rows(b'a,b\n1,"x\ny"\n') == [{"a": "1", "b": "x\ny"}]


def test_a_column_name_may_hold_a_line_break(csv):
    assert csv.rows(b'a,"b\nc"\n1,2\n') == [{"a": "1", "b\nc": "2"}]


def test_in_a_file_of_one_column_a_quoted_nothing_is_a_row_and_a_blank_line_is_not(csv):
    assert csv.rows(b'a\n""\n\n1\n') == [{"a": None}, {"a": "1"}]


def test_names_and_values_may_be_any_unicode(csv):
    assert csv.rows("größe m²,名\n½,🚕\n".encode()) == [{"größe m²": "½", "名": "🚕"}]


@pytest.mark.parametrize(
    "content",
    [
        b",a,b\n0,1,x\n1,,y\n",
        b'"","a","b"\n"r1",1,x\n"r2",,y\n',
        b" ,a,b\n\xff,1,x\n1,,y\n",
    ],
    ids=["pandas", "R", "not UTF-8"],
)
def test_an_index_without_a_name_is_not_read(csv, content):
    assert csv.rows(content) == [{"a": "1", "b": "x"}, {"a": None, "b": "y"}]
    assert csv.rejects(content, {"a": "int"}) == []


def test_a_row_is_as_long_as_the_header_with_its_index(csv):
    content = b",a,b\n0,1,x\n1,2\n2,3,\xff\n3,4\xff\n\xff,5,z\n"

    assert csv.rows(content) == [{"a": "1", "b": "x"}, {"a": "5", "b": "z"}]
    assert csv.put_aside(content) == [
        (3, "", "too few cells"),
        (4, "b", "not UTF-8"),
        (5, "", "too few cells"),
    ]


@pytest.mark.parametrize("content", [b"a,b", b"a,b\n", b"a,b\r\n\r\n\n"])
def test_a_header_without_rows_has_no_rows(csv, content):
    assert csv.rows(content) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty; expected a header line with column names, then rows"),
        (b"\n\n", "empty; expected a header line with column names, then rows"),
        (b"a,b,a\n1,2,3\n", "line 1: column name 'a' stands 2 times; expected distinct names"),
        (b"\na, a\n1,2\n", "line 2: column name 'a' stands 2 times; expected distinct names"),
        (b"a,\n1,2\n", "line 1: a column has no name; expected distinct names"),
        (b",a,\n1,2,3\n", "line 1: a column has no name; expected distinct names"),
        (b'""\n1\n', "line 1: a column has no name; expected distinct names"),
        (b"a,\xff\n1,2\n", "line 1: not UTF-8; expected a header line in UTF-8"),
        *(
            (
                content,
                f"line {line}: a quote opens in the header and is not closed on its line; "
                "expected a header line with column names, then rows",
            )
            for line, content in (
                (1, b'a,"b\n1,2\n3,4\n'),
                (2, b'\na,"b'),
                (1, b'"'),
                (1, b'a,"b\n1,2\n3,"4"\n'),
            )
        ),
    ],
)
def test_a_header_that_names_no_table_is_an_input_error(csv, content, message):
    with pytest.raises(InputError) as caught:
        csv.rows(content)

    assert str(caught.value) == f"{csv.path}: {message}"


@pytest.mark.parametrize(
    ("content", "reject", "kept"),
    [
        (b'a,b\n1,"x\ny"\n\n2\n3,z\n', (5, "", "2", "too few cells"), 2),
        (b"a,b\n3,z\n1,2,3\n", (3, "", "1,2,3", "too many cells"), 1),
        (b"a,b\n3,z\n  \n", (3, "", "  ", "too few cells"), 1),
        (b"a,b\n1,x\n2,caf\xe9\n", (3, "b", "caf\ufffd", "not UTF-8"), 1),
        (b"\na,b\r\n\xff,\xff\r\n1,x", (3, "a", "\ufffd", "not UTF-8"), 1),
    ],
)
def test_a_broken_row_is_put_aside_with_its_line_and_the_others_are_kept(
    csv, content, reject, kept
):
    assert csv.rejects(content) == [reject]
    assert len(csv.rows(content)) == kept


@pytest.mark.parametrize(
    "content",
    [
        b'a,b\n1,x\n2,"y\n3,z\n4,z\n',
        b'a,b\n1,z\n"1,x\n2,y\n',
        b'a,b\n1,z\n1,x\n"',
        b'a,b\n1,x\n2,"y',
    ],
)
def test_a_quote_that_is_never_closed_is_refused_with_its_line(csv, content):
    line = content[: content.index(b'"')].count(b"\n") + 1
    with pytest.raises(DataRefused) as caught:
        csv.rows(content)

    expected = f"line {line}: a quote opens in this row and is never closed"
    assert str(caught.value) == f"{csv.path}: {expected}"


def test_of_a_row_the_first_column_that_does_not_fit_is_told(csv):
    content = b"a,b,c\n1,x,y\n2,1.5,0\nz,1,1\n"

    assert csv.rejects(content, {"b": "float", "c": "int"}) == [
        (2, "b", "x", "no number of 32 bits")
    ]


def test_rejects_come_in_the_order_of_the_file_with_lines_of_the_whole_file(csv, monkeypatch):
    monkeypatch.setattr(csv_rows, "LONGEST_ROW", 200)
    rows = [b'"line\nbreak",%d' % i for i in range(500)]
    rows[3], rows[250], rows[251], rows[499] = b"x,y", b"1", b"2,3,4", b"z,-"
    content = b"\n".join([b"a,b", *rows])

    expected = [
        (8, "b", "y", "no whole number of 64 bits"),
        (501, "", "1", "too few cells"),
        (502, "", "2,3,4", "too many cells"),
        (997, "b", "-", "no whole number of 64 bits"),
    ]
    assert csv.rejects(content, {"b": "int"}) == expected
    assert csv.rejects(content, {"b": "int"}, target_bytes=700) == expected
    assert len(csv.parts(content, target_bytes=700)) > 5


def test_a_long_text_is_kept_in_part(csv):
    ((_, _, text, _),) = csv.rejects(b"a\n" + b"x" * 5000 + b"\n", {"a": "int"})

    assert text == "x" * 1000 + "… (5,000 characters)"


def test_an_open_quote_is_found_when_it_swallows_more_than_a_block(csv, monkeypatch):
    monkeypatch.setattr(csv_rows, "LONGEST_ROW", 1000)

    with pytest.raises(DataRefused, match=r"line 2: a quote opens in this row and is never closed"):
        csv.rows(b'a,b\n1,"x\n' + b"2,y\n" * 1000)


@pytest.mark.parametrize(
    ("row", "is_too_long"),
    [
        (b"1," + b"x" * 1999, True),
        (b",".join([b"y" * 999] * 2) + b"yy", True),
        (b'1,"' + b'""' * 999 + b'"', True),
        (b"1," + b"x" * 1998, False),
        (b'1,"' + b'""' * 998 + b'"', False),
    ],
)
def test_a_row_is_read_up_to_a_length_and_no_further(csv, monkeypatch, row, is_too_long):
    for module in (csv_rows, streams):
        monkeypatch.setattr(module, "LONGEST_ROW", 2000)
    content = b"a,b\n" + b"2,y\n" * 300 + row + b"\n" + b"2,y\n" * 300 + b'1,2,"3"\n'

    if is_too_long:
        expected = r"line 302: a row of more than 2,000 characters; is a quote missing\?"
        with pytest.raises(DataRefused, match=expected):
            csv.rows(content)
    else:
        assert len(csv.rows(content)) == 601


def test_no_more_of_a_file_is_taken_in_than_a_row_may_have(csv, monkeypatch):
    monkeypatch.setattr(streams, "LONGEST_ROW", 2000)
    taken = []
    readline = streams.io.TextIOWrapper.readline

    class Counted(streams.io.TextIOWrapper):
        def readline(self, size=-1):
            line = readline(self, size)
            taken.append(len(line))
            return line

    monkeypatch.setattr(streams.io, "TextIOWrapper", Counted)

    with pytest.raises(InputError, match="line 1: a row of more than 2,000 characters"):
        csv.parts(b'a,"b\n' + b"1,2\n" * 10_000 + b"x" * 10_000)
    assert sum(taken) < 2010


def test_line_breaks_in_quotes_are_kept_wherever_a_block_ends(csv, monkeypatch):
    content = b"a,b\r\n" + b'1,"x\r\ny\rz\nw"\r\n' * 50

    for block in range(30, 60):
        monkeypatch.setattr(csv_rows, "LONGEST_ROW", block)
        assert {row["b"] for row in csv.rows(content)} == {"x\r\ny\rz\nw"}


def test_rows_are_the_same_whatever_the_block(csv, monkeypatch):
    content = b"a,b\n" + b"".join(b'%d,"x\n%d"\n' % (i, i) for i in range(1000))
    whole = csv.rows(content)

    monkeypatch.setattr(csv_rows, "LONGEST_ROW", 1000)

    assert len(whole) == 1000
    assert csv.rows(content) == whole


def test_more_blank_lines_than_fit_a_block_are_no_rows(csv, monkeypatch):
    monkeypatch.setattr(csv_rows, "LONGEST_ROW", 100)

    content = b"a\n1\n" + b"\n" * 1000 + b"2\n" + b"\n" * 1000

    assert csv.rows(content) == [{"a": "1"}, {"a": "2"}]


def test_a_directory_is_no_csv_file(tmp_path):
    with pytest.raises(InputError, match=r"is a directory; expected a readable file"):
        parts_of(str(tmp_path), "csv", 1, 1)


def test_a_row_begins_on_the_line_that_an_editor_shows(csv):
    (part,) = csv.parts(b'\na,b\n1,"x\ny"\n\n2,z\n3,z\n')

    assert locate(part, {0, 1, 2}) == {0: 3, 1: 6, 2: 7}


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
def test_a_file_cut_into_parts_has_the_same_rows_on_the_same_lines(csv, ending):
    rows = [b'%d,"a ""quoted"" %d' % (i, i) + ending + b'text, and more"' for i in range(300)]
    content = ending.join([b"\xef\xbb\xbfa,b", *rows])
    whole = csv.rows(content)

    parts = csv.parts(content, 500)

    assert len(parts) > 10
    assert csv.rows(content, 500) == whole
    lines = [line for part in parts for line in locate(part, range(1000)).values()]
    assert lines == list(range(2, 602, 2))


@pytest.mark.parametrize("cell", [b'5" pipe', b'"a"b', b'x "y" z', b'" ""x'])
def test_a_file_whose_quotes_stand_anywhere_is_not_cut(csv, cell):
    content = b"a,b\n" + b"1,2\n" * 100 + b"1," + cell + b"\n" + b"1,2\n" * 100

    assert len(csv.parts(content, 100)) == 1


def test_no_part_begins_in_the_header(csv):
    content = b'"a\nb",c\n' + b"1,2\n" * 10

    assert csv.rows(content, 1) == [{"a\nb": "1", "c": "2"}] * 10


@pytest.mark.parametrize(("name", "compress"), [("x.csv.gz", gzip.compress), ("x.csv.zst", None)])
def test_a_compressed_file_is_one_part_with_the_same_rows(tmp_path, name, compress):
    content = b"a,b\n" + b"1,x\n" * 1000
    packed = compress(content) if compress else pa.compress(content, "zstd", asbytes=True)
    (tmp_path / name).write_bytes(packed)

    (part,) = parts_of(str(tmp_path / name), "csv", len(packed), 10)

    assert [batch.num_rows for batch in read_text(part)] == [1000]


def test_a_compressed_file_that_was_cut_off_is_refused(tmp_path):
    path = tmp_path / "x.csv.gz"
    numbers = random.Random(1)
    lines = "\n".join(str(numbers.random()) for _ in range(50_000))
    path.write_bytes(gzip.compress(f"a\n{lines}".encode())[:-200])

    (part,) = parts_of(str(path), "csv", 10, 10)

    with pytest.raises(DataRefused, match=r"x\.csv\.gz: "):
        list(read(part, {}))


def test_tabs_separate_the_cells_of_a_tsv_file(tmp_path):
    path = tmp_path / "x.tsv"
    path.write_bytes(b"a\tb\n1,5\t2\n")

    (part,) = parts_of(str(path), "csv", 10, 10)

    assert [batch.to_pylist() for batch in read_text(part)] == [[{"a": "1,5", "b": "2"}]]


def test_a_file_in_which_every_cell_is_quoted_is_cut_wherever_its_blocks_end(csv, monkeypatch):
    content = b'"a","b"\n' + b"".join(b'"%d","x"\r\n' % i for i in range(2000))
    for block in (97, 100, 1000):
        monkeypatch.setattr(csv_cutting, "_BLOCK_BYTES", block)

        assert len(csv.parts(content, 1000)) > 15
        assert [row["a"] for row in csv.rows(content, 1000)] == [str(i) for i in range(2000)]


def test_a_byte_order_mark_further_on_is_text_however_the_file_is_cut(csv):
    content = b"a\n" + b"1\n\xef\xbb\xbfx\n" * 20

    assert csv.rows(content, 3) == csv.rows(content) == [{"a": "1"}, {"a": "\ufeffx"}] * 20

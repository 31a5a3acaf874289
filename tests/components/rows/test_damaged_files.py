"""Thousands of damaged CSV files: no crash, and every row is accounted for."""

import csv
import io
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.errors import DataRefused, InputError
from components.rows.parts import parts_of
from components.rows.reading import read

KINDS = {"a": "int", "b": "float", "c": "bytes"}

CELLS = st.one_of(
    st.sampled_from(
        [b"", b"7", b"1.5", b" x ", b"nan", b'"1"', b'"x\ny"', b'"a ""b"""', b"9" * 30, b"1e400"]
    ),
    st.binary(max_size=6),
)
ENDINGS = st.sampled_from([b"\n", b"\r\n", b"\r"])
DAMAGE = st.lists(
    st.tuples(
        st.sampled_from(["insert", "delete", "replace"]),
        st.floats(0, 1),
        st.sampled_from(
            [b'"', b'""', b",", b"\n", b"\r", b"\x00", b"\xff", b"\xef\xbb\xbf", b" ", b"'", b"\\"]
        ),
    ),
    max_size=4,
)


@st.composite
def damaged(draw):
    """A file of rows under a header, some of them ragged, with a few bytes broken."""
    ending = draw(ENDINGS)
    rows = draw(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=8))
    content = ending.join([b"a,b,c", *(b",".join(row) for row in rows)])
    content += draw(st.sampled_from([b"", ending, ending * 2]))
    for kind, where, what in draw(DAMAGE):
        place = int(where * len(content))
        after = place if kind == "insert" else place + 1
        content = content[:place] + (b"" if kind == "delete" else what) + content[after:]
    return content


def outcome(path, target_bytes):
    """What reading gives: rows and rejects, or the message of a refusal."""
    content = path.read_bytes()
    try:
        parts = parts_of(str(path), "csv", len(content), target_bytes)
        batches = [batch for part in parts for batch in read(part, KINDS)]
    except (InputError, DataRefused) as error:
        return str(error)
    rows = [row for batch in batches for row in batch.rows.to_pylist()]
    return rows, [reject for batch in batches for reject in batch.rejects]


def rows_by_another_reader(content):
    """How many rows Python's csv module sees, blank lines and the header left out.

    None where the two do not mean the same by a quote: it stands neither at a cell's beginning nor
    at its end.
    """
    text = content.decode("utf-8-sig", "replace")
    if re.search(r'[^,\r\n"]"|"[^,\r\n"]', text):
        return None
    return sum(1 for cells in csv.reader(io.StringIO(text, newline="")) if cells) - 1


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("damaged") / "rows.csv"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@settings(
    max_examples=3000,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(content=damaged())
def test_every_row_of_a_damaged_file_is_kept_or_put_aside_with_its_place(path, content):
    path.write_bytes(content)

    found = outcome(path, 2**20)

    assert outcome(path, 7) == found
    if isinstance(found, str):
        assert found.startswith(f"{path}: ")
        return
    rows, rejects = found
    expected = rows_by_another_reader(content)
    assert expected in (None, len(rows) + len(rejects))
    lines = [reject.line for reject in rejects]
    assert lines == sorted(lines)
    assert all(reject.line > 1 and reject.reason for reject in rejects)

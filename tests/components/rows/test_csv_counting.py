"""Rows that are counted are those that are read."""

import pytest

from components.rows.csv_counting import count_rows
from components.rows.parts import parts_of
from components.rows.reading import read

TEXTS = [
    "a,b\n1,2\n3,4\n",
    "a,b\r\n1,2\r\n\r\n3,4",
    "\n\na,b\n\n1,2\n   \n\n",
    'a,b\n"1\n\n2",x\n"say ""hi""\r\n",y\n',
    'a,b\r"1",2\r\r3,4\r',
    "\ufeffa\n1\n\n2\n",
    "a,b\n",
    "a,b\n" + '"x\n""y",1\n\n' * 3000,
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_part_has_as_many_rows_as_are_read_from_it(tmp_path, text):
    path = tmp_path / "rows.csv"
    path.write_bytes(text.encode())
    parts = parts_of(str(path), "csv", path.stat().st_size, 4096)

    counted = [count_rows(part) for part in parts]

    assert counted == [
        sum(batch.rows.num_rows + len(batch.rejects) for batch in read(part, {})) for part in parts
    ]

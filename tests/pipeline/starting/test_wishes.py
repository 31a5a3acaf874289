"""What cannot be asked of a table."""

import pyarrow as pa
import pytest

from pipeline.errors import UserError
from pipeline.starting.deciding import decide
from pipeline.starting.profile import profile
from pipeline.starting.wishes import Wishes
from tests.pipeline.starting.tables import NOISE, ROWS, cycle, shuffled, table

DAYS = [f"2024-{i % 12 + 1:02}-{i % 28 + 1:02}" for i in range(ROWS)]


def refusal(found, wishes):
    with pytest.raises(UserError) as caught:
        decide(found, wishes)
    return str(caught.value)


def test_a_name_in_another_case_is_near():
    found = table(target=cycle(0, 1), x=NOISE)

    assert "--label 'TARGET': no such column; did you mean 'target'?" in refusal(
        found, Wishes("TARGET")
    )


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_another_delimiter_is_named(mark):
    found = table(**{f"x{mark}y": ["1"] * ROWS})

    assert f"and these seem to be by {mark!r}" in refusal(found, Wishes("y"))


def test_headers_alone_are_no_table():
    assert refusal(profile([]), Wishes("y")).startswith("--data: no rows, only headers")


def test_a_label_alone_cannot_be_predicted():
    found = table(y=shuffled(0, 1))

    assert "to predict 'y' from: there is no other" in refusal(found, Wishes("y"))


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        ({"time": "y"}, "--time 'y': is the label"),
        ({"entity": "y"}, "--entity 'y': is the label"),
        ({"time": "us"}, "300 of 300 rows have no time, such as '01/31/2024'; expected numbers"),
        ({"time": "gaps"}, "--time 'gaps': 100 of 300 rows have no time"),
        ({"time": "once"}, "--time 'once': is the same in every row"),
        ({"entity": "once"}, "--entity 'once': its 1 values leave none for the split"),
    ],
)
def test_a_column_that_cannot_split_the_rows_is_refused(wishes, message):
    found = table(
        y=shuffled(0, 1),
        x=NOISE,
        us=["01/31/2024"] * (ROWS - 1) + ["02/01/2024"],
        gaps=[day if i % 3 else None for i, day in enumerate(DAYS)],
        once=["2024-01-01"] * ROWS,
    )

    assert message in refusal(found, Wishes("y", **wishes))


@pytest.mark.parametrize("values", [DAYS, range(ROWS), [f"{day}T12:30:00Z" for day in DAYS]])
def test_what_exampleGen_reads_as_times_can_split_the_rows(values):
    found = table(y=shuffled(0, 1), x=NOISE, when=values)

    assert decide(found, Wishes("y", time="when")).task == "binary"


def test_an_uneven_split_is_told_with_its_shares():
    found = table(y=shuffled(0, 1), x=NOISE, city=cycle("a", "c"))

    remarks = decide(found, Wishes("y", entity="city")).remarks

    uneven = [told for told in remarks if told.startswith("'city' has 2 values, and they split")]
    assert len(uneven) == 1
    assert "where train 67%, eval 33% were wanted" in uneven[0]


def test_few_rows_that_judge_are_told():
    found = table(y=shuffled(0, 1)[:60], x=NOISE[:60])

    remarks = decide(found, Wishes("y")).remarks

    assert "about 30 rows judge: by luck alone, accuracy moves by ±0.18" in remarks


def test_no_batch_is_no_table():
    assert profile([pa.record_batch({"a": pa.array([], pa.string())})]).rows == 0

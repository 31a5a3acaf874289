"""Which spans a pattern has, and which of them are read."""

import pytest

from components.errors import InputError
from components.example_gen.spans import choose, is_pattern, spans_of


@pytest.fixture
def make(tmp_path):
    def files(*names):
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x\n1\n")
        return tmp_path

    return files


def listed(pattern):
    return [(s.name, s.number, s.version, len(s.files)) for s in spans_of(str(pattern))]


def whole(span):
    return None


def test_numbered_spans_are_ordered_by_number(make):
    root = make("data/2/a.csv", "data/10/a.csv", "data/10/b.csv", "data/010x/a.csv")

    assert listed(root / "data/{SPAN}/*") == [("2", 2, 0, 1), ("10", 10, 0, 2)]


def test_a_dated_span_has_its_days_since_1970_as_its_number(make):
    root = make("1970-01-03/a.csv", "1970-02-30/a.csv", "2024-3-01/a.csv")

    assert listed(root / "{YYYY}-{MM}-{DD}/*") == [("1970-01-03", 2, 0, 1)]


def test_a_date_may_be_spread_over_folders_and_said_twice(make):
    root = make("2024/03/01/rows-2024.csv", "2024/03/02/rows-2025.csv")

    assert listed(root / "{YYYY}/{MM}/{DD}/rows-{YYYY}.csv") == [("2024-03-01", 19783, 0, 1)]


def test_a_width_asks_for_exactly_that_many_digits(make):
    root = make("001/a.csv", "1/a.csv")

    assert listed(root / "{SPAN:3}/*") == [("1", 1, 0, 1)]


def test_a_pattern_that_ends_in_a_folder_means_all_that_is_in_it(make):
    root = make("1/a.csv", "1/_SUCCESS", "1/.hidden")

    assert listed(root / "{SPAN}") == [("1", 1, 0, 1)]


def test_of_a_span_the_newest_usable_version_is_read(make):
    root = make("1/v1/a.csv", "1/v2/a.csv", "1/v3/a.csv")
    spans = spans_of(f"{root}/{{SPAN}}/v{{VERSION}}/*")

    chosen = choose(spans, "newest", 1, lambda s: "is torn" if s.version == 3 else None)

    assert [(s.name, s.version) for s in chosen.spans] == [("1", 2)]
    assert chosen.skipped == ("span 1, version 3 is torn",)


@pytest.mark.parametrize(
    ("use", "window", "read", "previous"),
    [
        ("newest", 1, ["4"], "3"),
        ("newest", 2, ["3", "4"], "3"),
        ("newest", 9, ["1", "2", "3", "4"], "3"),
        ("2", 1, ["2"], "1"),
        ("02", 2, ["1", "2"], "1"),
        ("1", 3, ["1"], None),
    ],
)
def test_a_window_is_a_span_and_those_right_before_it(make, use, window, read, previous):
    spans = spans_of(f"{make(*(f'{n}/a.csv' for n in range(1, 5)))}/{{SPAN}}/*")

    chosen = choose(spans, use, window, whole)

    assert [span.name for span in chosen.spans] == read
    assert (chosen.previous.name if chosen.previous else None) == previous


def test_what_cannot_be_used_is_skipped_and_said_and_leaves_its_place_to_an_older_one(make):
    spans = spans_of(f"{make(*(f'{n}/a.csv' for n in range(1, 6)))}/{{SPAN}}/*")

    chosen = choose(spans, "newest", 2, lambda s: "has no rows" if s.name in "53" else None)

    assert [span.name for span in chosen.spans] == ["2", "4"]
    assert chosen.previous.name == "2"
    assert chosen.skipped == ("span 5 has no rows", "span 3 has no rows")


def test_spans_older_than_all_that_is_needed_are_not_looked_into(make):
    spans = spans_of(f"{make(*(f'{n}/a.csv' for n in range(1, 6)))}/{{SPAN}}/*")
    looked = []

    choose(spans, "newest", 2, lambda span: looked.append(span.name))

    assert looked == ["5", "4", "3"]


@pytest.mark.parametrize(
    ("use", "fault", "message"),
    [
        ("7", whole, "data.spans.use = '7': no such span; the newest are: 1, 2"),
        ("2", lambda s: "has no rows", "data.spans.use = '2': span 2 has no rows"),
        (
            "newest",
            lambda s: "has no rows",
            "no span can be used: span 2 has no rows; span 1 has no rows",
        ),
    ],
)
def test_where_nothing_can_be_used_the_message_says_why(make, use, fault, message):
    spans = spans_of(f"{make('1/a.csv', '2/a.csv')}/{{SPAN}}/*")

    with pytest.raises(InputError) as caught:
        choose(spans, use, 1, fault)

    assert str(caught.value) == message


@pytest.mark.parametrize("pattern", ["{YYYY}-{MM}/*", "{SPAN}/{DD}/*", "v{VERSION}/*"])
def test_half_a_pattern_is_refused(pattern):
    assert is_pattern(pattern)
    with pytest.raises(InputError, match=r"\{SPAN\}"):
        spans_of(pattern)


def test_a_file_with_wildcards_and_signs_in_its_folder_belongs_to_its_span(make):
    root = make("a+b (1)/7/part-0/x.csv", "a+b (1)/7/part-1/x.csv")

    (span,) = spans_of(f"{root}/a+b (1)/{{SPAN}}/part-?/*.csv")

    assert span.folder == f"{root}/a+b (1)/7"
    assert len(span.files) == 2

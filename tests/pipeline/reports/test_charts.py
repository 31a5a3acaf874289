"""A chart as it stands on the page."""

import plotly.graph_objects as go

from pipeline.reports.model.charts import Chart, drawn, numbers, short
from tests.pipeline.reports.read_page import read


def test_a_text_that_reaches_a_chart_as_it_is_cannot_end_its_block():
    nasty = "</script><script>alert(1)</script><!--\u2028"
    chart = Chart("a", nasty, nasty, [go.Bar(x=[nasty], y=[1])])

    html = "".join(drawn([chart]))

    page = read(html)
    assert html.count("</script") == html.count("<script") == 1
    assert page.figure("a")["data"][0]["x"] == [nasty]
    assert page.drawings["a"] == f"{nasty}. {nasty}"


def test_charts_that_are_not_there_leave_no_trace():
    assert list(drawn([None, None])) == []


def test_numbers_keep_what_can_be_seen_and_nothing_stands_for_the_undefined():
    assert numbers([0.123456789, float("nan"), 17031081401.0]) == [0.12346, None, 17031000000.0]


def test_a_long_text_is_cut():
    assert short("abcdef", 4) == "abc…"
    assert short("abcd", 4) == "abcd"

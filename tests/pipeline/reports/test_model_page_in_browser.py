"""The reports in a real browser that has no network."""

import datetime
import json
import shutil
import subprocess
from html.parser import HTMLParser

import pytest

from pipeline.reports.model.comparison import comparison
from pipeline.reports.model.page import report
from pipeline.reports.model.reading import read_run
from tests.pipeline.reports.sample_runs import SampleRuns

NOW = datetime.datetime(2026, 1, 1)
BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
# What Plotly draws: lines and marks, bars, cells.
MARKS = {"trace", "bars", "hm"}

pytestmark = pytest.mark.skipif(not BROWSER, reason="no Chromium on this machine")


class Drawn(HTMLParser):
    """Counts what stands in each chart of a page as the browser has it."""

    def __init__(self):
        super().__init__()
        self.pictures = {}
        self.marks = {}
        self._chart = None

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        kinds = set((attributes.get("class") or "").split())
        if "drawing" in kinds:
            self._chart = attributes["id"]
            self.pictures[self._chart] = self.marks[self._chart] = 0
        elif tag == "figure":
            self._chart = None
        if self._chart and tag == "svg" and "main-svg" in kinds:
            self.pictures[self._chart] += 1
        if self._chart and kinds & MARKS:
            self.marks[self._chart] += 1


def opened(page, tmp_path, width):
    """Opens a page; returns what it drew, and every address that the browser asked for."""
    path, log = tmp_path / "page.html", tmp_path / "net.json"
    path.write_text(page, encoding="utf-8")
    done = subprocess.run(
        [
            BROWSER,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={tmp_path / 'profile'}",
            f"--window-size={width},2000",
            f"--log-net-log={log}",
            "--virtual-time-budget=20000",
            "--dump-dom",
            path.as_uri(),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=150,
    )
    drawn = Drawn()
    drawn.feed(done.stdout)
    return drawn, requested(log), done.stdout


def requested(log):
    """Addresses, from the browser's log of its network, that a page asked for.

    What the browser asks for by itself, such as updates, has no origin.
    """
    events = json.loads(log.read_text(encoding="utf-8"))["events"]
    asked = [event["params"] for event in events if "initiator" in event.get("params", {})]
    by_pages = {request["url"] for request in asked if request["initiator"] != "not an origin"}
    return {url for url in by_pages if not url.startswith(("file:", "data:"))}


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_every_chart_is_drawn_and_nothing_is_asked_of_anybody(task, tmp_path):
    runs = SampleRuns(tmp_path / "runs", task)
    runs.add("run-1")

    drawn, addresses, text = opened(
        report(read_run(runs.get(), runs.config.what), NOW), tmp_path, 1280
    )

    assert addresses == set()
    assert len(drawn.pictures) > 10
    assert [name for name, count in drawn.pictures.items() if not count] == []
    assert [name for name, count in drawn.marks.items() if not count] == []
    assert "could not be drawn" not in text.partition("<script>")[0]


def test_a_comparison_is_drawn_too(tmp_path):
    runs = SampleRuns(tmp_path / "runs")
    runs.add("run-1", seed=1)
    runs.add("run-2", seed=2)
    both = [read_run(runs.get(name), runs.config.what) for name in ("run-1", "run-2")]

    drawn, addresses, _ = opened(comparison(*both, NOW), tmp_path, 375)

    assert addresses == set()
    assert "chart-roc" in drawn.pictures
    assert [name for name, count in drawn.marks.items() if not count] == []


def test_the_log_of_the_network_knows_of_a_page_that_asks(tmp_path):
    _, addresses, _ = opened('<img src="http://example.com/x.png">', tmp_path, 600)

    assert addresses == {"http://example.com/x.png"}

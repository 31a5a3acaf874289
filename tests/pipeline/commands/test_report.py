"""`tfxp report` and `tfxp compare`, as they are typed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipeline.reports.sample_runs import SampleRuns

PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    made = SampleRuns(tmp_path_factory.mktemp("runs") / "a")
    made.add("run-1")
    made.add("run-2", seed=2)
    return made


def tfxp(*arguments, **environment):
    command = [str(Path(sys.executable).with_name("tfxp")), *map(str, arguments)]
    return subprocess.run(
        command,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_the_report_of_the_last_run_is_written_and_its_path_said(runs, tmp_path):
    page = tmp_path / "new folder" / "page.html"

    done = tfxp("report", "--where", runs.where, "--out", page)

    assert (done.returncode, done.stdout, done.stderr) == (0, f"written to {page}\n", "")
    assert "run run-2," in page.read_text(encoding="utf-8")
    assert [entry.name for entry in page.parent.iterdir()] == ["page.html"]


def test_without_a_browser_open_only_says_where_the_page_is(runs, tmp_path):
    page = tmp_path / "page.html"

    done = tfxp(
        "report",
        "run-1",
        "--where",
        runs.where,
        "--out",
        page,
        "--open",
        DISPLAY="",
        WAYLAND_DISPLAY="",
    )

    assert done.returncode == 0
    assert done.stdout.startswith(f"written to {page}\nthere is no browser here")


def test_open_opens_the_page_which_is_beside_the_logs(runs, tmp_path):
    page, seen = runs.folder / "reports" / "taxi-run-2.html", tmp_path / "seen"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {seen}\n')
    browser.chmod(0o755)

    done = tfxp("report", "--where", runs.where, "--open", BROWSER=f"{browser} %s")

    assert done.stdout == f"written to {page}\n"
    assert seen.read_text().strip() == page.as_uri()


@pytest.mark.parametrize("arguments", [("report", "run-9"), ("compare", "run-1", "run-9")])
def test_an_unknown_run_ends_with_the_known_ones_and_no_traceback(runs, tmp_path, arguments):
    page = tmp_path / "page.html"

    done = tfxp(*arguments, "--where", runs.where, "--out", page)

    assert done.returncode == 1
    assert done.stderr.startswith("error: no run 'run-9'; did you mean 'run-")
    assert "newest first: run-" in done.stderr
    assert not page.exists()


def test_before_any_run_it_says_how_to_start_one(tmp_path):
    done = tfxp("report", "--set", f"metadata.path={tmp_path}/metadata.sqlite")

    assert done.returncode == 1
    assert done.stderr.startswith("error: no runs yet; start one with `tfxp run --set")


def test_two_runs_are_compared_on_one_page(runs):
    page = runs.folder / "reports" / "taxi-run-1-and-run-2.html"

    done = tfxp("compare", "run-1", "run-2", "--where", runs.where)

    assert (done.returncode, done.stdout) == (0, f"written to {page}\n")
    text = page.read_text(encoding="utf-8")
    assert "A: run run-1" in text
    assert "B: run run-2" in text


def test_a_place_that_cannot_be_written_is_one_clear_error(runs):
    done = tfxp("report", "--where", runs.where, "--out", "/proc/page.html")

    assert done.returncode == 1
    assert done.stderr.startswith("error: /proc/page.html: ")
    assert "give another --out" in done.stderr

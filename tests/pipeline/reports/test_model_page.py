"""The report on a run, read without a browser."""

import datetime
import json
import re

import pytest
from plotly.offline import get_plotlyjs

from pipeline.errors import UserError
from pipeline.reports.model.page import report
from pipeline.reports.model.reading import read_run
from pipeline.reports.model.words import in_words
from tests.pipeline.reports.read_page import read
from tests.pipeline.reports.sample_runs import NASTY, SEARCHED, SampleRuns

NOW = datetime.datetime(2026, 1, 1)
CHARTS = {
    "binary": {"roc", "precision-recall", "reliability", "histogram-0", "confusion-0"},
    "multiclass": {"roc", "precision-recall", "reliability", "confusion-0"},
    "regression": {"against-0", "residuals"},
}
OTHERS = {"slices", "fairness-0", "weak-slices", "importance", "dependence-0", "training", "trials"}


def written(runs, run_id=None):
    return report(read_run(runs.get(run_id), runs.config.what), NOW)


@pytest.fixture(scope="module", params=list(CHARTS))
def whole(request, tmp_path_factory):
    """The task and the report on a run with everything."""
    runs = SampleRuns(tmp_path_factory.mktemp("runs") / "a", request.param)
    runs.add("run-1")
    return request.param, written(runs)


@pytest.fixture
def runs(tmp_path):
    return SampleRuns(tmp_path / "runs")


def test_the_page_loads_nothing_and_the_browser_may_not(whole):
    _, text = whole

    page = read(text)

    assert page.loads == []
    own = text.replace(get_plotlyjs(), "")
    assert not re.search(r"@import|url\(|https?://", own)
    assert "default-src 'none'" in text


def test_the_plotting_library_is_there_once_and_the_rest_is_small(whole):
    _, text = whole

    assert text.count(get_plotlyjs()) == 1
    assert len(text) - len(get_plotlyjs()) < 300_000


def test_ids_are_unique(whole):
    page = read(whole[1])

    assert sorted(set(page.ids)) == sorted(page.ids)


def test_every_chart_of_the_task_has_data_axes_with_names_and_a_text(whole):
    task, text = whole

    page = read(text)

    assert CHARTS[task] | OTHERS <= set(page.drawings)
    for name, told in page.drawings.items():
        figure = page.figure(name)
        assert any(trace.get("x") or trace.get("z") for trace in figure["data"]), name
        for axis in ("xaxis", "yaxis"):
            assert figure["layout"][axis]["title"]["text"], name
        assert len(told) > 20, name


def test_no_value_of_the_data_becomes_markup_or_ends_a_script(whole):
    _, text = whole

    page = read(text)

    # The charts' data, the library, and our own: nothing that a category brought along.
    assert len(page.scripts) == len(page.drawings) + 2
    assert "<script>alert" not in text
    assert NASTY.strip() in page.text["metrics"] + page.text["slices"] + page.text["weakest"]


def test_texts_in_charts_are_shown_as_they_are(whole):
    page = read(whole[1])

    columns = page.figure("importance")["data"][0]["y"]

    assert columns[1].startswith("&lt;/script&gt;&lt;script&gt;")
    assert "&lt;" not in page.drawings["importance"]


def test_metrics_stand_beside_the_stable_and_the_trivial_model_with_intervals(runs):
    runs.add("run-1")

    text = read(written(runs)).text["metrics"]

    assert re.search(r"loss.*0\.3100.*0\.3000 to 0\.3200.*0\.5300.*0\.3050.*\+0\.0050", text, re.S)


def test_a_refusal_comes_first_with_slice_rows_values_and_bound(runs):
    reason = f"auc 0.7312, min 0.8, payment_type={NASTY}, 312 rows: refused"
    runs.add("run-1", outcome="refused", detail=f"Evaluator: {reason}", refused=reason)

    verdict = read(written(runs)).text["verdict"]

    assert verdict.index("Refused by Evaluator: nothing was pushed") < verdict.index("verdict")
    assert reason in verdict
    first = verdict[verdict.index("better bybound") :]
    row = (
        r"better bybound\s*refused\s*auc\s*payment_type=.*the whole interval misses it\s*312"
        r"\s*0\.7312\s*0\.9433\s*min 0\.8"
    )
    assert re.match(row, first, re.S)


def test_a_first_run_says_that_there_is_no_baseline(runs):
    runs.add("run-1", has_baseline=False)

    page = read(written(runs))

    assert "No baseline" in page.text["verdict"]
    assert "no baseline" in page.text["metrics"]
    assert [trace["name"] for trace in page.figure("roc")["data"]] == ["this model", "chance"]


def test_a_run_that_failed_half_way_says_what_is_not_there_and_why(runs):
    runs.add(
        "run-1",
        ["ImportSchemaGen", "ExampleGen", "DataGate"],
        failed=["Trainer"],
        outcome="failed",
        detail="Trainer: ValueError: no rows",
    )

    page = read(written(runs))

    assert "The run failed: nothing was pushed" in page.text["verdict"]
    assert "Trainer: ValueError: no rows" in page.text["verdict"]
    assert "No training curves: Trainer failed: ValueError: no rows." in page.text["training"]
    why = "the run failed before Evaluator (Trainer: ValueError: no rows)"
    assert f"Not measured: {why}." in page.text["metrics"]
    assert "15,002 read: train 10,000, eval 5,002" in page.text["card"]
    assert page.drawings == {}


def test_a_step_that_is_not_in_the_pipeline_is_not_called_missing(runs):
    runs.add("run-1", [name for name in SEARCHED if name not in ("Tuner", "Explainer")])

    page = read(written(runs))

    assert "Not tuned: tuning.algorithm is none." in page.text["tuning"]
    assert "Not explained: no Explainer in this run." in page.text["importance"]


@pytest.mark.parametrize(
    ("file", "part"),
    [
        ("gates.json", "verdict"),
        ("metrics.json", "slices"),
        ("answers.parquet", "answers"),
        ("fairness.json", "fairness"),
        ("weak_slices.json", "weakest"),
        ("worst_rows.parquet", "worst"),
        ("training.json", "training"),
        ("trials.json", "tuning"),
        ("importance.json", "importance"),
        ("partial_dependence.json", "dependence"),
        ("parity.json", "parity"),
    ],
)
def test_a_file_that_is_not_there_is_named_and_nothing_else_is_missed(runs, file, part):
    declared = {
        "evaluation.fairness": {"columns": ["company"]},
        "tuning.algorithm": "random",
    }
    runs.add("run-1", without=[file], changes=declared)

    page = read(written(runs))

    assert f"the step of this run did not write {file}" in page.text[part]
    others = [name for name in page.text if name not in (part, "metrics")]
    assert not [name for name in others if "did not write" in page.text[name]]


def test_a_file_that_cannot_be_read_does_not_take_the_others_with_it(runs):
    runs.add("run-1")
    (runs.folder / "run-1" / "Trainer" / "model_run" / "training.json").write_text("{")

    page = read(written(runs))

    assert "training.json cannot be read" in page.text["training"]
    assert "importance" in page.drawings


def test_the_configuration_is_that_of_the_run_and_not_of_today(runs):
    runs.add("run-1", changes={"training.seed": 4242})

    page = read(written(runs))

    assert "4242" in page.text["configuration"]
    assert "seed 4242" in page.text["card"]


def test_a_run_that_kept_no_configuration_says_so(runs):
    runs.add("run-1", keeps_configuration=False)

    assert "This run kept no configuration" in read(written(runs)).text["configuration"]


def test_a_report_is_about_the_run_that_was_named(runs):
    runs.add("run-1", seed=1)
    runs.add("run-2", seed=2)

    assert "run run-1," in written(runs, "run-1")
    assert "run run-2," in written(runs)


def test_lists_within_a_list_of_the_configuration_are_told_apart():
    assert in_words([[64], [128, 64]]) == "[64], [128, 64]"
    assert in_words([0.1, 0.2]) == "0.1, 0.2"


def test_an_unknown_run_is_an_error_that_names_the_known_ones(runs):
    runs.add("run-1")
    runs.add("run-2")

    with pytest.raises(UserError) as caught:
        runs.get("run-3")

    assert re.match(r"no run 'run-3'; did you mean 'run-[12]'\?", str(caught.value))
    assert "newest first: run-" in str(caught.value)
    with pytest.raises(UserError, match=r"no run 'zzz'\. The known runs, newest first: run-"):
        runs.get("zzz")


def test_numbers_that_are_not_defined_are_not_drawn_as_zero(runs):
    runs.add("run-1")

    trace = read(written(runs)).figure("slices")["data"][0]

    at = trace["y"].index("payment_type=Prepaid ")
    assert trace["x"][at] is None
    json.dumps(trace, allow_nan=False)


def test_a_lower_loss_than_the_stable_models_is_better_also_without_metrics_json(runs):
    runs.add("run-1", without=["metrics.json"])
    path = runs.folder / "run-1" / "Evaluator" / "evaluation" / "gates.json"
    judged = {"rows": 10, "candidate": {"loss": 0.2}, "baseline": {"loss": 0.3}}
    runs.rewrite(path, {**json.loads(path.read_text()), "overall": judged})

    told = read(written(runs)).text["metrics"]

    assert re.search(r"loss.*0\.2000\s*0\.3000\s*\+0\.1000", told)


def test_rows_that_a_gate_refused_are_not_a_failure(runs):
    detail = "DataGate: 3 findings"
    runs.add(
        "run-1",
        ["ImportSchemaGen", "ExampleGen"],
        failed=["DataGate"],
        outcome="refused",
        detail=detail,
    )

    page = read(written(runs))

    assert f"Refused: nothing was pushed\n{detail}" in page.text["verdict"]
    assert re.search(r"DataGate\s*refused", page.text["lineage"])
    assert "The rows were not validated in this run." in page.text["data"]


def test_a_version_that_is_not_rolled_out_is_not_told_as_never_pushed(runs):
    detail = "Pusher: version 2 was pushed and does not become stable"
    runs.add("run-1", failed=["Pusher"], outcome="refused", detail=detail)

    page = read(written(runs))

    assert f"Refused: no label was moved\n{detail}" in page.text["verdict"]


def test_the_largest_difference_of_each_signature_is_told_first(runs):
    runs.add("run-1")
    differences = [
        {"signature": "serve_rows", "output": name, "largest": value, "row": 1}
        for name, value in (("small", 1e-9), ("large", 2e-4), ("middle", 1e-6))
    ]
    path = runs.folder / "run-1" / "ParityValidator" / "parity" / "parity.json"
    runs.rewrite(path, {"rows": 9, "limit": 1e-5, "differences": differences})

    text = written(runs)

    first = read(text).text["parity"].partition("Every output")[0]
    assert re.search(r"large\s*0\.0002", first)
    assert "small" not in first
    assert '<span class="block">0.0002</span>' in text


def test_codes_stand_in_the_order_of_their_numbers(runs):
    runs.add("run-1")
    points = [{"value": v, "answer": 0.1, "share": 0.3} for v in ("10", "9", None, "1")]
    column = {"column": "month", "kind": "category", "points": points}
    path = runs.folder / "run-1" / "Explainer" / "explanation" / "partial_dependence.json"
    runs.rewrite(path, {"columns": [column]})

    drawn = read(written(runs)).figure("dependence-0")["data"][0]["x"]

    assert [value.strip() for value in drawn] == ["1", "9", "10", "(missing)"]


def test_the_worst_slice_is_one_that_has_rows_enough_for_an_interval(runs):
    runs.add("run-1")
    path = runs.folder / "run-1" / "Evaluator" / "evaluation" / "metrics.json"
    sure = {"candidate": 0.8, "low": 0.7, "high": 0.9}
    entries = [
        {"slice": name, "rows": rows, "metrics": {"auc": measured}}
        for name, rows, measured in (
            ("overall", 900, sure),
            ("a=1", 700, sure),
            ("a=2", 3, {"candidate": 0.1, "low": None, "high": None}),
        )
    ]
    runs.rewrite(path, entries)

    assert "Worst: a=1, 0.8000 on 700 rows" in read(written(runs)).text["slices"]


def test_of_losses_the_highest_is_the_worst(runs):
    runs.add("run-1")
    path = runs.folder / "run-1" / "Evaluator" / "evaluation" / "weak_slices.json"
    slices = [
        {"slice": name, "rows": 50, "candidate": value, "low": value - 0.1, "high": value + 0.1}
        for name, value in (("a=1", 0.9), ("a=2", 0.6))
    ]
    runs.rewrite(path, {"metric": "log loss", "overall": 0.2, "slices": slices})

    assert "Worst: a=1, 0.9000 on 50 rows" in read(written(runs)).text["weakest"]


def test_groups_that_are_too_small_are_listed_with_the_reason(runs):
    runs.add("run-1")
    path = runs.folder / "run-1" / "Evaluator" / "evaluation" / "fairness.json"
    found = json.loads(path.read_text())
    found["columns"][0]["groups"][1]["why_not"] = "fnr: fewer than 50 positives"
    runs.rewrite(path, found)

    told = read(written(runs)).text["fairness"]

    assert "Not judged: tiny (4 rows, fewer than 100 rows)." in told
    assert "Judged in part: Flash Cab (700 rows, fnr: fewer than 50 positives)." in told


def test_stored_hyperparameters_are_told_where_no_search_ran(runs):
    nodes = [name for name in SEARCHED if name != "Tuner"]
    runs.add("run-1", [*nodes, "ImportHyperparameters"])

    told = read(written(runs)).text["tuning"]

    assert "the hyperparameters are stored ones: learning_rate 0.004, from best.json." in told


def test_a_trial_that_failed_says_why(runs):
    runs.add("run-1")

    assert re.search(r"0003\s*4\.5\s*failed: diverged", read(written(runs)).text["tuning"])


@pytest.mark.parametrize(
    ("positive", "values", "ticks"),
    [
        ("virginica", ["setosa", "virginica"], ["setosa ", "virginica "]),
        ("virginica", ["setosa", "other", "virginica"], ["not virginica ", "virginica "]),
        ("<b>", ["<b>", "setosa"], ["setosa ", "&lt;b&gt; "]),
        (None, ["setosa", "virginica"], ["0 ", "1 "]),
    ],
)
def test_two_classes_are_called_by_the_names_that_they_have(runs, positive, values, ticks):
    share = {"label.share": 0.2, "label.of": "fare"}
    named = {"label.share": None, "label.of": None, "label.positive": positive}
    runs.add("run-1", changes=named if positive else share)
    domain = " ".join(f'value: "{value}"' for value in values)
    schema = f'feature {{ name: "tips" type: BYTES string_domain {{ {domain} }} }}'
    runs.rewrite(runs.folder / "run-1/ImportSchemaGen/schema/schema.pbtxt", schema)

    page = read(written(runs))

    matrix, roc = page.figure("confusion-0"), page.figure("roc")
    assert matrix["data"][0]["y"] == ticks
    assert f"share of label {ticks[1].strip()})" in roc["layout"]["yaxis"]["title"]["text"]
    assert [bars["name"] for bars in page.figure("histogram-0")["data"]] == [
        f"label {tick.strip()}" for tick in ticks
    ]

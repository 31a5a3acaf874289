"""The data report of a pipeline's last run, gathered from what its nodes left."""

import datetime
import json
from pathlib import Path

from tensorflow_metadata.proto.v0 import statistics_pb2

from pipeline.config import What
from pipeline.last_run import LastRun
from pipeline.reports.data_facts import column_facts
from pipeline.reports.data_page import DataPage
from pipeline.reports.quarantine import reasons
from pipeline.reports.slices import ALL_ROWS, Datasets, slice_facts
from pipeline.runner.outputs import number, text


def data_page(what: What, last: LastRun, now: datetime.datetime) -> DataPage:
    """Returns the page; of a run that stopped early, what there is.

    Args:
        what: The problem.
        last: Its last run.
        now: When the report is made.
    """
    splits = _statistics(last, "StatisticsGen")
    sets = {name: datasets[ALL_ROWS] for name, datasets in splits.items()}
    references = _statistics(last, "ReferenceStatisticsGen")
    sets |= {name: datasets[ALL_ROWS] for name, datasets in references.items()}
    found = last.file("DataGate", "verdict", "verdict.json")
    verdict = json.loads(found.read_text(encoding="utf-8")) if found else {}
    aside = last.file("ExampleGen", "quarantine", "quarantine.parquet")
    why = reasons(aside) if aside else []
    facts = {"quarantine": f"{sum(reason.rows for reason in why):,}"}
    origin = ""
    if last.has("ExampleGen"):
        examples = last.artifact("ExampleGen", "examples")
        origin = text(examples, "summary")
        counts = {name: number(examples, f"rows_{name}") for name in what.data.split_names}
        facts = {
            "rows read": f"{number(examples, 'rows_in'):,}",
            **{name: f"{rows:,}" for name, rows in counts.items()},
            **facts,
        }
    columns = column_facts(sets, verdict)
    if columns:
        facts["columns"] = f"{len(columns):,}"
    return DataPage(
        problem=what.name,
        made=f"{now:%Y-%m-%d %H:%M}",
        run=(last.record.run_id, last.record.outcome, last.record.detail),
        origin=origin,
        facts=facts,
        columns=columns,
        verdict=verdict,
        reasons=why,
        slices=slice_facts(splits, what.data.slices, what.label.column, what.label.positive)
        if splits
        else {},
        label=_label(what),
    )


def _label(what: What) -> str:
    if what.label.positive is None:
        return f"mean {what.label.column}"
    return f"share of {what.label.positive!r} in {what.label.column}"


def _statistics(last: LastRun, node_id: str) -> dict[str, Datasets]:
    """Split to its slices, all rows among them, `train` first; nothing if the node has not run."""
    if not last.has(node_id):
        return {}
    found = {
        path.parent.name.removeprefix("Split-"): _datasets(path)
        for path in last.folder(node_id, "statistics").glob("Split-*/FeatureStats.pb")
    }
    return {name: found[name] for name in sorted(found, key=lambda name: (name != "train", name))}


def _datasets(path: Path) -> Datasets:
    listed = statistics_pb2.DatasetFeatureStatisticsList.FromString(path.read_bytes()).datasets
    if len(listed) == 1:
        return {ALL_ROWS: listed[0]}
    return {dataset.name: dataset for dataset in listed}

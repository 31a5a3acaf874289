"""Runs as the pipeline leaves them, with every file that a report reads, made up."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from ml_metadata.proto import metadata_store_pb2 as pb
from tfx.proto.orchestration import pipeline_pb2

from pipeline.config import load
from pipeline.past_run import PastRun
from pipeline.runner.nodes import Node
from pipeline.runner.store import Store

AGAIN = "tfxp run"
NASTY = '</script><script>alert("x")</script> & größe 東京 '
OUTPUTS = {
    "ImportSchemaGen": ("schema",),
    "ExampleGen": ("examples",),
    "DataGate": ("verdict",),
    "Trainer": ("model_run",),
    "Tuner": ("tuner_results",),
    "ImportHyperparameters": ("best_hyperparameters",),
    "Evaluator": ("evaluation", "blessing"),
    "Explainer": ("explanation",),
    "ParityValidator": ("parity",),
    "Pusher": ("pushed_model",),
}
# One of the two ways to hyperparameters, as the pipeline has it.
SEARCHED = tuple(name for name in OUTPUTS if name != "ImportHyperparameters")
CLASSES = ("setosa", NASTY, "virginica")


class SampleRuns:
    """Runs of one pipeline in a folder of their own."""

    def __init__(self, folder, task="binary"):
        folder.mkdir(exist_ok=True)
        where = Path("configs/local.toml").read_text(encoding="utf-8")
        (folder / "where.toml").write_text(where.replace('"var/', f'"{folder}/'), encoding="utf-8")
        self.where = str(folder / "where.toml")
        self.task = task
        self.folder = folder
        self.config = load("configs/taxi.toml", self.where)
        self.store = Store(self.config.where.metadata_path, "taxi")

    def add(
        self,
        run_id,
        nodes=SEARCHED,
        *,
        outcome="succeeded",
        detail="",
        failed=(),
        without=(),
        keeps_configuration=True,
        changes=None,
        code=None,
        seed=0,
        **more,
    ):
        """Records a run.

        `without` names files that it did not write; `more` are those of `sample_files`.
        """
        what = self.config.what.model_dump(mode="json", by_alias=True) | {"task": self.task}
        for key, value in (changes or {}).items():
            section, name = key.split(".")
            what[section] = {**what[section], name: value}
        kept = {"configuration": json.dumps({"what": what, "where": {}}), "code_version": "c0de"}
        self.store.begin_run(
            run_id, {**(kept if keeps_configuration else {}), "nodes": json.dumps(list(SEARCHED))}
        )
        files = sample_files(self.task, seed, **more)
        for name in nodes:
            artifacts = {key: self._artifact(run_id, name, key) for key in OUTPUTS[name]}
            for path, content in files.get(name, {}).items():
                if path not in without:
                    write(artifacts[OUTPUTS[name][0]].uri, path, content)
            self._complete(run_id, name, artifacts, more.get("refused"), seed, code or {})
        for name in failed:
            execution = self.store.start(run_id, node(name), {}, {})
            self.store.fail(execution, detail.partition(": ")[2])
        self.store.end_run(run_id, outcome, detail)

    def get(self, run_id=None):
        return PastRun(self.config, AGAIN, run_id)

    @staticmethod
    def rewrite(path, content):
        write(path.parent, path.name, content)

    def _artifact(self, run_id, name, key):
        uri = self.folder / run_id / name / key
        uri.mkdir(parents=True)
        artifact = pb.Artifact(uri=str(uri))
        artifact.custom_properties["name"].string_value = f"{run_id}:{name}:{key}:0"
        return artifact

    def _complete(self, run_id, name, artifacts, refused, seed, code):
        for artifact in artifacts.values():
            for key, value in PROPERTIES.get(name, {}).items():
                slot = artifact.custom_properties[key]
                if isinstance(value, int):
                    slot.int_value = value + seed
                else:
                    slot.string_value = f"{value}{seed or ''}"
        if name == "Evaluator":
            artifacts["blessing"].custom_properties["blessed"].int_value = int(not refused)
            artifacts["blessing"].custom_properties["reason"].string_value = refused or ""
        if name == "ParityValidator":
            artifacts["parity"].custom_properties["blessed"].int_value = 1
        if name == "Pusher":
            artifacts["pushed_model"].custom_properties["pushed"].int_value = int(not refused)
            artifacts["pushed_model"].custom_properties["pushed_version"].string_value = "7"
        execution = self.store.start(run_id, node(name), {"code": code}, {})
        made = {key: (artifact,) for key, artifact in artifacts.items()}
        self.store.complete(run_id, node(name), execution, f"{run_id} {name}", made)


PROPERTIES = {
    "ImportSchemaGen": {"fingerprint": "5c4e3a", "summary": "18 columns from taxi/schema.pbtxt"},
    "ImportHyperparameters": {"summary": "learning_rate 0.004, from best.json"},
    "ExampleGen": {
        "rows_in": 15002,
        "rows_train": 10000,
        "rows_eval": 5002,
        "spans": "2024-01,2024-02",
        "input_fingerprint": "f11e",
        "summary": "15,002 rows",
    },
}


def node(name):
    spec = pipeline_pb2.PipelineNode()
    spec.node_info.type.name = name
    outputs = {key: pb.ArtifactType(name=f"{name} {key}") for key in OUTPUTS[name]}
    return Node(name, "", {}, outputs, {}, (), spec, None)


def write(folder, name, content):
    path = Path(folder) / name
    if isinstance(content, pa.Table):
        pq.write_table(content, path)
    else:
        text = content if isinstance(content, str) else json.dumps(content, allow_nan=False)
        path.write_text(text, encoding="utf-8")


def sample_files(task, seed=0, *, has_baseline=True, refused=None, rows=4000):
    """Node to its files, as the contract between the parts has them."""
    random = np.random.default_rng(seed)
    main = {"binary": "auc", "multiclass": "accuracy", "regression": "rmse"}[task]
    return {
        "ImportSchemaGen": {"schema.pbtxt": SCHEMA},
        "DataGate": {"verdict.json": VERDICT},
        "Trainer": {"training.json": training(random)},
        "Tuner": {"trials.json": trials(random)},
        "Evaluator": {
            "gates.json": gates(main, has_baseline, refused),
            "metrics.json": metrics(random, task, main, has_baseline, rows),
            "fairness.json": FAIRNESS,
            "weak_slices.json": WEAK,
            "answers.parquet": answers(random, task, has_baseline, rows),
            "worst_rows.parquet": worst(task),
        },
        "Explainer": {
            "importance.json": importance(random),
            "partial_dependence.json": dependence(random, task),
        },
        "ParityValidator": {"parity.json": PARITY},
    }


def training(random):
    steps = range(40, 1240, 40)
    return {
        "task": "binary",
        "looks": [
            {
                "step": step,
                "fitted": 0.55 * np.exp(-step / 400) + 0.2,
                "held_out": 0.5 * np.exp(-step / 300) + 0.24 + 0.00004 * step,
                "seconds": step / 100,
                "rows_per_s": 21000 + 900 * random.standard_normal(),
            }
            for step in steps
        ],
        "options": {"steps": 20000, "hidden_units": [128, 64], "learning_rate": 0.002},
        "temperature": 1.07,
        "warm_start": {
            "from_version": 6,
            "carried": ["dense"],
            "left": [{"what": NASTY, "why": "its vocabulary has other values"}],
        },
    }


def trials(random):
    return {
        "algorithm": "hyperband",
        "objective": "held_out",
        "trials": [
            {
                "id": f"{number:04d}",
                "hyperparameters": {"learning_rate": 0.001 * (number + 1), "members": 4},
                "held_out": None if number == 3 else 0.24 + 0.01 * random.random(),
                "seconds": 4.5,
                "status": "failed" if number == 3 else "completed",
                "reason": "diverged" if number == 3 else "",
            }
            for number in range(8)
        ],
        "best": "0002",
    }


def gates(metric, has_baseline, refused):
    value = 0.9481
    stable = 0.9433 if has_baseline else None
    return {
        "blessed": not refused,
        "has_baseline": has_baseline,
        "gates": [
            gate(metric, "min", 0.9, "overall", 5002, value, stable, True),
            gate(
                metric,
                "min_change",
                -0.01,
                "overall",
                5002,
                value,
                stable,
                True,
                "" if has_baseline else "no baseline",
            ),
            gate(
                metric,
                "min",
                0.8,
                f"payment_type={NASTY}",
                312,
                0.7312,
                stable,
                not refused,
                "the whole interval misses it" if refused else "",
            ),
        ],
        "overall": {"rows": 5002, "candidate": {metric: value}, "baseline": None},
    }


def gate(metric, bound, limit, name, rows, candidate, baseline, passed, note=""):
    return {
        "metric": metric,
        "bound": bound,
        "limit": limit,
        "slice": name,
        "rows": rows,
        "candidate": candidate,
        "baseline": baseline,
        "passed": passed,
        "note": note,
    }


def measured(value, spread, has_baseline, trivial):
    return {
        "candidate": value,
        "low": value - spread,
        "high": value + spread,
        "baseline": value - 0.005 if has_baseline else None,
        "trivial": trivial,
        "change": 0.005 if has_baseline else None,
        "change_low": 0.001 if has_baseline else None,
        "change_high": 0.009 if has_baseline else None,
    }


def metrics(random, task, main, has_baseline, rows):
    other = {"binary": "loss", "multiclass": "loss", "regression": "r2"}[task]
    names = [f"payment_type={NASTY}", *(f"trip_start_hour={hour}" for hour in range(24))]
    entries = [
        {
            "slice": name,
            "rows": rows if name == "overall" else int(random.integers(20, rows // 4)),
            "metrics": {
                main: measured(0.94 + 0.03 * random.standard_normal(), 0.02, has_baseline, 0.5),
                other: measured(0.31, 0.01, has_baseline, 0.53),
            },
        }
        for name in ["overall", *names]
    ]
    undefined = dict.fromkeys(measured(0, 0, True, 0), None)
    return [*entries, {"slice": "payment_type=Prepaid", "rows": 3, "metrics": {main: undefined}}]


def answers(random, task, has_baseline, rows):
    logits = random.normal(-1.2, 2, rows)
    if task == "binary":
        label = (random.random(rows) < 1 / (1 + np.exp(-logits))).astype(float)
        candidate = 1 / (1 + np.exp(-logits))
        baseline = 1 / (1 + np.exp(-logits - random.normal(0, 1, rows)))
    elif task == "multiclass":
        raw = random.normal(0, 1.5, (rows, len(CLASSES)))
        candidate = np.exp(raw) / np.exp(raw).sum(axis=1, keepdims=True)
        label = np.array([random.choice(len(CLASSES), p=p) for p in candidate], float)
        baseline = list(candidate[:, ::-1])
        candidate = list(candidate)
    else:
        label = random.lognormal(2, 0.7, rows)
        candidate = label + random.normal(0, 2, rows)
        baseline = label + random.normal(0.5, 3, rows)
    columns = {"label": pa.array(label), "candidate": pa.array(candidate)}
    if has_baseline:
        columns["baseline"] = pa.array(baseline)
    columns["row"] = pa.array(np.arange(rows))
    columns["column.payment_type"] = pa.array([NASTY] * rows)
    return pa.table(columns)


def worst(task):
    prediction = [[0.1, 0.2, 0.7]] * 3 if task == "multiclass" else [0.98, 0.97, 0.01]
    return pa.table(
        {
            "fare": [12.5, None, 3.25],
            "company": [NASTY, "x" * 400, None],
            "label": [0.0, 0.0, 1.0],
            "prediction": prediction,
            "loss": [3.9, 3.5, 3.4],
            "slices": [[f"company={NASTY}"], [], ["trip_start_hour=3"]],
        }
    )


def importance(random):
    names = ["fare", NASTY, "trip_miles", "x" * 120, "trip_start_hour", "noise"]
    means = [0.11, 0.06, 0.03, 0.01, 0.004, 0.0]
    return {
        "metric": "loss",
        "rows": 5002,
        "repeats": 5,
        "columns": [
            {
                "column": name,
                "mean": mean,
                "deviation": 0.001,
                "low": mean - 0.002,
                "high": mean + 0.002 + 0.001 * random.random(),
            }
            for name, mean in zip(names, means, strict=True)
        ],
    }


def dependence(random, task):
    def answer(value):
        return [value, 1 - value, 0.1] if task == "multiclass" else value

    values = {
        "number": [round(2.5 * place, 2) for place in range(12)],
        "category": ["Cash", "Credit Card", NASTY, None, "x" * 90],
        "date": ["2024-01-01", "2024-02-01", "2024-03-01"],
    }
    return {
        "columns": [
            {
                "column": name,
                "kind": kind,
                "points": [
                    {"value": v, "answer": answer(0.2 + 0.5 * random.random()), "share": 0.1}
                    for v in values[kind]
                ],
            }
            for name, kind in (("fare", "number"), (NASTY, "category"), ("day", "date"))
        ]
    }


FAIRNESS = {
    "columns": [
        {
            "column": "company",
            "groups": [
                {"value": NASTY, "rows": 900, "judged": True},
                {"value": "Flash Cab", "rows": 700, "judged": True},
                {"value": "tiny", "rows": 4, "judged": False, "why_not": "fewer than 100 rows"},
            ],
            "thresholds": [
                {
                    "threshold": threshold,
                    "metrics": {
                        kind: {
                            "by_group": {NASTY: rate, "Flash Cab": rate + 0.05, "tiny": None},
                            "gap": 0.05,
                            "low": 0.01,
                            "high": 0.09,
                        }
                        for kind, rate in (("fpr", 0.08), ("fnr", 0.21), ("positive_rate", 0.3))
                    },
                }
                for threshold in (0.25, 0.5, 0.75)
            ],
        }
    ]
}
WEAK = {
    "metric": "loss",
    "overall": 0.24,
    "slices": [
        {"slice": f"company={NASTY}", "rows": 88, "candidate": 0.71, "low": 0.5, "high": 0.9},
        {"slice": "hour=3, dropoff=8", "rows": 140, "candidate": 0.5, "low": 0.31, "high": 0.7},
    ],
}
PARITY = {
    "rows": 200,
    "limit": 1e-5,
    "differences": [
        {"signature": "serving_default", "output": "probability", "largest": 3e-8, "row": 12},
        {"signature": "serve_rows", "output": "probability", "largest": 0.0, "row": None},
    ],
}
VERDICT = {
    "findings": [],
    "distances": [
        {
            "column": NASTY,
            "kind": "drift",
            "measure": "l_infinity",
            "value": 0.12,
            "threshold": 0.2,
            "baseline": "span 2024-01",
        }
    ],
    "not_checked": ["skew (no served rows)"],
}
SCHEMA = """
feature { name: "tips" type: BYTES presence { min_fraction: 1 }
  string_domain { value: "setosa" value: "other" value: "virginica" } }
"""

"""A model that does not load, answer or agree with itself is not blessed."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tfx.types import standard_artifacts

from components.errors import InputError
from components.infra_validator.component import InfraValidator
from components.infra_validator.trial import try_model

OPTIONS = {"rows": 8, "load_timeout_s": 120}


@pytest.fixture
def validate(artifact, examples, schema):
    def validate(model, **options):
        blessing = artifact(standard_artifacts.InfraBlessing, "blessing")
        InfraValidator.test_call(
            model=model,
            examples=examples,
            schema=schema,
            blessing=blessing,
            options=json.dumps(OPTIONS | options),
        )
        return blessing

    return validate


def reason(blessing):
    return blessing.get_string_custom_property("reason")


def test_a_model_that_answers_rows_without_their_label_is_blessed(validate, export):
    blessing = validate(export())

    assert blessing.get_int_custom_property("blessed") == 1
    assert Path(blessing.uri, "INFRA_BLESSED").exists()
    assert json.loads(Path(blessing.uri, "verdict.json").read_text())["rows"] == 8


def test_a_model_that_wants_the_label_in_a_request_is_refused(validate, export):
    blessing = validate(export(refuses=True))

    assert blessing.get_int_custom_property("blessed") == 0
    assert Path(blessing.uri, "INFRA_NOT_BLESSED").exists()
    assert "tips" in reason(blessing)


def test_a_damaged_model_is_refused(validate, export):
    model = export()
    path = Path(model.uri, "Format-Serving", "saved_model.pb")
    path.write_bytes(path.read_bytes()[:100])

    blessing = validate(model)

    assert blessing.get_int_custom_property("blessed") == 0
    assert reason(blessing).startswith("it does not answer:\n")


def test_a_model_without_the_signature_is_refused(validate, export):
    blessing = validate(export(signature="elsewhere"))

    assert "no signature 'serving_default'; the model has ['elsewhere']" in reason(blessing)


def test_an_answer_that_is_no_number_is_refused(validate, export):
    blessing = validate(export(weight=float("nan")))

    assert reason(blessing) == "row 1 of 8: the answer is nan, expected a finite number"


def test_a_model_that_takes_too_long_is_refused_and_stopped(validate, export):
    began = time.monotonic()

    blessing = validate(export(), load_timeout_s=1)

    assert reason(blessing) == "no answer within 1 s"
    assert time.monotonic() - began < 60, "the trial's process must be killed, not waited for"


def test_without_rows_nobody_is_judged(validate, export, examples):
    moved = f"{examples.uri}/Split-eval.moved"
    shutil.move(f"{examples.uri}/Split-eval", moved)
    Path(f"{examples.uri}/Split-eval").mkdir()
    try:
        with pytest.raises(InputError, match="no rows to ask the model with"):
            validate(export())
    finally:
        Path(f"{examples.uri}/Split-eval").rmdir()
        shutil.move(moved, f"{examples.uri}/Split-eval")


def test_the_trial_ends_when_the_one_who_asked_is_killed(export, tmp_path):
    code = (
        "import sys, pathlib; from components.infra_validator.trial import try_model;"
        "try_model(pathlib.Path(sys.argv[1]), [b''], pathlib.Path(sys.argv[2]), 600)"
    )
    model = Path(export().uri, "Format-Serving")
    asker = subprocess.Popen([sys.executable, "-c", code, str(model), str(tmp_path)])
    while not (tmp_path / "probe.log").exists():
        time.sleep(0.05)
        assert asker.poll() is None
    asker.kill()
    asker.wait()

    deadline = time.monotonic() + 30
    while probes(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert probes(tmp_path) == []


def probes(work_dir):
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(work_dir) in (process / "cmdline").read_text():
                found.append(process.name)
        except OSError:
            continue
    return found


def test_a_batch_that_disagrees_with_its_rows_is_refused(tmp_path, monkeypatch):
    probe = tmp_path / "probe.py"
    probe.write_text(
        "import json, sys; json.dump({'batch': [[0.5], [0.7]], 'singles': [[0.5], [0.2]],"
        " 'load_seconds': 1, 'p50_ms': 1}, open(sys.argv[3], 'w'))"
    )
    monkeypatch.setattr("components.infra_validator.trial._PROBE", probe)

    verdict = try_model(tmp_path, [b"", b""], tmp_path, 60)

    assert verdict.reason == "row 2 of 2: [0.7] in a batch, but [0.2] alone"

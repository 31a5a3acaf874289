"""Pusher and BaselineModel, round one model base directory."""

import json
from pathlib import Path

import pytest
from tfx.types import standard_artifacts

import registry
from components.artifacts import Parity
from components.baseline_model import BaselineModel
from components.code_fingerprint import code_fingerprint
from components.errors import ModelRefused
from components.pusher.component import Pusher
from components.stable_model import StableModel
from registry.rollout import Rollout
from tests.registry.stand_in import StandIn

OPTIONS = {"config_fingerprint": "123", "seed": 7}


def blessing(kind, *, blessed):
    made = kind()
    made.uri = "/nowhere"
    made.set_int_custom_property("blessed", int(blessed))
    made.set_string_custom_property("metrics", '{"rows": 9, "candidate": {"auc": 0.9}}')
    return made


class Desk:
    """Calls both components on one base directory."""

    def __init__(self, base, artifact, examples, schema):
        self.base = base
        self.artifact = artifact
        self.examples = examples
        self.schema = schema
        self.calls = 0

    def baseline(self, model):
        self.calls += 1
        baseline = self.artifact(standard_artifacts.Model, f"baseline-{self.calls}")
        BaselineModel.test_call(
            model=model, baseline=baseline, base_dir=str(self.base), model_name="taxi"
        )
        return baseline

    def push(
        self,
        model,
        *,
        blessed=True,
        infra_blessed=True,
        has_parity=True,
        compared_with=None,
        rollout="direct",
        server=None,
    ):
        baseline = self.baseline(model)
        judged = blessing(standard_artifacts.ModelBlessing, blessed=blessed)
        if compared_with is not None:
            judged.set_string_custom_property("baseline_digest", compared_with)
        pushed = self.artifact(standard_artifacts.PushedModel, f"pushed-{self.calls}")
        Pusher.test_call(
            model=model,
            model_blessing=judged,
            infra_blessing=blessing(standard_artifacts.InfraBlessing, blessed=infra_blessed),
            parity=blessing(Parity, blessed=has_parity),
            examples=self.examples,
            schema=self.schema,
            baseline=baseline,
            pushed_model=pushed,
            base_dir=str(self.base),
            model_name="taxi",
            options=json.dumps(OPTIONS | {"rollout": rollout, "server": server}),
        )
        return pushed


@pytest.fixture
def desk(tmp_path, artifact, examples, schema):
    return Desk(tmp_path / "base", artifact, examples, schema)


def test_a_fit_starts_from_the_stable_version_and_from_nothing_without_one(desk, export, artifact):
    def found(name):
        model = artifact(standard_artifacts.Model, name)
        StableModel.test_call(model=model, base_dir=str(desk.base), model_name="taxi")
        return model.get_int_custom_property("stable_version"), Path(model.uri, "Format-Serving")

    version, files = found("before")
    assert (version, files.exists()) == (0, False)

    desk.push(export())

    version, files = found("after")
    assert version == 1
    assert (files / "saved_model.pb").exists()


@pytest.mark.parametrize("kind", ["minio", "gs"])
def test_the_base_directory_may_be_in_a_bucket(kind, artifact, examples, schema, export, request):
    store = request.getfixturevalue(kind)
    desk = Desk(store.uri("serving"), artifact, examples, schema)
    first, second = export(0.5), export(0.6)

    pushed = desk.push(first)
    again = desk.push(first)
    desk.push(second)
    started_from = artifact(standard_artifacts.Model, f"start-{kind}")
    StableModel.test_call(model=started_from, base_dir=desk.base, model_name="taxi")

    base = registry.base_of(desk.base)
    assert pushed.get_string_custom_property("pushed_destination") == f"{desk.base}/taxi/1"
    assert again.get_string_custom_property("pushed_version") == "1"
    assert registry.versions(base, "taxi") == [1, 2]
    assert registry.labels(base, "taxi") == {"stable": 2}
    assert registry.read_record(base, "taxi", 2).baseline_version == 1
    assert started_from.get_int_custom_property("stable_version") == 2
    files = Path(started_from.uri, "Format-Serving")
    assert registry.digest(files) == registry.digest(Path(second.uri, "Format-Serving"))


def version_of(baseline):
    return baseline.get_int_custom_property("baseline_version")


def test_a_blessed_model_becomes_the_stable_version_with_its_record(desk, export):
    pushed = desk.push(export())

    record = registry.read_record(desk.base, "taxi", 1)
    assert registry.stable_version(desk.base, "taxi") == 1
    assert pushed.get_int_custom_property("pushed") == 1
    assert pushed.get_string_custom_property("pushed_version") == "1"
    assert pushed.get_string_custom_property("pushed_destination") == f"{desk.base}/taxi/1"
    assert record.metrics == {"auc": 0.9}
    assert record.data == {"rows_in": 60, "fingerprint": "abc"}
    assert (record.schema_fingerprint, record.config_fingerprint) == ("def", "123")
    assert (record.seed, record.baseline_version) == (7, 0)
    assert record.code_version == code_fingerprint()


def test_the_record_names_the_version_that_it_was_compared_with(desk, export):
    for weight in (0.5, 0.6):
        desk.push(export(weight))

    assert registry.read_record(desk.base, "taxi", 2).baseline_version == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"blessed": False}, "not pushed: no blessing of Evaluator"),
        ({"infra_blessed": False}, "not pushed: no blessing of InfraValidator"),
        ({"has_parity": False}, "not pushed: no blessing of ParityValidator"),
        (
            {"blessed": False, "infra_blessed": False},
            "not pushed: no blessing of Evaluator and InfraValidator",
        ),
    ],
)
def test_without_every_blessing_nothing_is_touched(desk, export, given, words):
    pushed = desk.push(export(), **given)

    assert pushed.get_int_custom_property("pushed") == 0
    assert pushed.get_string_custom_property("summary") == words
    assert not desk.base.exists()


def digest(model):
    return registry.digest(Path(model.uri, "Format-Serving"))


def test_what_was_compared_with_the_stable_version_is_pushed(desk, export):
    first, second = export(0.5), export(0.6)

    desk.push(first, compared_with=registry.NO_DIGEST)
    desk.push(second, compared_with=digest(first))
    desk.push(second, compared_with=digest(first))

    assert registry.versions(desk.base, "taxi") == [1, 2]


@pytest.mark.parametrize("compared_with", ["none", "0123456789abcdef0123"])
def test_what_was_compared_with_anything_else_is_refused(desk, export, compared_with):
    desk.push(export(0.5))

    with pytest.raises(ModelRefused, match="but version 1 is stable now; run the pipeline again"):
        desk.push(export(0.6), compared_with=compared_with)

    assert registry.versions(desk.base, "taxi") == [1]


def test_what_was_compared_with_a_version_that_is_no_longer_stable_is_refused(desk, export):
    first, second = export(0.5), export(0.6)
    desk.push(first)
    desk.push(second)

    with pytest.raises(ModelRefused, match=r"with digest [0-9a-f]{16}, but version 2 is stable"):
        desk.push(export(0.7), compared_with=digest(first))


def test_a_push_that_is_repeated_after_a_crash_changes_nothing(desk, export):
    model = export()
    desk.push(model)

    again = desk.push(model)

    assert registry.versions(desk.base, "taxi") == [1]
    assert again.get_string_custom_property("pushed_version") == "1"
    assert "was pushed before" in again.get_string_custom_property("summary")


def test_a_first_candidate_has_no_baseline(desk, export):
    baseline = desk.baseline(export())

    assert version_of(baseline) == 0
    assert list(Path(baseline.uri).iterdir()) == []
    assert baseline.get_string_custom_property("summary") == "no stable version yet"


def test_a_candidate_gets_a_copy_of_the_stable_version(desk, export):
    desk.push(export(0.5))

    baseline = desk.baseline(export(0.6))

    assert version_of(baseline) == 1
    stable = registry.version_dir(desk.base, "taxi", 1)
    assert registry.digest(Path(baseline.uri, "Format-Serving")) == registry.digest(stable)


def test_a_model_is_never_its_own_baseline(desk, export):
    first, second = export(0.5), export(0.6)
    desk.push(first)
    desk.push(second)

    assert version_of(desk.baseline(second)) == 1
    assert version_of(desk.baseline(first)) == 2


def test_a_refused_model_does_not_become_the_next_baseline(desk, export):
    desk.push(export(0.5))
    desk.push(export(0.6), infra_blessed=False)

    assert version_of(desk.baseline(export(0.7))) == 1


def test_a_canary_is_labelled_and_the_next_candidate_is_compared_with_what_is_stable(desk, export):
    first, second, third = export(0.5), export(0.6), export(0.7)
    desk.push(first)

    pushed = desk.push(second, rollout="canary")

    assert registry.labels(desk.base, "taxi") == {"stable": 1, "canary": 2}
    assert pushed.get_string_custom_property("summary") == (
        f"version 2 pushed: {desk.base}/taxi/2; canary: no server was asked"
    )
    assert version_of(desk.baseline(third)) == 1
    desk.push(second, rollout="canary", compared_with=digest(first))
    assert registry.versions(desk.base, "taxi") == [1, 2]


def test_a_canary_that_is_made_again_directly_is_not_pushed_twice(desk, export):
    desk.push(export(0.5))
    tried = export(0.6)
    desk.push(tried, rollout="canary")

    desk.push(tried)

    assert registry.versions(desk.base, "taxi") == [1, 2]
    assert registry.stable_version(desk.base, "taxi") == 2


def test_a_model_that_was_rolled_back_is_not_brought_again_by_a_run_that_makes_it(desk, export):
    bad = export(0.6)
    for model in (export(0.5), bad):
        desk.push(model)
    Rollout(desk.base, "taxi").rollback()

    with pytest.raises(ModelRefused, match="the same model is version 2, from which stable was"):
        desk.push(bad)

    assert registry.labels(desk.base, "taxi") == {"stable": 1}
    assert registry.versions(desk.base, "taxi") == [1, 2]


def test_the_server_is_asked_before_the_label_moves(desk, export):
    desk.base.mkdir()
    with StandIn(desk.base, "taxi") as serving:
        server = {"address": serving.address, "timeout_s": 5.0}
        desk.push(export(0.5), server=server)
        serving.broken[2] = "Op type not registered"

        with pytest.raises(ModelRefused, match="Op type not registered; stable stays on version 1"):
            desk.push(export(0.6), server=server)

        assert registry.labels(desk.base, "taxi") == {"stable": 1}
        assert registry.versions(desk.base, "taxi") == [1, 2]


def test_a_server_that_cannot_be_asked_is_an_error_and_no_refusal(desk, export):
    server = {"address": "127.0.0.1:9", "timeout_s": 1.0}

    with pytest.raises(registry.ServerError, match="start it, set serving.address"):
        desk.push(export(0.5), server=server)

    assert registry.stable_version(desk.base, "taxi") == 0

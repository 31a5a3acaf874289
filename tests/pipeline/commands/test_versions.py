"""`tfxp models`, `promote` and `rollback`: what they print, and how they end."""

import json

import pytest
from click.testing import CliRunner

import registry
from pipeline.cli import cli
from pipeline.errors import LabelRefused, UserError
from registry.rollout import Rollout
from tests.registry.conftest import push_three
from tests.registry.stand_in import StandIn


class Shell:
    """Calls `tfxp` on a base directory with three versions of the model taxi."""

    def __init__(self, base):
        self.base = base
        self.sets = ["--set", f"roots.serving={base}"]

    def ask(self, serving):
        self.sets += ["--set", f"serving.address={serving.address}", "--set", "serving.timeout_s=1"]

    def __call__(self, *words):
        done = CliRunner().invoke(cli, [*words, *self.sets], terminal_width=80)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done


@pytest.fixture
def tfxp(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    return Shell(push_three(tmp_path))


@pytest.fixture
def serving(tfxp):
    with StandIn(tfxp.base, "taxi") as server:
        tfxp.ask(server)
        yield server


def test_a_promotion_says_who_was_asked_and_where_the_labels_stand(tfxp):
    assert tfxp("promote", "1").stdout.splitlines() == [
        "stable: version 1, the first; no server was asked",
        "note: set serving.address in configs/local.toml to have a server load and try it first",
    ]
    Rollout(tfxp.base, "taxi").label("canary", 3)

    done = tfxp("promote", "2")

    assert done.stdout.splitlines()[0] == "stable: version 1 → 2; no server was asked"
    assert done.stdout.splitlines()[2:] == [
        "canary: version 3",
        "note: `tfxp rollback --canary` ends the canary's trial",
    ]


def test_with_a_server_it_says_what_it_waits_for_and_what_was_answered(tfxp, serving):
    done = tfxp("promote", "2")

    assert done.stderr.splitlines()[0] == "waiting until the server has loaded version 2 ..."
    assert done.stdout == (
        "stable: version 2, the first; "
        f"the server at {serving.address} answered 2 requests with it\n"
    )


def test_what_the_server_does_not_serve_is_refused_with_exit_code_3(tfxp, serving):
    serving.broken[2] = "no MetaGraphDef"

    with pytest.raises(LabelRefused, match="could not load it: no MetaGraphDef") as refusal:
        tfxp("promote", "2")

    assert refusal.value.exit_code == 3
    assert registry.labels(tfxp.base, "taxi") == {}


def test_what_is_not_there_is_an_error_with_exit_code_1(tfxp):
    with pytest.raises(UserError, match="no version 9; there are: 1, 2, 3") as error:
        tfxp("promote", "9")

    assert error.value.exit_code == 1


def test_a_server_that_is_down_can_be_passed_over_by_saying_so(tfxp):
    tfxp.sets += ["--set", "serving.address=127.0.0.1:9"]
    with pytest.raises(UserError, match="tfxp promote --unasked"):
        tfxp("promote", "1")

    assert tfxp("promote", "1", "--unasked").stdout == (
        "stable: version 1, the first; no server was asked\n"
    )
    tfxp("promote", "2", "--unasked")
    assert tfxp("rollback", "--unasked").stdout.startswith("stable: version 2 → 1; no server was")


def test_a_rollback_goes_one_step_back(tfxp):
    for version in ("1", "2"):
        tfxp("promote", version)

    assert tfxp("rollback").stdout.startswith("stable: version 2 → 1; ")
    assert tfxp("rollback").stdout.startswith("stable: version 1 already; ")


def test_the_canary_is_ended_without_a_version(tfxp):
    tfxp("promote", "1")
    Rollout(tfxp.base, "taxi").label("canary", 3)

    assert tfxp("rollback", "--canary").stdout.startswith("canary: version 3 → 1; ")
    assert "leave VERSION out" in tfxp("rollback", "2", "--canary").stderr


def test_the_versions_are_listed_with_their_labels_newest_first(tfxp):
    for version in ("1", "2"):
        tfxp("promote", version)
    tfxp("rollback")

    lines = tfxp("models").stdout.splitlines()

    assert [line.split("  ")[0].strip() for line in lines[2:5]] == ["3", "2", "1"]
    assert "rolled back" in lines[3]
    assert "stable" in lines[4]
    assert lines[5] == "no server was asked: serving.address is not set"


def test_the_server_is_asked_about_versions_and_labels(tfxp, serving):
    tfxp("promote", "1")
    serving.slow.add(2)
    serving.broken[3] = "half copied"
    registry.models_config.change_entry(
        tfxp.base,
        "taxi",
        lambda entry: registry.models_config.Entry(entry.labels, (1, 2, 3)),
    )
    serving.wait_until(lambda: len(serving.known) == 3)

    lines = tfxp("models").stdout.splitlines()

    assert ["END (half copied)" in lines[2], "LOADING" in lines[3]] == [True, True]
    assert "AVAILABLE" in lines[4]
    assert lines[5:] == [f"the server at {serving.address} was asked"]


def test_a_server_that_sees_a_label_elsewhere_is_told_of(tfxp, serving):
    tfxp("promote", "1")
    serving.is_deaf = True
    registry.set_label(tfxp.base, "taxi", "stable", 2)

    assert tfxp("models").stdout.splitlines()[-1] == (
        "label stable: the server answers with version 1, models.config says version 2"
    )


def test_a_server_that_is_silent_hides_no_version(tfxp):
    tfxp.sets += ["--set", "serving.address=127.0.0.1:9"]

    lines = tfxp("models").stdout.splitlines()

    assert len(lines) == 6
    assert lines[-1].startswith("the model server at 127.0.0.1:9 does not answer")


def test_as_json_everything_of_a_version_is_told(tfxp, serving):
    tfxp("promote", "1")

    told = json.loads(tfxp("models", "--json").stdout)

    assert (told["model"], told["base"]) == ("taxi", str(tfxp.base))
    assert told["server"]["labels"] == {"stable": 1}
    assert [version["version"] for version in told["versions"]] == [3, 2, 1]
    last = told["versions"][-1]
    assert (last["labels"], last["server"]) == (["stable"], "AVAILABLE")
    assert last["record"]["digest"] == registry.read_record(tfxp.base, "taxi", 1).digest


def test_what_is_removed_and_what_is_kept_is_said_with_its_size(tfxp):
    tfxp("promote", "1")
    size = sum(path.stat().st_size for path in (tfxp.base / "taxi" / "2").rglob("*.*"))

    trial = tfxp("models", "gc", "--keep", "1", "--dry-run")
    assert registry.versions(tfxp.base, "taxi") == [1, 2, 3]
    done = tfxp("models", "gc", "--keep", "1")

    assert trial.stdout.splitlines()[:2] == [
        "kept     version 1: stable",
        "kept     version 3: one of the newest",
    ]
    assert trial.stdout.splitlines()[2].startswith("would go version 2: ")
    assert done.stdout.splitlines()[2].startswith("removed  version 2: ")
    assert size > 0
    assert registry.versions(tfxp.base, "taxi") == [1, 3]


@pytest.mark.parametrize("words", [("status",), ("models",)])
def test_labels_are_shown_wherever_versions_are(tfxp, tmp_path, words):
    tfxp.sets += ["--set", f"metadata.path={tmp_path}/metadata.sqlite"]
    tfxp("promote", "1")
    Rollout(tfxp.base, "taxi").label("canary", 1)

    assert "canary, stable" in tfxp(*words).stdout

"""A cluster on a port of this machine, and the commands that ask it."""

import pytest

from tests.kubeflow.submitting import pipelines
from tests.kubeflow.submitting.fake_kfp import FakeKfp


@pytest.fixture
def kfp(monkeypatch):
    """A Kubeflow Pipelines for one user, at the address in KFP_HOST."""
    with FakeKfp().listening() as fake:
        for name in ("KFP_NAMESPACE", "KFP_TOKEN", "SSL_CERT_FILE"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("KFP_HOST", fake.host)
        # Rich takes the width of the test's terminal otherwise.
        monkeypatch.setenv("COLUMNS", "200")
        yield fake


@pytest.fixture
def file(tmp_path):
    """A compiled pipeline."""
    return pipelines.write(tmp_path / "pipeline.yaml")


@pytest.fixture
def tfxp(capsys, monkeypatch):
    """Runs a `tfxp kubeflow` command in this process; returns exit code, output and errors."""
    import recurring
    import status
    import submit
    from pipeline.cli import run

    commands = {"submit": submit, "status": status, "recurring": recurring}

    def typed(name, *words):
        monkeypatch.setattr("sys.argv", [name, *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            run(commands[name].command, f"tfxp kubeflow {name}")
        captured = capsys.readouterr()
        return ended.value.code or 0, captured.out, captured.err

    return typed

"""What goes wrong between here and the cluster is one message with a next step."""

import socket
import ssl
import subprocess
import sys

import pytest

from tests.kubeflow.manifests import PROJECT
from tests.kubeflow.submitting import pipelines
from tests.kubeflow.submitting.fake_kfp import FakeKfp
from tests.kubeflow.submitting.fake_records import Problem


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr("submitting.server.PAUSES_S", (0.01, 0.01))


def test_without_a_host_nobody_is_asked(kfp, file, tfxp, monkeypatch):
    monkeypatch.delenv("KFP_HOST")
    code, _, err = tfxp("submit", "--file", file)

    assert code == 2
    assert err.startswith("error: configs/kubeflow.toml: kubeflow.host: missing, and KFP_HOST")
    assert "port-forward svc/ml-pipeline-ui" in err
    assert kfp.asked == []


def test_the_host_may_stand_in_the_where_file_and_the_environment_goes_before_it(
    kfp, tfxp, monkeypatch
):
    host, wrong = kfp.host, "http://127.0.0.1:1"
    code, _, _ = tfxp("status", "--set", f"kubeflow.host={wrong}")
    assert code == 0

    monkeypatch.delenv("KFP_HOST")
    code, _, _ = tfxp("status", "--set", f"kubeflow.host={host}")
    assert code == 0
    code, _, err = tfxp("status", "--set", f"kubeflow.host={wrong}")
    assert (code, wrong in err) == (1, True)


@pytest.mark.parametrize(
    "host", ["localhost:8080", "ftp://kfp.example", "https://me:secret@kfp.example", "http://"]
)
def test_a_host_that_is_no_address_is_not_asked(file, tfxp, monkeypatch, host):
    monkeypatch.setenv("KFP_HOST", host)
    code, _, err = tfxp("status")

    assert code == 2
    assert "KFP_HOST: not an address" in err
    assert "secret" not in err


def test_nobody_at_the_address(tfxp, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("KFP_HOST", f"http://127.0.0.1:{free.getsockname()[1]}")
        code, _, err = tfxp("status")

    assert code == 1
    assert "is not reachable:" in err
    assert "Connection refused" in err
    assert "port-forward" in err


def test_a_name_that_nobody_knows(tfxp, monkeypatch):
    monkeypatch.setenv("KFP_HOST", "http://kfp.invalid")
    code, _, err = tfxp("status")

    assert code == 1
    assert "kfp.invalid is not reachable: its name is not known" in err


def test_an_answer_that_does_not_come_is_not_waited_for_without_end(kfp, tfxp, monkeypatch):
    monkeypatch.setattr("submitting.asking.ANSWER_S", 0.2)
    kfp.delay_s = 1
    code, _, err = tfxp("status")

    assert code == 1
    assert "did not answer within 0.2 s" in err
    assert len(kfp.asked) == 3


def test_a_certificate_that_nobody_vouches_for(tfxp, monkeypatch, tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    words += ["-subj", "/CN=localhost", "-keyout", str(key), "-out", str(certificate)]
    if subprocess.run(words, check=False, capture_output=True).returncode != 0:
        pytest.skip("no openssl here")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    with FakeKfp().listening(context) as fake:
        monkeypatch.setenv("KFP_HOST", fake.host.replace("http:", "https:"))
        code, _, err = tfxp("status")

    assert code == 1
    assert "shows a certificate that nothing here vouches for" in err
    assert "SSL_CERT_FILE" in err


def test_a_token_is_missing_or_wrong(kfp, tfxp, monkeypatch):
    kfp.token = "right"
    code, _, missing = tfxp("status")
    assert code == 1
    assert "wants a token (401); set KFP_TOKEN" in missing
    assert "kubectl -n kubeflow create token default-editor" in missing

    monkeypatch.setenv("KFP_TOKEN", "very-wrong")
    _, _, wrong = tfxp("status")
    assert "does not accept the token in KFP_TOKEN (401)" in wrong
    assert "very-wrong" not in wrong


def test_a_page_for_signing_in_before_the_server_is_not_followed(kfp, tfxp):
    kfp.broken = [302]
    code, _, err = tfxp("status")

    assert code == 1
    assert "wants a token (302)" in err
    assert kfp.asked == ["GET /apis/v2beta1/healthz"]


def test_a_namespace_that_is_not_yours_or_not_there(kfp, file, tfxp, monkeypatch):
    kfp.multi_user = True
    code, _, err = tfxp("submit", "--file", file)
    assert code == 2
    assert "keeps its users apart; set KFP_NAMESPACE" in err

    monkeypatch.setenv("KFP_NAMESPACE", "theirs")
    code, _, err = tfxp("submit", "--file", file)
    assert code == 1
    assert "does not let you do this in namespace theirs (403)" in err
    assert "User 'me@example.com' is not authorized" in err
    assert kfp.runs == []


def test_for_a_server_of_one_user_a_namespace_is_where_the_pods_are(kfp, file, tfxp, monkeypatch):
    monkeypatch.setenv("KFP_NAMESPACE", "pipelines")
    code, _, _ = tfxp("submit", "--file", file, "--no-follow")

    assert code == 0
    assert "namespace" not in kfp.experiments[0]


def test_a_server_of_version_1_is_named(kfp, tfxp):
    kfp.version = 1
    for kfp.ui in (False, True):
        code, _, err = tfxp("status")
        assert code == 1
        assert "is Kubeflow Pipelines 1" in err
        assert "needed is 2.0 or later" in err


def test_a_server_that_is_no_kubeflow_pipelines(kfp, tfxp):
    kfp.version = 0
    code, _, err = tfxp("status")

    assert code == 1
    assert "answers, and not as Kubeflow Pipelines" in err


def test_a_spec_that_the_server_refuses_is_told_in_its_words(kfp, file, tfxp):
    pipelines.write(file, pipelines.spec(schema_version="2.0.0"))
    code, _, err = tfxp("submit", "--file", file)

    assert code == 1
    assert "refuses this (400): KFP only supports schema version 2.1.0, but the" in err
    assert "a stack" not in err
    assert "tfxp kubeflow lint" in err
    assert kfp.runs == []


def test_reading_is_tried_again_and_making_is_not(kfp, file, tfxp):
    kfp.broken = [500, 502]
    code, _, _ = tfxp("status")
    assert code == 0
    assert len(kfp.asked) == 4

    kfp.broken = [500, 502, 503]
    code, _, err = tfxp("status")
    assert code == 1
    assert "fails (503): upstream connect error; its log: `kubectl" in err


def test_a_run_is_never_started_twice(kfp, file, tfxp, monkeypatch):
    tfxp("submit", "--file", file, "--no-follow")
    real = kfp.create_run

    def lost(content):
        real(content)
        raise Problem(14, "Service unavailable")

    monkeypatch.setattr(kfp, "create_run", lost)
    code, _, err = tfxp("submit", "--file", file, "--no-follow")

    assert code == 1
    assert "fails (503): Service unavailable" in err
    assert len(kfp.runs) == 2


def test_a_where_file_of_vertex_says_that_it_is_another_api(kfp, tfxp):
    code, _, err = tfxp("status", "--where", "configs/vertex.toml")

    assert code == 2
    assert "kubeflow.target: 'vertex'" in err
    assert kfp.asked == []


@pytest.mark.parametrize("name", ["submit", "status", "recurring"])
def test_help_loads_nothing_heavy_and_asks_nobody(name):
    code = (
        "import os, sys, runpy; sys.argv = ['x', '--help']\n"
        "sys.path[0] = os.path.dirname(sys.orig_argv[-1])\n"
        "try: runpy.run_path(sys.orig_argv[-1], run_name='__main__')\n"
        "except SystemExit as e: assert not e.code\n"
        "bad = {'tensorflow', 'tfx', 'ml_metadata', 'kfp', 'kubernetes'}\n"
        "assert not bad & set(sys.modules), bad & set(sys.modules)\n"
    )
    script = PROJECT / "kubeflow" / f"{name}.py"
    done = subprocess.run(
        [sys.executable, "-c", code, str(script)], check=False, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    assert f"Usage: tfxp kubeflow {name}" in done.stdout

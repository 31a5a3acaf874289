"""What is applied for the pipeline is what Kubernetes takes, and what the where file names."""

import copy
import shutil
import subprocess
import tomllib

import kubernetes_validate
import pytest
import yaml

from tests.kubeflow.manifests import PROJECT, SERVING, container, documents, kustomization

MANIFESTS = PROJECT / "kubeflow" / "manifests"
ACCOUNT = MANIFESTS / "account"
VOLUMES = MANIFESTS / "volumes"
EXAMPLE = "artifact-store.example.yaml"
VERSIONS = ["1.30", kubernetes_validate.latest_version()]
WHERE = tomllib.loads((PROJECT / "configs" / "kubeflow.toml").read_text())


def claims():
    """Every claim that is applied from here or with the server."""
    every = (*documents(VOLUMES).values(), *documents(SERVING).values())
    return {
        found["metadata"]["name"]: found
        for found in every
        if found["kind"] == "PersistentVolumeClaim"
    }


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "found", [*documents(ACCOUNT).items(), *documents(VOLUMES).items()], ids=str
)
def test_kubernetes_knows_every_field(found, version):
    kubernetes_validate.validate(found[1], version, strict=True)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_example_of_the_secret_is_refused_until_it_is_filled_in(version):
    example = documents(MANIFESTS)[EXAMPLE]
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(example, version, strict=True)

    filled = copy.deepcopy(example)
    filled["stringData"] = dict.fromkeys(filled["stringData"], "text")
    kubernetes_validate.validate(filled, version, strict=True)


def test_all_but_the_example_is_applied_and_the_server_with_it():
    assert kustomization(MANIFESTS)["resources"] == ["account", "../serving"]
    assert set(documents(MANIFESTS)) == {EXAMPLE}
    for folder in (ACCOUNT, VOLUMES):
        assert set(kustomization(folder)["resources"]) == set(documents(folder))


@pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl here, which has kustomize")
@pytest.mark.parametrize(
    ("folder", "accounts", "servers", "claims_"),
    [(MANIFESTS, 1, 1, 1), (ACCOUNT, 1, 0, 0), (VOLUMES, 0, 0, 2)],
)
def test_kustomize_builds_it(folder, accounts, servers, claims_):
    done = subprocess.run(
        ["kubectl", "kustomize", str(folder)], check=False, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    kinds = [found["kind"] for found in yaml.safe_load_all(done.stdout)]
    assert "Secret" not in kinds
    assert kinds.count("ServiceAccount") == kinds.count("RoleBinding") == accounts
    assert kinds.count("Deployment") == servers
    assert kinds.count("PersistentVolumeClaim") == claims_


def test_the_account_is_the_one_that_runs_are_started_with():
    found = documents(ACCOUNT)
    name = WHERE["kubeflow"]["service_account"]

    assert found["service-account.yaml"]["metadata"]["name"] == name
    binding = found["role-binding.yaml"]
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": name}]
    assert binding["roleRef"]["name"] == found["role.yaml"]["metadata"]["name"]
    assert (binding["roleRef"]["kind"], found["role.yaml"]["kind"]) == ("Role", "Role")


def test_the_account_may_do_no_more_than_what_stands_round_a_step_needs():
    rules = documents(ACCOUNT)["role.yaml"]["rules"]
    allowed = {(rule["resources"][0], verb) for rule in rules for verb in rule["verbs"]}

    assert allowed == {
        ("workflowtaskresults", "create"),
        ("workflowtaskresults", "patch"),
        ("configmaps", "get"),
        ("secrets", "get"),
        ("pods", "get"),
    }
    for rule in rules:
        assert len(rule["resources"]) == 1
        if rule["resources"][0] in ("configmaps", "secrets"):
            assert rule["resourceNames"]


def test_every_claim_that_the_where_file_mounts_is_there_and_many_may_write_it():
    for volume in WHERE["kubeflow"]["volumes"]:
        assert claims()[volume["claim"]]["spec"]["accessModes"] == ["ReadWriteMany"]
    for claim in documents(VOLUMES).values():
        assert claim["spec"]["accessModes"] == ["ReadWriteMany"]


def test_the_pipeline_writes_models_where_the_server_reads_them():
    (models,) = (v for v in WHERE["kubeflow"]["volumes"] if v["mount"] == WHERE["roots"]["serving"])
    (mount,) = (m for m in container()["volumeMounts"] if m["name"] == "models")
    deployment = documents(SERVING)["deployment.yaml"]["spec"]["template"]["spec"]
    (volume,) = (v for v in deployment["volumes"] if v["name"] == "models")

    assert mount["mountPath"] == models["mount"]
    assert volume["persistentVolumeClaim"]["claimName"] == models["claim"]


def test_the_secret_has_the_name_and_the_keys_that_steps_are_given():
    (secret,) = WHERE["kubeflow"]["secrets"]
    example = documents(MANIFESTS)[EXAMPLE]

    assert example["metadata"]["name"] == secret["name"]
    assert set(example["stringData"]) == set(secret["env"])
    readable = [
        r for r in documents(ACCOUNT)["role.yaml"]["rules"] if r["resources"] == ["secrets"]
    ]
    assert secret["name"] in readable[0]["resourceNames"]


def test_nothing_secret_is_kept_in_the_project():
    for path in MANIFESTS.rglob("*"):
        assert path.suffix == ".yaml" or path.is_dir()
    values = documents(MANIFESTS)[EXAMPLE]["stringData"].values()
    assert all(isinstance(value, list) for value in values)

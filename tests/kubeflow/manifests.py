"""The files that run TF Serving, as tests read them."""

from pathlib import Path

import yaml

PROJECT = Path(__file__).resolve().parents[2]
SERVING = PROJECT / "kubeflow" / "serving"
BUCKET = PROJECT / "kubeflow" / "serving-bucket"
COMPOSE = PROJECT / "serving" / "docker-compose.yaml"


def documents(folder):
    """File to the object in it, without kustomize's own."""
    return {
        path.name: yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.yaml"))
        if path.name != "kustomization.yaml"
    }


def kustomization(folder):
    return yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))


def pods():
    """The template of the pods."""
    return documents(SERVING)["deployment.yaml"]["spec"]["template"]


def container():
    (only,) = pods()["spec"]["containers"]
    return only


def flags(arguments):
    """Name to value; every one is written `--name=value`."""
    return dict(argument.removeprefix("--").split("=", 1) for argument in arguments)


def compose(models):
    """The compose file, as Docker Compose reads it with `TFXP_MODELS` set."""
    text = COMPOSE.read_text(encoding="utf-8")
    required = "${TFXP_MODELS:?the absolute path of the model base directory}"
    text = text.replace(required, str(models)).replace("${TFXP_MODELS}", str(models))
    assert "${" not in text
    return yaml.safe_load(text)


def server(models):
    """The one service of the compose file."""
    (only,) = compose(models)["services"].values()
    return only

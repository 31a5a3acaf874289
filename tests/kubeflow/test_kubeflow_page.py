"""The commands and settings of docs/kubeflow.md are real ones."""

import importlib
import re
import shlex
import tomllib

import click
import pytest

from pipeline.cli import cli
from pipeline.config import load_cluster
from tests.kubeflow.manifests import PROJECT
from tests.kubeflow.test_pipeline_manifests import claims

PAGE = (PROJECT / "docs" / "kubeflow.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def typed():
    """Every command of the page, its comment cut off, a line that goes on made one."""
    for language, text in BLOCKS:
        if language in ("console", ""):
            for line in text.replace("\\\n", " ").splitlines():
                words = shlex.split(line, comments=True)
                if words:
                    yield words


def commands(name):
    found = []
    for words in typed():
        while words and "=" in words[0]:
            words = words[1:]
        if words and words[0].endswith(name):
            found.append(pytest.param(words[1:], id=" ".join(words)))
    return found


def found_command(words):
    """The click command behind the words, and what is left of them."""
    command, name = cli, "tfxp"
    # A group may be a command as well, and then takes options.
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name, *words = words
        if command.name == "kubeflow":
            script = importlib.import_module(name)
            return getattr(script, "command", None) or script.main, name, words
        command = command.get_command(click.Context(command), name)
        assert command is not None, name
    return command, name, words


@pytest.mark.parametrize("words", commands("tfxp"))
def test_a_command_of_tfxp_is_taken(words):
    command, name, rest = found_command(words)

    # Parsed and not run; what it does not know is an error.
    command.make_context(name, list(rest))


def test_all_commands_of_the_cluster_are_on_the_page():
    used = {param.values[0][1] for param in commands("tfxp") if param.values[0][0] == "kubeflow"}

    assert used == {"compile", "lint", "submit", "status", "recurring"}


@pytest.mark.parametrize("words", commands("kubectl"))
def test_what_kubectl_applies_is_there(words):
    for flag, value in zip(words, words[1:], strict=False):
        if flag in ("-k", "-f") and not value.startswith("https://github.com/"):
            assert (PROJECT / value).exists(), value


@pytest.mark.parametrize("words", commands("make"))
def test_what_make_makes_is_a_target(words):
    targets = re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE)

    assert words[0] in targets


@pytest.mark.parametrize(
    "text", [pytest.param(text, id=text.split("\n")[0]) for kind, text in BLOCKS if kind == "toml"]
)
def test_settings_are_those_of_a_where_file(text, tmp_path):
    where = tmp_path / "where.toml"
    base = (PROJECT / "configs" / "kubeflow.toml").read_text()
    where.write_text(_merged(base, text))

    loaded = load_cluster("configs/taxi.toml", str(where))
    for volume in loaded.where.kubeflow.volumes:
        assert volume.claim in claims()


def _merged(base, text):
    """The file with the page's lines in place of the tables and keys that they name."""
    added = tomllib.loads(text)
    for table in [key for key, value in added.items() if isinstance(value, dict)]:
        for key, value in added[table].items():
            if isinstance(value, dict | list):
                base = re.sub(rf"^\[+{table}\.{key}\]+\n(?:[^\[].*\n|\n)*", "", base, flags=re.M)
            else:
                base = re.sub(rf"^{key} = .*\n", "", base, flags=re.M)
    for table in ("roots", "kubeflow"):
        lines = re.search(rf"^\[{table}\]\n((?:[^\[\n].*\n)*)", text, re.M)
        if lines:
            base = base.replace(f"[{table}]\n", f"[{table}]\n{lines[1]}", 1)
            text = text.replace(lines[0], "")
    return f"{base}\n{text}"


def test_every_file_that_the_page_names_is_there():
    for path in re.findall(r"\]\(([^)#]+)\)", PAGE):
        if "://" not in path:
            assert (PROJECT / "docs" / path).resolve().exists(), path
    for path in re.findall(r"`((?:kubeflow|configs|docs|pipeline|tests)/[\w./-]+)`", PAGE):
        assert (PROJECT / path).exists(), path

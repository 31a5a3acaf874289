import io
import json
import subprocess
import sys

import pytest
import yaml
from rich.console import Console

from linting.files import UnreadableFile, read_documents
from linting.finding import Finding
from linting.report import print_findings
from pipeline.config.where import PROJECT
from tests.kubeflow.linting.specs import broken, pipeline, platform

RESOLVERS = [
    Finding("resolver", "$.a", "a resolver, which KFP has not", "use storage"),
    Finding("resolver", "$.b", "a resolver, which KFP has not", "use storage"),
    Finding("local-path", "$.c", "/data is a path of one machine", "name a bucket"),
]


def linted(*files):
    """Runs the script by path, as `tfxp kubeflow lint` does."""
    script = PROJECT / "kubeflow" / "lint.py"
    return subprocess.run(
        [sys.executable, str(script), *map(str, files)], capture_output=True, text=True, check=False
    )


def printed(findings, path="pipeline.yaml", **options):
    console = Console(record=True, highlight=False, file=io.StringIO(), **options)
    print_findings(console, path, findings)
    return console.export_text()


@pytest.mark.slow
def test_the_exit_code_tells_clean_from_found_from_unreadable(tmp_path):
    found = tmp_path / "found.json"
    found.write_text(json.dumps(broken("schemaVersion", to="2.0.0")))

    some = linted(found)
    none = linted(tmp_path / "no.yaml", found)

    assert some.returncode == 1
    (line,) = [line for line in some.stdout.splitlines() if "schema-version" in line]
    assert line.startswith(f"{found}: schema-version: $.schemaVersion: schema version '2.0.0'")
    assert line.endswith("→ compile for 2.1.0 (TFX: use_pipeline_spec_2_1=True)")
    assert none.returncode == 2
    assert none.stderr.startswith(f"error: {tmp_path / 'no.yaml'}: there is no such file")
    assert "schema-version" in none.stdout


def test_a_file_of_two_documents_is_a_pipeline_and_its_platform(tmp_path):
    path = tmp_path / "pipeline.yaml"
    path.write_text(yaml.safe_dump_all([pipeline(), platform()]))

    assert read_documents(path) == (pipeline(), platform())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: [", "is neither YAML nor JSON"),
        ("just words", "holds no pipeline spec"),
        ("", "holds no pipeline spec"),
        (yaml.safe_dump_all([platform()]), "holds no pipeline spec"),
        (yaml.safe_dump_all([pipeline(), pipeline()]), "holds 2 pipeline specs"),
        (yaml.safe_dump_all([pipeline(), platform(), platform()]), "holds 2 platform specs"),
    ],
)
def test_a_file_without_one_pipeline_says_why_not(tmp_path, text, reason):
    path = tmp_path / "pipeline.yaml"
    path.write_text(text)

    with pytest.raises(UnreadableFile, match=reason):
        read_documents(path)


def test_a_terminal_shows_alike_findings_together():
    assert printed(RESOLVERS, force_terminal=True, width=80).split("\n") == [
        "pipeline.yaml: 3 findings; a cluster would refuse this pipeline, or run it ",
        "otherwise than meant",
        "",
        "resolver",
        "  $.a",
        "  $.b",
        "    a resolver, which KFP has not".ljust(80),
        "    → use storage".ljust(80),
        "",
        "local-path",
        "  $.c",
        "    /data is a path of one machine".ljust(80),
        "    → name a bucket".ljust(80),
        "",
    ]


def test_elsewhere_each_finding_is_a_line():
    assert printed(RESOLVERS, force_terminal=False, width=40).splitlines() == [
        "pipeline.yaml: resolver: $.a: a resolver, which KFP has not → use storage",
        "pipeline.yaml: resolver: $.b: a resolver, which KFP has not → use storage",
        "pipeline.yaml: local-path: $.c: /data is a path of one machine → name a bucket",
    ]


def test_silence_is_not_success():
    assert printed([]) == "pipeline.yaml: nothing that a cluster would refuse\n"

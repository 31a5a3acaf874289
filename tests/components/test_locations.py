"""Where a location is on this machine."""

import subprocess
import sys
from pathlib import Path

import pytest

from components.errors import InputError
from components.locations import resolve

PROJECT = Path(__file__).resolve().parents[2]


def test_a_relative_location_is_below_the_projects_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    assert resolve("schema/taxi/schema.pbtxt") == str(PROJECT / "schema/taxi/schema.pbtxt")


@pytest.mark.parametrize("location", ["/data/rows.csv", "gs://bucket/rows.csv", "s3://b/{SPAN}/*"])
def test_an_absolute_path_and_a_uri_stay_as_they_are(location):
    assert resolve(location) == location


def test_a_package_location_is_a_file_inside_the_installed_package():
    path = Path(resolve("package://tfx/examples/chicago_taxi_pipeline/data/simple/data.csv"))

    assert path.is_absolute()
    assert path.read_text(encoding="utf-8").startswith("pickup_community_area,fare,")


def test_finding_a_package_does_not_import_it():
    code = (
        "import sys; from components.locations import resolve; "
        "resolve('package://tfx/a.csv'); print('tfx' in sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )

    assert done.stdout == "False\n"


@pytest.mark.parametrize("package", ["no_such_package", "", "csv", "json.decoder", "../etc"])
def test_a_package_that_is_not_installed_is_named(package):
    location = f"package://{package}/rows.csv"

    with pytest.raises(InputError, match=f"^{location}: no package '.*' is installed here$"):
        resolve(location)

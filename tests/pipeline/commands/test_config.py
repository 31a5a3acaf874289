import subprocess
import sys
import tomllib
from pathlib import Path

import pipeline

PROJECT = Path(pipeline.__file__).resolve().parents[1]


def tfxp(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from pipeline.cli import main; main()", "config", *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_show_prints_the_effective_configuration_as_toml():
    done = tfxp("show", "--set", "training.steps=200")

    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.startswith('# what: configs/taxi.toml\nname = "taxi"\n')
    assert tomllib.loads(done.stdout)["training"]["steps"] == 200


def test_wrong_configuration_ends_with_exit_code_2_and_no_traceback():
    done = tfxp("show", "--set", "training.stepz=200", "--set", "run.parallel_nodes=0")

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        "error: --set training.stepz=200: training.stepz: unknown key; did you mean 'steps'? "
        "allowed: batch_size, build_model, class_weights, distribution, hidden_units, "
        "learning_rate, members, patience, seed, steps, warm_start\n"
        "--set run.parallel_nodes=0: run.parallel_nodes: found 0; "
        "expected a whole number from 1 to 16\n"
    )

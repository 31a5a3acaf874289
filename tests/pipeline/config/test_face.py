import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pipeline.config

PROJECT = Path(pipeline.config.__file__).resolve().parents[2]


def test_face_is_what_it_says():
    public = [
        name
        for name, value in vars(pipeline.config).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    ]

    assert sorted(pipeline.config.__all__) == sorted(public)


def test_configuration_loads_without_tensorflow_and_tfx():
    code = (
        "import sys, pipeline.config as c; "
        "c.load('configs/taxi.toml', 'configs/local.toml'); "
        "print(sorted({'tensorflow', 'tfx', 'apache_beam', 'numpy', 'pyarrow'} & {*sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )

    assert done.stdout == "[]\n"

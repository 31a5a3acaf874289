"""TFX's own taxi example, unchanged but for its places, under TFX's local runner.

Run as a script in a fresh process: `python stock_taxi.py FOLDER`. Beam runs in memory, as ours
does; the example's `multi_processing` is slower on this little data.
"""

import pathlib
import shutil
import sys

import tfx
from tfx.examples.chicago_taxi_pipeline import taxi_pipeline_native_keras as example
from tfx.orchestration.local.local_dag_runner import LocalDagRunner

IN_MEMORY_BEAM = ["--runner=apache_beam.runners.portability.fn_api_runner.FnApiRunner"]


def main(folder: pathlib.Path) -> None:
    """Runs the example below `folder`."""
    packaged = pathlib.Path(tfx.__file__).parent / "examples" / "chicago_taxi_pipeline"
    data = folder / "data"
    data.mkdir(parents=True)
    shutil.copy(packaged / "data" / "simple" / "data.csv", data)
    LocalDagRunner().run(
        example._create_pipeline(
            pipeline_name="stock",
            pipeline_root=str(folder / "artifacts"),
            data_root=str(data),
            module_file=str(packaged / "taxi_utils_native_keras.py"),
            serving_model_dir=str(folder / "serving"),
            metadata_path=str(folder / "metadata.sqlite"),
            beam_pipeline_args=IN_MEMORY_BEAM,
        )
    )


if __name__ == "__main__":
    main(pathlib.Path(sys.argv.pop()))

"""The ImportHyperparameters component of the graph: those of an earlier search, from a file."""

from pathlib import Path

from tfx.dsl.component.experimental.annotations import OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import standard_artifacts

from components.locations import resolve
from components.tuner import hyperparameters


@component
def ImportHyperparameters(
    best_hyperparameters: OutputArtifact[standard_artifacts.HyperParameters],
    path: Parameter[str],
) -> None:
    """Copies stored hyperparameters into the pipeline, after they were read without an error.

    Args:
        best_hyperparameters: As the Tuner's output of that name; its property `fingerprint` knows
            the file again.
        path: A location of a JSON object of options of the training.

    Raises:
        InputError: there is no such file, or something in it is no hyperparameter.
    """
    found = hyperparameters.read(Path(resolve(path)), path)
    target = Path(best_hyperparameters.uri, hyperparameters.FILE)
    target.write_text(hyperparameters.text(found), encoding="utf-8")
    best_hyperparameters.set_string_custom_property(
        "fingerprint", hyperparameters.fingerprint(path)
    )
    summary = f"{hyperparameters.brief(found)}, from {path}"
    best_hyperparameters.set_string_custom_property("summary", summary)

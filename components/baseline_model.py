"""The BaselineModel component of the graph: the model that a candidate must beat."""

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import standard_artifacts

import registry
from components.locations import resolve
from components.serving_model import content_digest
from components.stable_version import hand_over


@component
def BaselineModel(
    model: InputArtifact[standard_artifacts.Model],
    baseline: OutputArtifact[standard_artifacts.Model],
    base_dir: Parameter[str],
    model_name: Parameter[str],
) -> None:
    """Finds the version that is stable now, in the model base directory alone.

    TFX's resolver asks the metadata store for the latest blessed model, which may never have been
    pushed, and which a cluster cannot run.

    Args:
        model: The candidate: no model is its own baseline.
        baseline: A copy of the version; without files when there is none. Its property
            `baseline_version` says which, 0 for none.
        base_dir: Location of the model base directory.
        model_name: The model's name in it.

    Raises:
        RegistryError: the stable version is named but not there, or damaged; or the base directory
            cannot be read.
    """
    base = registry.base_of(resolve(base_dir))
    version = registry.baseline_version(base, model_name, content_digest(model))
    baseline.set_int_custom_property("baseline_version", version)
    if version == 0:
        baseline.set_string_custom_property("summary", "no stable version yet")
        return
    hand_over(baseline, base, model_name, version)

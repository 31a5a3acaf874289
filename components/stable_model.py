"""The StableModel component of the graph: the model that a fit starts from."""

from tfx.dsl.component.experimental.annotations import OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import standard_artifacts

import registry
from components.locations import resolve
from components.stable_version import hand_over


@component
def StableModel(
    model: OutputArtifact[standard_artifacts.Model],
    base_dir: Parameter[str],
    model_name: Parameter[str],
) -> None:
    """Finds the version that is stable now, in the model base directory alone.

    Args:
        model: A copy of the version; without files when there is none. Its property
            `stable_version` says which, 0 for none.
        base_dir: Location of the model base directory.
        model_name: The model's name in it.

    Raises:
        RegistryError: the stable version is named but not there, or damaged; or the base directory
            cannot be read.
    """
    base = registry.base_of(resolve(base_dir))
    version = registry.stable_version(base, model_name) or 0
    model.set_int_custom_property("stable_version", version)
    if not version:
        model.set_string_custom_property("summary", "no stable version yet: a cold start")
        return
    hand_over(model, base, model_name, version)

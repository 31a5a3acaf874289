"""The verdict in the words that TFX has for it."""

from pathlib import Path

from tfx import types
from tfx.components.evaluator import constants


def bless(
    blessing: types.Artifact,
    is_blessed: bool,
    *,
    model: types.Artifact,
    baseline: types.Artifact | None,
    component_id: str | None,
) -> None:
    """Marks the artifact as TFX's Evaluator does: a file, and which models it is about.

    Args:
        blessing: The output.
        is_blessed: The verdict.
        model: The candidate.
        baseline: The stable model, if there is one.
        component_id: Of the node.
    """
    files = {True: constants.BLESSED_FILE_NAME, False: constants.NOT_BLESSED_FILE_NAME}
    Path(blessing.uri).mkdir(parents=True, exist_ok=True)
    (Path(blessing.uri) / files[is_blessed]).write_text("", encoding="utf-8")
    value = constants.BLESSED_VALUE if is_blessed else constants.NOT_BLESSED_VALUE
    blessing.set_int_custom_property(constants.ARTIFACT_PROPERTY_BLESSED_KEY, value)
    current = constants.ARTIFACT_PROPERTY_CURRENT_MODEL_URI_KEY
    blessing.set_string_custom_property(current, model.uri)
    blessing.set_int_custom_property(constants.ARTIFACT_PROPERTY_CURRENT_MODEL_ID_KEY, model.id)
    if baseline is not None:
        against = constants.ARTIFACT_PROPERTY_BASELINE_MODEL_URI_KEY
        blessing.set_string_custom_property(against, baseline.uri)
        blessing.set_int_custom_property(
            constants.ARTIFACT_PROPERTY_BASELINE_MODEL_ID_KEY, baseline.id
        )
    if component_id is not None:
        blessing.set_string_custom_property("component_id", component_id)

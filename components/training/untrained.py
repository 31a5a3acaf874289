"""The network before it is fitted: ours, or that of the problem's own builder."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras

from components.errors import ComponentError
from components.own_code import call_own
from components.training.model import build_model, build_model_of_spec
from components.training.options import TrainingOptions
from components.training.own_features import FeatureSpec
from schema.features import Feature

KEY = "training.build_model"


def untrained_model(
    features: Sequence[Feature] | FeatureSpec,
    depths: Mapping[str, int],
    spec: FeatureSpec,
    options: TrainingOptions,
    outputs: int,
) -> keras.Model:
    """Builds the model.

    Args:
        features: What the model sees: a sequence of `Feature`, or the spec of the problem's own.
        depths: One more than the largest id, by transformed name, for features that are ids.
        spec: Shape and type of every feature, by transformed name.
        options: With `build_model`, the path of the problem's own builder, or None. It is called
            with `features`, `depths`, `options` and `outputs`, and answers [batch, outputs], which
            counts as one member, or [batch, members, outputs].
        outputs: How many numbers a member answers.

    Returns:
        A model from a dict of features to [batch, members, outputs] float32.

    Raises:
        ComponentError: the problem's own builder does not give such a model.
    """
    if options.build_model:
        model = call_own(options.build_model, KEY, features, depths, options, outputs)
        return _adapted(model, spec, outputs, f'{KEY} = "{options.build_model}"')
    if isinstance(features, Mapping):
        return build_model_of_spec(features, depths, options, outputs)
    return build_model(features, depths, options, outputs)


def _adapted(model: Any, spec: FeatureSpec, outputs: int, where: str) -> keras.Model:
    """The model with an input for every feature, and with members."""
    if not isinstance(model, keras.Model):
        kind = f"{type(model).__module__}.{type(model).__name__}"
        raise ComponentError(f"{where}: it must return a keras.Model, got {kind}")
    inputs = {
        name: keras.Input(entry.shape, name=name, dtype=entry.dtype.name)
        for name, entry in spec.items()
    }
    wanted = _wanted(model, where)
    unknown = sorted(set(wanted) - inputs.keys())
    if unknown:
        raise ComponentError(
            f"{where}: the model has inputs that are no features: {', '.join(unknown)}; "
            f"there are: {', '.join(sorted(inputs))}"
        )
    try:
        answer = model({name: inputs[name] for name in wanted or inputs})
    except Exception as error:
        # Somebody else's code, in which anything may go wrong.
        raise ComponentError(
            f"{where}: the model does not take the features: {str(error).strip().splitlines()[0]}"
        ) from error
    shape = tuple(getattr(answer, "shape", ()))
    if len(shape) == 2 and shape[1] == outputs:
        answer = keras.ops.expand_dims(answer, 1)
    elif len(shape) != 3 or shape[1] is None or shape[2] != outputs:
        raise ComponentError(
            f"{where}: the model answers {shape}; expected (None, {outputs}) or "
            f"(None, members, {outputs}) logits, or values of a regression"
        )
    return keras.Model(inputs, answer)


def _wanted(model: keras.Model, where: str) -> list[str]:
    """The names of the inputs of a functional model; none of one that takes what it is given."""
    declared = getattr(model, "input", None) if model.built else None
    if declared is None:
        return []
    if not isinstance(declared, dict):
        raise ComponentError(
            f"{where}: the model must take a dict of features by name: keras.Model({{name: "
            "keras.Input(…), …}, answer)"
        )
    return list(declared)


def members_of(model: keras.Model) -> int:
    """How many networks answer side by side."""
    return int(model.output.shape[1])

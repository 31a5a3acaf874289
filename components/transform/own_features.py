"""Features that the problem's own `preprocessing_fn` makes."""

from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from components.errors import ComponentError
from components.own_code import call_own
from components.transform import rows
from components.transform.labels import encode_label
from components.transform.plan import Plan
from schema.features import sources, transformed

KEY = "features.preprocessing_fn"


def own_features(inputs: Mapping[str, rows.RawColumn], plan: Plan, path: str) -> dict[str, Any]:
    """What the function at `path` makes of the columns, and the label.

    It is called as TensorFlow Transform would, with the columns that may be features and those
    that the label is made from, and with the plan as `custom_config` if it asks for that.

    Args:
        inputs: Raw columns by name.
        plan: What is learnt from which columns.
        path: The dotted path.

    Returns:
        Its features, [batch] or [batch, ...] float32 or int64, and the label under its
        transformed name: the function's, or ours where it gives none.

    Raises:
        ComponentError: there is no such function, it fails, or gives something else.
    """
    usable = {column for feature in plan.features for column in sources(feature)}
    given = {
        column: values
        for column, values in inputs.items()
        if column in usable or column in plan.label.sources
    }
    made = call_own(path, KEY, given, custom_config=plan.to_plain())
    where = f'{KEY} = "{path}"'
    if not isinstance(made, Mapping):
        raise ComponentError(
            f"{where}: it must return a dict of tensors by name, got {type(made).__name__}"
        )
    for name, values in made.items():
        _require_feature(where, name, values)
    label = transformed(plan.label.column)
    if not made.keys() - {label}:
        raise ComponentError(f"{where}: it returned no feature beside the label")
    if label in made and (made[label].dtype != tf.float32 or made[label].shape.rank != 1):
        raise ComponentError(
            f"{where}: the label {label!r} must be [batch] float32; leave it out for that of "
            "the section label"
        )
    return {label: encode_label(inputs, plan), **made}


def _require_feature(where: str, name: Any, values: Any) -> None:
    expected = "expected a dense tensor, [batch] or [batch, ...], of float32 or int64"
    if not isinstance(name, str):
        raise ComponentError(f"{where}: a feature must be named by a text, got {name!r}")
    if not isinstance(values, tf.Tensor):
        raise ComponentError(f"{where}: {name!r} is a {type(values).__name__}; {expected}")
    if values.dtype not in (tf.float32, tf.int64):
        raise ComponentError(f"{where}: {name!r} is of {values.dtype.name}; {expected}")
    rank = values.shape.rank
    if not rank or None in values.shape.as_list()[1:]:
        raise ComponentError(
            f"{where}: {name!r} has the shape {values.shape}; {expected}, all sizes but the "
            "batch's known"
        )

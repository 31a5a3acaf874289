"""What a run is told beside the compiled pipeline: `--param name=value`."""

import difflib
import json
from collections.abc import Iterable
from typing import Any

from pipeline.config import ConfigError
from submitting.pipeline_file import CompiledPipeline, Parameter

_EXPECTED = {
    "STRING": "a text",
    "NUMBER_INTEGER": "a whole number",
    "NUMBER_DOUBLE": "a number",
    "BOOLEAN": "true or false",
    "LIST": "a JSON list",
    "STRUCT": "a JSON object",
}


def parameter_values(pipeline: CompiledPipeline, texts: Iterable[str]) -> dict[str, Any]:
    """Returns the values that differ from the pipeline's defaults, in the pipeline's types.

    Raises:
        ConfigError: with a line for every text that is wrong, and every input that is missing.
    """
    values: dict[str, Any] = {}
    messages = []
    for text in texts:
        name, equals, value = text.partition("=")
        parameter = pipeline.parameters.get(name)
        if not equals:
            messages.append(f"--param {text}: no value; expected {name}=VALUE")
        elif parameter is None:
            messages.append(f"--param {name}: {_unknown(name, pipeline)}")
        elif name in values:
            messages.append(f"--param {name}: given twice; expected it once")
        else:
            try:
                values[name] = _typed(parameter, value)
            except ValueError:
                expected = _EXPECTED.get(parameter.kind, parameter.kind)
                messages.append(f"--param {name}: {value!r}; expected {expected}")
    messages += [
        f"--param {name}: missing; expected {_EXPECTED.get(parameter.kind, parameter.kind)}"
        for name, parameter in pipeline.parameters.items()
        if not parameter.is_optional and name not in values
    ]
    if messages:
        raise ConfigError("\n".join(messages))
    return values


def _unknown(name: str, pipeline: CompiledPipeline) -> str:
    known = ", ".join(pipeline.parameters) or "none"
    near = difflib.get_close_matches(name, pipeline.parameters, n=1)
    meant = f"; did you mean {near[0]}?" if near else ""
    return f"no input of pipeline {pipeline.name}{meant} Its inputs: {known}"


def _typed(parameter: Parameter, text: str) -> Any:
    """Raises ValueError when the text is of another type."""
    match parameter.kind:
        case "NUMBER_INTEGER":
            return int(text)
        case "NUMBER_DOUBLE":
            return float(text)
        case "BOOLEAN":
            return ("false", "true").index(text.lower()) == 1
        case "LIST" | "STRUCT":
            value = json.loads(text)
            if not isinstance(value, list if parameter.kind == "LIST" else dict):
                raise ValueError(text)
            return value
    return text

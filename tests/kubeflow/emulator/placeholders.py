"""The very command line of a step, from the one in the spec."""

import re
from collections.abc import Iterator, Mapping

from kfp.pipeline_spec import pipeline_spec_pb2 as pb

from tests.kubeflow.emulator.local_paths import LocalPaths
from tests.kubeflow.emulator.values import as_json, as_text


def fill(words: list[str], told: pb.ExecutorInput, paths: LocalPaths) -> list[str]:
    """Replaces what KFP replaces.

    The driver begins with the parameters, whose texts may have places in them in turn; the launcher
    goes on with the whole input, and then with every single place, also within what it put in.
    """
    parameters = dict(_parameters(told))
    places = parameters | dict(_files(told, paths))
    whole = as_json(told)
    return [
        _replaced(_replaced(word, parameters).replace("{{$}}", whole), places) for word in words
    ]


def expand(text: str, environment: Mapping[str, str]) -> str:
    """What the kubelet does with every word of a container's command line, ahead of the launcher.

    `$(NAME)` is a variable of the container if there is one, and `$$` is one `$`.
    """
    return re.sub(
        r"\$(?:\$|\((?P<name>[^)]*)\))",
        lambda m: "$" if m.group("name") is None else environment.get(m.group("name"), m.group(0)),
        text,
    )


def _parameters(told: pb.ExecutorInput) -> Iterator[tuple[str, str]]:
    for key, value in told.inputs.parameter_values.items():
        yield f"{{{{$.inputs.parameters['{key}']}}}}", as_text(value)


def _files(told: pb.ExecutorInput, paths: LocalPaths) -> Iterator[tuple[str, str]]:
    for side, artifacts in (("inputs", told.inputs.artifacts), ("outputs", told.outputs.artifacts)):
        for key, found in artifacts.items():
            place = f"{{{{$.{side}.artifacts['{key}']"
            yield f"{place}.uri}}}}", found.artifacts[0].uri
            yield f"{place}.path}}}}", str(paths.of(found.artifacts[0]))
    for key, parameter in told.outputs.parameters.items():
        yield f"{{{{$.outputs.parameters['{key}'].output_file}}}}", parameter.output_file


def _replaced(word: str, places: Mapping[str, str]) -> str:
    for place, value in places.items():
        word = word.replace(place, value)
    return word

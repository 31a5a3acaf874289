"""Requests that are wrong, each with the statuses that are right for it; made from a seed.

They are meant for the toy model: `serving_default` takes floats `x` and gives `y` and `twice`,
`parsed` takes serialized tf.Examples.
"""

import json
import random
import string
from dataclasses import dataclass

import grpc

from tfxp_client import wire

MODEL = "toy"
PREDICTION = "/tensorflow.serving.PredictionService/"
INVALID = grpc.StatusCode.INVALID_ARGUMENT
NOT_FOUND = grpc.StatusCode.NOT_FOUND
# What TF Serving answers to bytes that are no message.
NO_MESSAGE = grpc.StatusCode.INTERNAL


@dataclass(frozen=True)
class Call:
    """A gRPC call and the codes that it may get."""

    why: str
    method: str
    raw: bytes
    codes: frozenset


@dataclass(frozen=True)
class Request:
    """An HTTP request and the statuses that it may get."""

    why: str
    method: str
    path: str
    body: bytes
    statuses: frozenset


def text(chance, length=8):
    return "".join(chance.choices(string.ascii_letters + "äß😀 /:%\n", k=chance.randint(1, length)))


def good(signature="", values=(1.0, 2.0), **spec):
    """A request that is answered; what is wrong is then done to it."""
    request = wire.PredictRequest()
    request.model_spec.name = spec.get("model", MODEL)
    request.model_spec.signature_name = signature
    tensor = request.inputs["x"]
    tensor.dtype = wire.DT_FLOAT
    tensor.tensor_shape.dim.add(size=len(values))
    tensor.float_val.extend(values)
    return request


# --- gRPC ---------------------------------------------------------------------------------------


def of_another_type(chance):
    request = good()
    request.inputs["x"].dtype = chance.choice([0, *range(2, 24), 77, 101])
    return request, INVALID


def of_another_rank(chance):
    request = good(values=[1.0] * 4)
    shape = request.inputs["x"].tensor_shape
    del shape.dim[:]
    for size in chance.choice([[], [2, 2], [1, 4], [4, 1], [1] * 50]):
        shape.dim.add(size=size)
    shape.unknown_rank = chance.random() < 0.2
    return request, INVALID


def of_a_size_that_is_none(chance):
    request = good()
    size = chance.choice([-1, -(2**63), 2**63 - 1, 2**40, 10**8])
    request.inputs["x"].tensor_shape.dim[0].size = size
    return request, INVALID


def of_contents_that_do_not_fit(chance):
    request = good(values=())
    tensor = request.inputs["x"]
    tensor.tensor_shape.dim[0].size = 3
    tensor.tensor_content = chance.randbytes(chance.choice([1, 4, 11, 13, 4000]))
    return request, INVALID


def of_other_names(chance):
    request = good()
    if chance.random() < 0.5:
        request.inputs[text(chance) + "_"].CopyFrom(request.inputs["x"])
    if chance.random() < 0.7 or len(request.inputs) == 1:
        del request.inputs["x"]
    return request, INVALID


def of_unknown_outputs(chance):
    request = good()
    request.output_filter.extend(
        chance.choice([["y", "y"], ["z"], ["y", text(chance) + "_"], [""]])
    )
    return request, INVALID


def of_an_unknown_model(chance):
    return good(model=text(chance) + "_"), NOT_FOUND


def of_an_unknown_version(chance):
    request = good()
    request.model_spec.version.value = chance.choice([0, 2, -1, 2**63 - 1, -(2**63), 10**9])
    return request, NOT_FOUND


def of_an_unknown_label(chance):
    request = good()
    request.model_spec.version_label = chance.choice(["", "canary", text(chance) + "_"])
    return request, INVALID


def of_an_unknown_signature(chance):
    return good(text(chance) + "_"), grpc.StatusCode.FAILED_PRECONDITION


def of_no_example(chance):
    request = good("parsed")
    del request.inputs["x"]
    tensor = request.inputs["examples"]
    tensor.dtype = wire.DT_STRING
    tensor.tensor_shape.dim.add(size=1)
    tensor.string_val.append(b"\xff" + chance.randbytes(20))
    return request, INVALID


def of_no_spec(chance):
    request = good()
    if chance.random() < 0.5:
        request.ClearField("model_spec")
    else:
        request.model_spec.name = ""
    return request, INVALID


PREDICTS = (
    of_another_type,
    of_another_rank,
    of_a_size_that_is_none,
    of_contents_that_do_not_fit,
    of_other_names,
    of_unknown_outputs,
    of_an_unknown_model,
    of_an_unknown_version,
    of_an_unknown_label,
    of_an_unknown_signature,
    of_no_example,
    of_no_spec,
)


def broken_bytes(chance):
    """Bytes that are no message any more, or one that lacks something."""
    raw = good().SerializeToString(deterministic=True)
    match chance.randrange(3):
        case 0:
            return "cut off", raw[: chance.randrange(len(raw))]
        case 1:
            return "random", chance.randbytes(chance.randint(1, 200))
        case _:
            # The name of the model stands at the beginning.
            return "no UTF-8", raw.replace(MODEL.encode(), b"\xff\xfe\xfd", 1)


def other_methods(chance):
    """Calls that the toy model has no signature for."""
    kinds = {
        "Classify": wire.ClassificationRequest,
        "Regress": wire.RegressionRequest,
    }
    method = chance.choice(sorted(kinds))
    request = kinds[method]()
    request.model_spec.name = MODEL
    request.model_spec.signature_name = chance.choice(["", "parsed", text(chance) + "_"])
    if chance.random() < 0.7:
        request.input.example_list.examples.add()
    return method, request.SerializeToString()


def calls(seed, count):
    """So many calls, of every kind in turn."""
    chance = random.Random(seed)
    for number in range(count):
        which = number % (len(PREDICTS) + 4)
        if which < len(PREDICTS):
            make = PREDICTS[which]
            request, code = make(chance)
            raw = request.SerializeToString()
            yield Call(make.__name__, PREDICTION + "Predict", raw, frozenset({code}))
        elif which == len(PREDICTS):
            why, raw = broken_bytes(chance)
            yield Call(why, PREDICTION + "Predict", raw, frozenset({INVALID, NO_MESSAGE}))
        elif which == len(PREDICTS) + 1:
            method, raw = other_methods(chance)
            yield Call("other methods", PREDICTION + method, raw, frozenset({INVALID}))
        elif which == len(PREDICTS) + 2:
            name = "".join(chance.choices(string.ascii_letters, k=12))
            unknown = frozenset({grpc.StatusCode.UNIMPLEMENTED})
            yield Call("unknown method", PREDICTION + name, b"", unknown)
        else:
            request = wire.GetModelMetadataRequest()
            request.model_spec.name = MODEL
            request.metadata_field.extend(chance.choice([[], [text(chance) + "_"]]))
            raw = request.SerializeToString()
            yield Call("metadata", PREDICTION + "GetModelMetadata", raw, frozenset({INVALID}))


# --- REST ---------------------------------------------------------------------------------------

ASK = f"/v1/models/{MODEL}:predict"
VALUES = ["1", None, True, {}, {"x": []}, {"b64": "AAAA"}, [[1], [1, 2]], [1, [2]], [[[1]]], "NaN"]


def cut_off(chance):
    body = b'{"signature_name": "serving_default", "instances": [1.0, 2.5, -3e4]}'
    return ASK, body[: chance.randrange(1, len(body))], {400}


def of_wrong_values(chance):
    value = chance.choice(VALUES)
    key = chance.choice(["instances", "inputs"])
    document = {key: [1.0, value] if chance.random() < 0.7 else {"x": [value, 2.0]}}
    return ASK, json.dumps(document).encode(), {400}


def of_wrong_keys(chance):
    document = chance.choice(
        [
            {},
            {"instances": []},
            {"instances": 1},
            {"instances": [1.0], "inputs": [1.0]},
            {"instances": [{"x": 1.0, text(chance) + "_": 2}]},
            {"instances": [{"x": 1.0}, 2.0]},
            {"inputs": {"y": [1.0]}},
            {"signature_name": 7, "instances": [1.0]},
            {"signature_name": text(chance) + "_", "instances": [1.0]},
            [],
            "instances",
        ]
    )
    return ASK, json.dumps(document).encode(), {400}


def of_no_text(chance):
    junk = chance.randbytes(chance.randint(1, 60))
    return ASK, b'{"instances": ["\xff' + junk + b'"]}', {400}


def of_deep_lists(chance):
    depth = chance.choice([40, 2000, 50_000])
    return ASK, b'{"instances": ' + b"[" * depth + b"1" + b"]" * depth + b"}", {400}


def of_large_numbers(chance):
    number = chance.choice([b"1e999", b"-1e999", b"9" * 5000, b"0x10", b"01", b"1.", b".5"])
    return ASK, b'{"instances": [{"x": ' + number + b'}, "a"]}', {400}


def of_unknown_paths(chance):
    word = "".join(chance.choices(string.ascii_letters, k=8))
    path, status = chance.choice(
        [
            (f"/v1/models/{word}:predict", 404),
            (f"/v1/models/{MODEL}/versions/{chance.randint(2, 10**9)}:predict", 404),
            (f"/v1/models/{MODEL}/versions/{10**30}:predict", 400),
            (f"/v1/models/{MODEL}/labels/{word}:predict", 400),
            (f"/v1/models/{MODEL}:{word}", 400),
            (f"/v1/models/%ff{word}:predict", 400),
            (f"/v1/{word}", 400),
            (f"/{word}", 404),
        ]
    )
    return path, b'{"instances": [1.0]}', {status}


def of_examples(chance):
    document = {"examples": chance.choice([[], [1], [{"a": None}], [{"a": [1, "b"]}], [{}], {}])}
    return (
        f"/v1/models/{MODEL}:{chance.choice(['classify', 'regress'])}",
        json.dumps(document).encode(),
        {400},
    )


ASKED = (
    cut_off,
    of_wrong_values,
    of_wrong_keys,
    of_no_text,
    of_deep_lists,
    of_large_numbers,
    of_unknown_paths,
    of_examples,
)


def requests(seed, count):
    """So many requests, of every kind in turn."""
    chance = random.Random(seed)
    for number in range(count):
        make = ASKED[number % len(ASKED)]
        path, body, statuses = make(chance)
        yield Request(make.__name__, "POST", path, body, frozenset(statuses))

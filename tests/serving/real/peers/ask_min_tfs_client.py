"""Asks a server with min-tfs-client; prints what it says as JSON. Arguments: port, model."""

import json
import sys

import grpc
import numpy as np
from min_tfs_client.requests import TensorServingClient
from min_tfs_client.tensors import tensor_proto_to_ndarray


def main():
    client = TensorServingClient("127.0.0.1", int(sys.argv[1]))
    model = sys.argv[2]
    texts = {"examples": np.array(["short", "rather long"])}
    answer = client.predict_request(model, texts, timeout=30)
    found = {
        name: tensor_proto_to_ndarray(proto).tolist() for name, proto in answer.outputs.items()
    }
    found["version"] = answer.model_spec.version.value
    of_version = client.predict_request(model, texts, timeout=30, model_version=found["version"])
    found["same"] = of_version.outputs == answer.outputs
    try:
        client.predict_request(model, {"examples": np.array([1.5], np.float32)}, timeout=30)
    except grpc.RpcError as error:
        found["refused"] = error.code().name
    print(json.dumps(found))  # noqa: T201 - its answer


main()

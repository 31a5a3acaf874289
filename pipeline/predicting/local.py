"""The client, asked about a model that is loaded in this process: no server, the same answers."""

from pathlib import Path
from typing import Any

import grpc

from tfxp_client import Client, Tls, wire
from tfxp_client.blocking import drive
from tfxp_client.methods import METADATA, PREDICT
from tfxp_client.steps import Ask, RpcFailed, Step, Steps, T

_PLACE = "this-process:0"


class LocalClient(Client):
    """Rows are checked and answered as by a server that has this one version."""

    def __init__(self, path: Path, *, model: str, version: int, schema: Path) -> None:
        """Loads the model, and TensorFlow with it.

        Args:
            path: Of the SavedModel.
            model: Its name.
            version: Its number.
            schema: The curated schema.
        """
        self._served = _Served(path, model, version)
        super().__init__(_PLACE, model=model, schema=schema)

    def _open(self, address: str, tls: Tls | None) -> None:
        self._transport = self._served


class _Served:
    """A SavedModel in place of a connection."""

    def __init__(self, path: Path, model: str, version: int) -> None:
        import tensorflow as tf
        from tensorflow.core.framework import tensor_pb2

        self._tf, self._parse = tf, tensor_pb2.TensorProto.FromString
        self._loaded = tf.saved_model.load(str(path))
        self._spec = wire.ModelSpec(name=model)
        self._spec.version.value = version

    def run(self, steps: Steps[T]) -> T:
        """Does what the steps ask for, and returns what they come to."""
        return drive(steps, self._do)

    def close(self) -> None:
        """There is nothing to end."""

    def _do(self, step: Step) -> Any:
        match step:
            case Ask(method=method) if method is METADATA:
                return self._metadata()
            case Ask(method=method, request=request) if method is PREDICT:
                return self._answer(request)
        msg = f"a model in this process does not do {step}"
        raise NotImplementedError(msg)

    def _metadata(self) -> Any:
        packed = wire.SignatureDefMap()
        for name, signature in self._loaded.signatures.items():
            described = packed.signature_def[name]
            for key, spec in signature.structured_input_signature[1].items():
                _describe(described.inputs[key], spec)
            for key, spec in signature.structured_outputs.items():
                _describe(described.outputs[key], spec)
        response = wire.GetModelMetadataResponse(model_spec=self._spec)
        response.metadata["signature_def"].value = packed.SerializeToString()
        return response

    def _answer(self, request: Any) -> Any:
        tf = self._tf
        inputs = {
            name: tf.constant(tf.make_ndarray(self._parse(tensor.SerializeToString())))
            for name, tensor in request.inputs.items()
        }
        try:
            outputs = self._loaded.signatures[request.model_spec.signature_name](**inputs)
        except tf.errors.InvalidArgumentError as error:
            raise RpcFailed(grpc.StatusCode.INVALID_ARGUMENT, error.message) from error
        response = wire.PredictResponse(model_spec=self._spec)
        for name, values in outputs.items():
            content = tf.make_tensor_proto(values).SerializeToString()
            response.outputs[name].MergeFromString(content)
        return response


def _describe(info: Any, spec: Any) -> None:
    info.dtype = spec.dtype.as_datatype_enum
    for size in spec.shape:
        info.tensor_shape.dim.add(size=-1 if size is None else size)

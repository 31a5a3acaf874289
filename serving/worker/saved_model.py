"""A SavedModel as TF Serving runs it: restored into a graph, asked by the names of its tensors.

TensorFlow's `tf.saved_model.load` would do for our own models, but it asks a function a call
through layers of Python, which for one row of twenty columns takes three times as long as the
model itself; and it repairs what TF Serving would not, so that a model which answers here would
fail in production.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import config_pb2

_TAG = "serve"
_MOST_CALLABLES = 100

# The cores are for batches that run at once. Spread over threads, the small operations of a model
# of a table cost half as much again as in one.
_ONE_CORE = tf.compat.v1.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
_IN_THIS_THREAD = tf.compat.v1.RunOptions(inter_op_thread_pool=-1)

Spec = tuple[str, int, tuple[int, ...] | None]
"""Name of the tensor, number of its type, its shape."""

SignatureParts = tuple[dict[str, Spec], dict[str, Spec], str]
"""Inputs, outputs, name of the method."""


class SavedModel:
    """A version in memory; may be asked by several threads at once.

    Attributes:
        signatures: As the SavedModel describes them.
    """

    def __init__(self, path: str) -> None:
        """Loads and initializes it.

        Raises:
            Exception: of TensorFlow, when the files are no SavedModel with the tag "serve".
        """
        if not any(
            (Path(path) / name).is_file() for name in ("saved_model.pb", "saved_model.pbtxt")
        ):
            msg = f"Could not find SavedModel .pb or .pbtxt at {path}"
            raise FileNotFoundError(msg)
        graph = tf.Graph()
        self._session = tf.compat.v1.Session(graph=graph, config=_ONE_CORE)
        with graph.as_default():
            loaded = tf.compat.v1.saved_model.load(self._session, [_TAG], path)
        graph.finalize()
        self.signatures: dict[str, SignatureParts] = {
            name: (_specs(found.inputs), _specs(found.outputs), found.method_name)
            for name, found in loaded.signature_def.items()
        }
        self._callables: dict[tuple[Any, ...], Any] = {}

    def run(
        self, signature: str, inputs: Mapping[str, np.ndarray], outputs: Sequence[str]
    ) -> dict[str, np.ndarray]:
        """Answers.

        Args:
            signature: Its name.
            inputs: One array an input.
            outputs: Names of the wanted outputs.

        Raises:
            Exception: of TensorFlow, when the model refuses the values.
        """
        names = tuple(sorted(inputs))
        key = (signature, names, tuple(outputs))
        ask = self._callables.get(key)
        if ask is None:
            # Clients choose the outputs: of many there are more combinations than memory.
            if len(self._callables) >= _MOST_CALLABLES:
                self._callables.clear()
            ask = self._callables[key] = self._callable(*key)
        answers = ask(*(inputs[name] for name in names))
        return dict(zip(outputs, answers, strict=True))

    def _callable(self, signature: str, names: Sequence[str], outputs: Sequence[str]) -> Any:
        takes, gives, _ = self.signatures[signature]
        wanted = config_pb2.CallableOptions(
            feed=[takes[name][0] for name in names],
            fetch=[gives[name][0] for name in outputs],
            run_options=_IN_THIS_THREAD,
        )
        # Not part of the public interface; the public `Session.run` looks up every name again at
        # every call, which doubles the time of a row.
        return self._session._make_callable_from_options(wanted)


def _specs(tensors: Mapping[str, Any]) -> dict[str, Spec]:
    return {name: _spec(info) for name, info in tensors.items()}


def _spec(info: Any) -> Spec:
    shape = None
    if not info.tensor_shape.unknown_rank:
        shape = tuple(int(dimension.size) for dimension in info.tensor_shape.dim)
    return info.name, int(info.dtype), shape

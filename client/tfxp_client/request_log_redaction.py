"""Taking columns out of a request and its answer, wherever they stand."""

from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import DecodeError

from tfxp_client import wire

_EXAMPLE_TAG = b"\n"
"""A serialized tf.Example that holds anything has it: the tag of `features`."""


@dataclass(frozen=True)
class Redaction:
    """Which columns are written.

    Attributes:
        redact: Of these no input, no output and no feature of a tf.Example.
        keep: The features that a tf.Example is written with; None for all but those of `redact`.
    """

    redact: frozenset[str] = frozenset()
    keep: frozenset[str] | None = None

    def apply(self, log: Any) -> None:
        """Takes the columns out of a PredictionLog of `tfxp_client.wire`.

        What a newer server or client sent that these messages do not know is not written either.
        """
        log.DiscardUnknownFields()
        if not self.redact and self.keep is None:
            return
        match log.WhichOneof("log_type"):
            case "predict_log":
                self._tensors(log.predict_log.request.inputs)
                self._tensors(log.predict_log.response.outputs)
            case kind:
                self._input(getattr(log, kind).request.input)

    def _tensors(self, tensors: MutableMapping[str, Any]) -> None:
        for name in [name for name in tensors if name in self.redact]:
            del tensors[name]
        for tensor in tensors.values():
            if tensor.dtype == wire.DT_STRING:
                # Texts may be packed there, too; no client does, and nothing is left unseen.
                tensor.ClearField("tensor_content")
                for place, value in enumerate(tensor.string_val):
                    if _EXAMPLE_TAG in value and (changed := self._serialized(value)) != value:
                        tensor.string_val[place] = changed

    def _input(self, given: Any) -> None:
        match given.WhichOneof("kind"):
            case "example_list":
                self._examples(given.example_list.examples)
            case "example_list_with_context":
                context = given.example_list_with_context
                self._examples([*context.examples, context.context])

    def _examples(self, examples: Iterable[Any]) -> None:
        for example in examples:
            self._features(example.features.feature)

    def _serialized(self, value: bytes) -> bytes:
        """The text without the columns, if it is a tf.Example; else as it is."""
        try:
            example = wire.Example.FromString(value)
        except DecodeError:
            return value
        if not self._features(example.features.feature):
            return value
        example.DiscardUnknownFields()
        return example.SerializeToString(deterministic=True)

    def _features(self, features: MutableMapping[str, Any]) -> int:
        """Takes them out; returns how many."""
        out = [name for name in features if not self._is_kept(name)]
        for name in out:
            del features[name]
        return len(out)

    def _is_kept(self, name: str) -> bool:
        return name not in self.redact and (self.keep is None or name in self.keep)

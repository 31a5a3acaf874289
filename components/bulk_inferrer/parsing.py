"""Which columns a model looks at, read from the model itself."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from components.bulk_inferrer.needs import Needs
from schema import Kind

_PARSER = "ParseExampleV2"
_KINDS: Mapping[tf.DType, Kind] = {tf.int64: "int", tf.float32: "float", tf.string: "bytes"}


def needs_of(signature: Any) -> Needs | None:
    """Returns what a signature on serialized tf.Examples parses; None where that is not to be seen.

    It stands in the graph: TensorFlow parses with one operation, whose keys, types and defaults
    are constants. Whoever parses with something else is not understood, and may still be asked.

    Args:
        signature: Of a loaded SavedModel.
    """
    graph = signature.graph.as_graph_def()
    kinds: dict[str, Kind] = {}
    required: set[str] = set()
    for nodes in (graph.node, *(function.node_def for function in graph.library.function)):
        for parser in (node for node in nodes if node.op == _PARSER):
            found = _parsed(parser, {node.name: node for node in nodes})
            if found is None:
                return None
            kinds |= found.kinds
            required |= found.required
    return Needs(kinds, frozenset(required)) if kinds else None


def _parsed(parser: Any, nodes: Mapping[str, Any]) -> Needs | None:
    """What one operation parses. Its inputs: serialized, names, three lists of keys, defaults."""
    constants = [_constant(nodes.get(name.partition(":")[0])) for name in parser.input]
    sparse, dense, ragged = constants[2:5]
    defaults = constants[5:]
    if sparse is None or dense is None or ragged is None or any(d is None for d in defaults):
        return None
    typed = [
        *_typed(sparse, parser.attr["sparse_types"]),
        *_typed(dense, parser.attr["Tdense"]),
        *_typed(ragged, parser.attr["ragged_value_types"]),
    ]
    kinds = {name: _KINDS[kind] for name, kind in typed if kind in _KINDS}
    # An empty default is none.
    required = {
        _text(key) for key, default in zip(dense, defaults, strict=True) if not len(default)
    }
    return Needs(kinds, frozenset(required))


def _typed(keys: Any, attribute: Any) -> Iterator[tuple[str, tf.DType]]:
    for key, kind in zip(keys, attribute.list.type, strict=True):
        yield _text(key), tf.as_dtype(kind)


def _constant(node: Any) -> Any:
    """[values] of a constant; None of anything else."""
    if node is None or node.op != "Const":
        return None
    return np.atleast_1d(tf.make_ndarray(node.attr["value"].tensor))


def _text(key: bytes) -> str:
    return key.decode()

"""Rows that were checked, ready to be cut into messages."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tfxp_client.checking import check
from tfxp_client.contract import Contract
from tfxp_client.errors import InvalidRows, RowProblem, invalid_rows
from tfxp_client.examples import examples
from tfxp_client.metadata import Metadata, Signature, Tensor
from tfxp_client.names import known_names
from tfxp_client.tables import Table
from tfxp_client.tensors import tensor
from tfxp_client.values import is_column_type

_ROWS, _DEFAULT = "serve_rows", "serving_default"


@dataclass(frozen=True)
class Batch:
    """Rows in the form in which a signature takes them.

    Attributes:
        signature: Its name.
        rows: How many.
        inputs: From the first row and the one behind the last to the tensors.
        outputs: Names of what is answered.
    """

    signature: str
    rows: int
    inputs: Callable[[int, int], Mapping[str, Any]]
    outputs: Collection[str]


def of_rows(
    table: Table,
    metadata: Metadata,
    signature: str | None,
    contract: Contract | None,
    passed_over: Collection[str] = (),
) -> Batch:
    """Rows for `serve_rows`, or for what takes tf.Examples, whichever the model has.

    Args:
        table: The rows.
        metadata: Of the version that will be asked.
        signature: Its name; None takes `serve_rows`, else `serving_default`.
        contract: The schema, if there is one.
        passed_over: Columns that may be there although the model does not take them.

    Raises:
        InvalidRows: they do not fit, or the model has no signature that takes rows.
    """
    name = signature or (_ROWS if _ROWS in metadata.signatures else _DEFAULT)
    found = named_signature(metadata, name)
    if not table.rows:
        return Batch(name, 0, lambda start, stop: {}, found.outputs)
    wanted = _examples_input(found)
    if name != _ROWS and wanted is not None and set(table.columns) != {wanted}:
        serialized, wrong = examples(table, contract, passed_over)
        _refuse(wrong, metadata)
        return _of_texts(serialized, name, wanted, found)
    _check_shapes(metadata, name, found)
    inputs = {key: one.dtype for key, one in found.inputs.items()}
    checked = check(table, inputs, contract, passed_over)
    _refuse(checked.problems, metadata)

    def cut(start: int, stop: int) -> Mapping[str, Any]:
        rows = stop - start
        return {
            key: tensor(values[start:stop], inputs[key], (rows, *_width(found.inputs[key])))
            for key, values in checked.columns.items()
        }

    return Batch(name, table.rows, cut, found.outputs)


def of_examples(serialized: Sequence[bytes], metadata: Metadata, signature: str | None) -> Batch:
    """Serialized tf.Examples for a signature that takes them.

    Raises:
        InvalidRows: one is no bytes, or the signature takes something else.
    """
    wrong = [
        RowProblem(f"found {type(one).__name__}; expected a serialized tf.Example", row)
        for row, one in enumerate(serialized)
        if not isinstance(one, bytes)
    ]
    _refuse(wrong, metadata)
    name = signature or _DEFAULT
    found = named_signature(metadata, name)
    wanted = _examples_input(found)
    if wanted is None:
        raise InvalidRows(
            f"signature {name!r} of model {metadata.model!r} version {metadata.version} takes "
            f"{', '.join(found.inputs) or 'nothing'}, and no tf.Examples; use `predict`"
        )
    return _of_texts(serialized, name, wanted, found)


def _of_texts(serialized: Sequence[bytes], name: str, wanted: str, signature: Signature) -> Batch:
    def cut(start: int, stop: int) -> Mapping[str, Any]:
        return {wanted: tensor(serialized[start:stop], "string", (stop - start,))}

    return Batch(name, len(serialized), cut, signature.outputs)


def _examples_input(signature: Signature) -> str | None:
    """The one input of texts in a row, if that is all that the signature takes."""
    if len(signature.inputs) != 1:
        return None
    ((name, one),) = signature.inputs.items()
    is_list = one.shape is None or len(one.shape) == 1
    return name if one.dtype == "string" and is_list else None


def named_signature(metadata: Metadata, name: str) -> Signature:
    """The signature.

    Raises:
        InvalidRows: the model has none of that name.
    """
    if name not in metadata.signatures:
        raise InvalidRows(
            f"model {metadata.model!r} version {metadata.version} has no signature {name!r}; "
            f"{known_names(name, list(metadata.signatures))}"
        )
    return metadata.signatures[name]


def _width(one: Tensor) -> tuple[int, ...]:
    """What the shape has beside the rows."""
    return (1,) if one.shape is not None and len(one.shape) == 2 else ()


def _check_shapes(metadata: Metadata, name: str, signature: Signature) -> None:
    """A column is one value a row, of a type that values can be checked against."""
    for key, one in signature.inputs.items():
        is_column = one.shape and one.shape[1:] in ((), (1,), (None,))
        if not is_column or not is_column_type(one.dtype):
            raise InvalidRows(
                f"input {key!r} of signature {name!r} of model {metadata.model!r} has type "
                f"{one.dtype} and shape {one.shape}, which is not one value a row; "
                "use `predict_tensors`"
            )


def _refuse(problems: Sequence[RowProblem], metadata: Metadata) -> None:
    if problems:
        raise invalid_rows(problems, metadata.model)

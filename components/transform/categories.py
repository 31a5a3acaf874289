"""What the model sees of a category: an id.

| id        | value                                                       |
| --------- | ----------------------------------------------------------- |
| `MISSING` | none                                                        |
| `UNSEEN`  | outside the schema's domain, or rare or absent in training  |
| 2 and on  | the known values                                            |

Where the schema closes the domain, the known values are the domain's, in its order. The columns
without one share a vocabulary, and so the ids: what stands in the training rows, the most
frequent first. One vocabulary costs Beam a tenth of what ten of them cost. A column of which only
so many values may be known has one of its own.
"""

from collections.abc import Mapping, Sequence

import tensorflow as tf
import tensorflow_transform as tft

from components.transform import rows
from components.transform.hashing import as_tokens
from schema.features import Category, tensor_name, transformed

MISSING = 0
UNSEEN = 1
_FIRST_KNOWN = 2

# What stands in fewer rows teaches little by itself, and together what it is to be unseen.
_RARE_BELOW = 3
_LARGEST_VOCABULARY = 100_000
_VOCABULARY = "categories"


def encode_categories(
    raw: Mapping[str, rows.RawColumn], categories: Sequence[Category]
) -> list[tf.Tensor]:
    """The ids of each column.

    Args:
        raw: Raw columns by name, string or int64.
        categories: What the schema says of those to encode.

    Returns:
        In the order of `categories`: [batch] int64 in [0, `depth`).
    """
    ids: dict[Category, tf.Tensor] = {}
    sharing = [category for category in categories if shares_vocabulary(category)]
    if sharing:
        found = _ids_by_vocabulary(raw, sharing, _VOCABULARY, _LARGEST_VOCABULARY)
        ids |= zip(sharing, found, strict=True)
    for category in categories:
        if category.values is not None:
            ids[category] = _ids_by_domain(rows.dense(raw[category.column]), category.values)
        elif category.most is not None:
            name = _own_vocabulary(category)
            (ids[category],) = _ids_by_vocabulary(raw, [category], name, category.most)
    return [ids[category] for category in categories]


def shares_vocabulary(category: Category) -> bool:
    """Whether its ids are those of all columns that do so."""
    return category.values is None and category.most is None


def depth(category: Category, transform_output: tft.TFTransformOutput) -> int:
    """One more than the largest id of the column, in that output of Transform."""
    if category.values is not None:
        return _FIRST_KNOWN + len(category.values)
    name = _VOCABULARY if category.most is None else _own_vocabulary(category)
    return _FIRST_KNOWN + int(transform_output.vocabulary_size_by_name(name))


def known_values(
    category: Category, transform_output: tft.TFTransformOutput
) -> tuple[bool, list[str]]:
    """Whether its ids are those of other columns too, and what each id stands for, from 0 on."""
    special = ["(missing)", "(unseen)"]
    if category.values is not None:
        return False, [*special, *map(str, category.values)]
    name = _VOCABULARY if category.most is None else _own_vocabulary(category)
    tokens = transform_output.vocabulary_by_name(name)
    return category.most is None, [*special, *(token.decode() for token in tokens)]


def _own_vocabulary(category: Category) -> str:
    return f"values_of_{transformed(category.column)}"


def _ids_by_domain(values: tf.Tensor, domain: Sequence[int] | Sequence[str]) -> tf.Tensor:
    # A domain of integers has no holes, so the place of a value follows from the first one.
    if values.dtype == tf.string:
        # A handful of comparisons needs no table, which TFT would have to track and initialise.
        is_value = tf.cast(values[:, tf.newaxis] == tf.constant([list(domain)]), tf.int64)
        place = tf.argmax(is_value, axis=1)
        is_known = tf.reduce_max(is_value, axis=1) > 0
    else:
        place = values - domain[0]
        is_known = (values >= domain[0]) & (values <= domain[-1])
    ids = tf.where(is_known, place + _FIRST_KNOWN, UNSEEN)
    return tf.where(rows.is_missing(values), tf.constant(MISSING, tf.int64), ids)


def _ids_by_vocabulary(
    raw: Mapping[str, rows.RawColumn], categories: Sequence[Category], name: str, most: int
) -> list[tf.Tensor]:
    tokens = tf.stack([_tokens(rows.dense(raw[c.column]), c.column) for c in categories], axis=1)
    is_missing = rows.is_missing(tokens)
    vocabulary = tft.vocabulary(
        tf.boolean_mask(tokens, ~is_missing),
        top_k=most,
        frequency_threshold=_RARE_BELOW,
        vocab_filename=name,
    )
    known = tft.apply_vocabulary(tokens, vocabulary, default_value=UNSEEN - _FIRST_KNOWN)
    ids = tf.where(is_missing, tf.constant(MISSING, tf.int64), known + _FIRST_KNOWN)
    return tf.unstack(ids, axis=1)


def _tokens(values: tf.Tensor, column: str) -> tf.Tensor:
    """[batch] `column=value`, which no other column can have; "" where missing."""
    text = as_tokens(values)
    return tf.where(text == "", "", tf.strings.join([tensor_name(column), text], "="))

"""Numbers, dates by how late they are, and numbers in buckets: all that one analyzer tells."""

from collections.abc import Mapping, Sequence

import tensorflow as tf

from components.transform import rows
from components.transform.dates import count_dates, encode_parts, parse_dates
from components.transform.number_statistics import number_statistics
from components.transform.numbers import BINS, bucket_of, encode_numbers, shorten_tail
from schema.features import Buckets, Date, Number, transformed

Quantity = Number | Date | Buckets
_DateParts = tuple[tf.Tensor, tf.Tensor]


def encode_quantities(
    raw: Mapping[str, rows.RawColumn], quantities: Sequence[Quantity]
) -> dict[str, tf.Tensor]:
    """Encodes them by the training rows, each under its transformed name.

    A date is encoded by its age, which is counted back from the newest one of the training rows.
    All later ones have the age 0: how the label goes on with time is not known.

    Args:
        raw: Raw columns by name.
        quantities: At least one.

    Returns:
        A number: [batch, 1 + BINS] float32, and one value more, 1 where it is missing, if the
        schema lets it be missing. A date: as a number, and then `dates.encode_parts`. A number in
        buckets: [batch] int64.
    """
    curves = [quantity for quantity in quantities if not isinstance(quantity, Buckets)]
    buckets = [quantity for quantity in quantities if isinstance(quantity, Buckets)]
    dates = {date.column: _dates(raw, date) for date in curves if isinstance(date, Date)}
    values = tf.stack([_values(raw, quantity, dates) for quantity in (*curves, *buckets)], axis=1)
    found = number_statistics(
        values, [*(BINS + 1 for _ in curves), *(entry.buckets - 1 for entry in buckets)]
    )
    curve_edges, *bucket_edges = tf.split(
        found.edges, [(BINS + 1) * len(curves), *(entry.buckets - 1 for entry in buckets)]
    )
    features = {
        transformed(entry.column): bucket_of(values[:, len(curves) + place], edges)
        for place, (entry, edges) in enumerate(zip(buckets, bucket_edges, strict=True))
    }
    if not curves:
        return features
    count = len(curves)
    numbers = _not_after(values[:, :count], found.largest[:count], curves)
    encoded = encode_numbers(
        numbers,
        found.means[:count],
        found.deviations[:count],
        (found.low[:count], found.high[:count]),
        tf.reshape(curve_edges, [count, BINS + 1]),
    )
    is_missing = tf.cast(rows.is_missing(numbers), tf.float32)
    flagged = tf.concat([encoded, is_missing[:, :, tf.newaxis]], axis=2)
    for place, curve in enumerate(curves):
        whole = flagged[:, place] if curve.may_be_missing else encoded[:, place]
        if isinstance(curve, Date):
            parts = encode_parts(dates[curve.column][1], has_time=curve.has_time)
            whole = tf.concat([whole, parts], axis=1)
        features[transformed(curve.column)] = whole
    return features


def _values(
    raw: Mapping[str, rows.RawColumn], quantity: Quantity, dates: Mapping[str, _DateParts]
) -> tf.Tensor:
    """[batch] float32, NaN where missing."""
    if isinstance(quantity, Date):
        return dates[quantity.column][0]
    numbers = rows.numbers(rows.dense(raw[quantity.column]))
    is_log = isinstance(quantity, Number) and quantity.log
    return shorten_tail(numbers) if is_log else numbers


def _dates(raw: Mapping[str, rows.RawColumn], date: Date) -> _DateParts:
    values = rows.dense(raw[date.column])
    return parse_dates(values) if date.unit is None else count_dates(values, date.unit)


def _not_after(
    numbers: tf.Tensor, largest: tf.Tensor, curves: Sequence[Number | Date]
) -> tf.Tensor:
    is_date = tf.constant([isinstance(curve, Date) for curve in curves])
    # A comparison with NaN is false, so what is missing stays so.
    return tf.where(is_date & (numbers > largest), largest, numbers)

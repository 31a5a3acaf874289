"""What the training rows say of all number columns, in one pass and one analyzer.

TensorFlow Transform has an analyzer for each of these, and takes its time for every one: with 300
columns, minutes. Its quantiles of several columns at once fail where a column is always missing.
"""

import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import apache_beam as beam
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import tensorflow as tf
import tensorflow_transform as tft
from tfx_bsl import sketches

Floats = npt.NDArray[np.float64]

# A boundary may stand this share of the rows away from the exact quantile.
_QUANTILE_ERROR = 0.002
_MOST_ROWS = 2**32
# A tail is one of so many values, but never more than so many: those say enough of where they are.
_ONE_OF, _MOST_IN_TAIL = 200, 40


class NumberStatistics(NamedTuple):
    """Of every column, over the training rows in which it is finite.

    Attributes:
        means: [columns] float32; 0 for a column without a value.
        deviations: [columns] float32, of the population; 0 where all values are the same.
        largest: [columns] float32; 0 for a column without a value.
        low: [columns] float32, where the lower tail ends: below it is one of 200 values, but no
            more than 40; 0 for a column without a value.
        high: [columns] float32, where the upper tail begins, likewise.
        edges: [sum of all edges] float32, those of a column behind those of the one before, each
            ascending: the values that cut the rows into parts of equal size, without the smallest
            and the largest value.
    """

    means: tf.Tensor
    deviations: tf.Tensor
    largest: tf.Tensor
    low: tf.Tensor
    high: tf.Tensor
    edges: tf.Tensor


def number_statistics(numbers: tf.Tensor, edges: Sequence[int]) -> NumberStatistics:
    """Analyzes columns within a `preprocessing_fn`.

    Args:
        numbers: [batch, columns] float32, NaN for missing.
        edges: How many edges of quantiles are wanted, for each column.
    """
    columns = len(edges)
    found = tft.experimental.ptransform_analyzer(
        inputs=[numbers],
        ptransform=_Analysis(edges),
        output_dtypes=[tf.float32] * len(NumberStatistics._fields),
        output_shapes=[*[[columns]] * (len(NumberStatistics._fields) - 1), [sum(edges)]],
    )
    return NumberStatistics(*found)


class _Analysis(beam.PTransform):
    def __init__(self, edges: Sequence[int]) -> None:
        super().__init__()
        self._edges = tuple(edges)

    def expand(self, batches: beam.PCollection) -> tuple[beam.PCollection, ...]:
        found = batches | "Merge" >> beam.CombineGlobally(_Merge(self._edges))
        return tuple(
            found | name >> beam.Map(operator.itemgetter(index))
            for index, name in enumerate(NumberStatistics._fields)
        )


@dataclass
class _Moments:
    """Of each column: how many values, their mean, their squared distances from it, both ends.

    `lowest` and `highest`, the latter of the negated values, are [_MOST_IN_TAIL + 1, columns].
    """

    counts: Floats
    means: Floats
    squares: Floats
    lowest: Floats
    highest: Floats
    sketch: sketches.QuantilesSketch

    def add(
        self, counts: Floats, means: Floats, squares: Floats, low: Floats, high: Floats
    ) -> None:
        """Adds those of further values, of which `low` and `high` may be all."""
        # Chan's update: sums of large squares would cancel.
        total = self.counts + counts
        share = _ratio(counts, total)
        apart = means - self.means
        self.squares += squares + apart**2 * self.counts * share
        self.means += apart * share
        self.counts = total
        self.lowest = _smallest(np.concatenate([self.lowest, low]))
        self.highest = _smallest(np.concatenate([self.highest, high]))


class _Merge(beam.CombineFn):
    def __init__(self, edges: tuple[int, ...]) -> None:
        super().__init__()
        self._edges = edges

    def create_accumulator(self) -> _Moments:
        columns = len(self._edges)
        counts, means, squares = np.zeros((3, columns))
        sketch = sketches.QuantilesSketch(_QUANTILE_ERROR, _MOST_ROWS, columns)
        lowest, highest = np.full((2, _MOST_IN_TAIL + 1, columns), np.inf)
        return _Moments(counts, means, squares, lowest, highest, sketch)

    def add_input(self, moments: _Moments, batch: tuple[npt.NDArray[np.float32]]) -> _Moments:
        values = batch[0].astype(np.float64)
        is_there = np.isfinite(values)
        counts = is_there.sum(axis=0).astype(np.float64)
        means = _ratio(np.where(is_there, values, 0).sum(axis=0), counts)
        squares = np.where(is_there, (values - means) ** 2, 0).sum(axis=0)
        low, high = (np.where(is_there, signed, np.inf) for signed in (values, -values))
        moments.add(counts, means, squares, low, high)
        # The sketch passes over NaN.
        moments.sketch.AddValues(pa.array(np.where(is_there, values, np.nan).ravel()))
        return moments

    def merge_accumulators(self, accumulators: Iterable[_Moments]) -> _Moments:
        first, *others = accumulators
        for other in others:
            first.add(other.counts, other.means, other.squares, other.lowest, other.highest)
            first.sketch.Merge(other.sketch)
        return first

    def compact(self, moments: _Moments) -> _Moments:
        moments.sketch.Compact()
        return moments

    def extract_output(self, moments: _Moments) -> tuple[npt.NDArray[np.float32], ...]:
        deviations = np.sqrt(_ratio(moments.squares, moments.counts))
        beyond = np.minimum(moments.counts // _ONE_OF, _MOST_IN_TAIL).astype(int)
        columns = np.arange(beyond.size)
        low, high = moments.lowest[beyond, columns], -moments.highest[beyond, columns]
        ends = np.where(moments.counts > 0, [-moments.highest[0], low, high], 0)
        found = (moments.means, deviations, *ends, self._quantiles(moments))
        return tuple(np.array(values, np.float32) for values in found)

    def _quantiles(self, moments: _Moments) -> Floats:
        """The edges of all columns, one column behind the other."""
        edges = [np.zeros(count) for count in self._edges]
        # The sketch leaves out columns without a value, and counts the smallest and the largest.
        (has_values,) = np.nonzero(moments.counts > 0)
        for count in {self._edges[column] for column in has_values}:
            quantiles = moments.sketch.GetQuantiles(count + 1).to_pylist()
            for column, found in zip(has_values, quantiles, strict=True):
                if self._edges[column] == count:
                    edges[column] = np.array(found[1:-1])
        return np.concatenate(edges)


def _smallest(values: Floats) -> Floats:
    """The smallest of each column, in order, of at least that many."""
    found = np.partition(values, _MOST_IN_TAIL, axis=0)[: _MOST_IN_TAIL + 1]
    return np.sort(found, axis=0)


def _ratio(values: Floats, counts: Floats) -> Floats:
    """0 where there is nothing to divide by."""
    return np.divide(values, counts, out=np.zeros_like(values), where=counts > 0)

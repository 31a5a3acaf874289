"""What the training rows say of all number columns, in one pass and one analyzer.

TensorFlow Transform has an analyzer for each of these, and takes its time for every one: with 300
columns, minutes. Its quantiles of several columns at once fail where a column is always missing.
"""

import operator
from collections.abc import Iterable
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


class NumberStatistics(NamedTuple):
    """Of every column, over the training rows in which it is finite.

    Attributes:
        means: [columns] float32; 0 for a column without a value.
        deviations: [columns] float32, of the population; 0 where all values are the same.
        edges: [columns, edges] float32, ascending: the values that cut the rows into parts of
            equal size, without the smallest and the largest value.
    """

    means: tf.Tensor
    deviations: tf.Tensor
    edges: tf.Tensor


def number_statistics(numbers: tf.Tensor, edges: int) -> NumberStatistics:
    """Analyzes columns within a `preprocessing_fn`.

    Args:
        numbers: [batch, columns] float32, NaN for missing.
        edges: How many edges of quantiles are wanted for each.
    """
    columns = int(numbers.shape[1])
    found = tft.experimental.ptransform_analyzer(
        inputs=[numbers],
        ptransform=_Analysis(columns, edges),
        output_dtypes=[tf.float32] * 3,
        output_shapes=[[columns], [columns], [columns, edges]],
    )
    return NumberStatistics(*found)


class _Analysis(beam.PTransform):
    def __init__(self, columns: int, edges: int) -> None:
        super().__init__()
        self._columns = columns
        self._edges = edges

    def expand(self, batches: beam.PCollection) -> tuple[beam.PCollection, ...]:
        found = batches | "Merge" >> beam.CombineGlobally(_Merge(self._columns, self._edges))
        return tuple(
            found | name >> beam.Map(operator.itemgetter(index))
            for index, name in enumerate(NumberStatistics._fields)
        )


@dataclass
class _Moments:
    """Of each column: how many values, their mean, and their squared distances from it."""

    counts: Floats
    means: Floats
    squares: Floats
    sketch: sketches.QuantilesSketch

    def add(self, counts: Floats, means: Floats, squares: Floats) -> None:
        # Chan's update: sums of large squares would cancel.
        total = self.counts + counts
        share = _ratio(counts, total)
        apart = means - self.means
        self.squares += squares + apart**2 * self.counts * share
        self.means += apart * share
        self.counts = total


class _Merge(beam.CombineFn):
    def __init__(self, columns: int, edges: int) -> None:
        super().__init__()
        self._columns = columns
        self._edges = edges

    def create_accumulator(self) -> _Moments:
        counts, means, squares = np.zeros((3, self._columns))
        sketch = sketches.QuantilesSketch(_QUANTILE_ERROR, _MOST_ROWS, self._columns)
        return _Moments(counts, means, squares, sketch)

    def add_input(self, moments: _Moments, batch: tuple[npt.NDArray[np.float32]]) -> _Moments:
        values = batch[0].astype(np.float64)
        is_there = np.isfinite(values)
        counts = is_there.sum(axis=0).astype(np.float64)
        means = _ratio(np.where(is_there, values, 0).sum(axis=0), counts)
        squares = np.where(is_there, (values - means) ** 2, 0).sum(axis=0)
        moments.add(counts, means, squares)
        # The sketch passes over NaN.
        moments.sketch.AddValues(pa.array(np.where(is_there, values, np.nan).ravel()))
        return moments

    def merge_accumulators(self, accumulators: Iterable[_Moments]) -> _Moments:
        first, *others = accumulators
        for other in others:
            first.add(other.counts, other.means, other.squares)
            first.sketch.Merge(other.sketch)
        return first

    def compact(self, moments: _Moments) -> _Moments:
        moments.sketch.Compact()
        return moments

    def extract_output(self, moments: _Moments) -> tuple[npt.NDArray[np.float32], ...]:
        deviations = np.sqrt(_ratio(moments.squares, moments.counts))
        edges = np.zeros((self._columns, self._edges))
        # The sketch leaves out columns without a value, and counts the smallest and the largest.
        if (has_values := moments.counts > 0).any():
            quantiles = moments.sketch.GetQuantiles(self._edges + 1).to_pylist()
            edges[has_values] = np.array(quantiles)[:, 1:-1]
        return tuple(np.array(values, np.float32) for values in (moments.means, deviations, edges))


def _ratio(values: Floats, counts: Floats) -> Floats:
    """0 where there is nothing to divide by."""
    return np.divide(values, counts, out=np.zeros_like(values), where=counts > 0)

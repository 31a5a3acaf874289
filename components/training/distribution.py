"""One step on several devices: each takes its part of the rows of a batch."""

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from components.errors import ComponentError

Differentiate = Callable[..., tuple[tf.Tensor, tf.Tensor, tuple[tf.Tensor, ...]]]
"""From weights, what the model keeps beside them, rows and what to divide their losses by, to the
gradient, the loss, and what the model now keeps beside its weights."""

_KEY = "training.distribution"
_FEWEST = 2


def devices(distribution: str) -> tuple[str, ...]:
    """The devices that share a step: all GPUs of this process, or all its CPUs where none is.

    Args:
        distribution: `none` is none of them: TensorFlow then takes the steps where it wants to.

    Raises:
        ComponentError: there are fewer than two.
    """
    if distribution == "none":
        return ()
    found = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    if len(found) < _FEWEST:
        raise ComponentError(
            f'{_KEY} = "{distribution}" needs at least two devices of one kind, and TensorFlow '
            f'sees {len(found)} {found[0].device_type} here; set {_KEY} = "none"'
        )
    return tuple(device.name for device in found)


def shared_batch(batch_size: int, devices: Sequence[str], *, is_stated: bool) -> int:
    """The batch size with which every device gets as many rows as any other.

    Args:
        batch_size: Rows of all devices together.
        devices: As `devices` returns them.
        is_stated: Whether it is configured, and so not to be changed.

    Raises:
        ComponentError: what is stated is no multiple of how many devices there are.
    """
    left = batch_size % max(len(devices), 1)
    if not left:
        return batch_size
    if is_stated:
        raise ComponentError(
            f"training.batch_size = {batch_size} cannot be shared evenly by {len(devices)} "
            f"devices ({_KEY}); use a multiple of {len(devices)}"
        )
    return batch_size + len(devices) - left


def over_devices(devices: Sequence[str], differentiate: Differentiate) -> Differentiate:
    """Differentiates on every device for its part of the rows, and adds up what they found.

    Each device has the same weights, so that the sums are those of one device with all rows.

    Args:
        devices: At least two.
        differentiate: Its gradient and loss must be sums over the rows.

    Returns:
        The same function for rows whose number is a multiple of that of the devices. Of what the
        model keeps beside its weights, numbers become their mean; counters are alike everywhere.
    """
    strategy = tf.distribute.MirroredStrategy(list(devices))

    def of_one(weights: tf.Tensor, others: Any, rows: Any, counts: tf.Tensor) -> Any:
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        part = tf.nest.map_structure(lambda values: _part(values, replica, len(devices)), rows)
        return differentiate(weights, others, part, counts)

    def of_all(
        weights: tf.Tensor, others: Any, rows: Any, counts: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tuple[tf.Tensor, ...]]:
        gradient, loss, changed = strategy.run(of_one, args=(weights, others, rows, counts))
        total = tf.distribute.ReduceOp.SUM
        kept = tuple(_alike(strategy, value) for value in changed)
        return strategy.reduce(total, gradient, None), strategy.reduce(total, loss, None), kept

    return of_all


def _part(values: tf.Tensor, replica: tf.Tensor, devices: int) -> tf.Tensor:
    rows = values.shape[0] // devices
    first = tf.cast(replica, tf.int32) * rows
    part = values[first : first + rows]
    part.set_shape([rows, *values.shape[1:]])
    return part


def _alike(strategy: tf.distribute.Strategy, value: Any) -> tf.Tensor:
    first = strategy.experimental_local_results(value)[0]
    if not first.dtype.is_floating:
        return first
    return strategy.reduce(tf.distribute.ReduceOp.MEAN, value, None)

"""The columns that a model needs."""

from collections.abc import Mapping
from dataclasses import dataclass

from schema import Kind


@dataclass(frozen=True)
class Needs:
    """The columns that a model parses out of a tf.Example.

    Attributes:
        kinds: Column to type.
        required: Those without which a row is refused.
    """

    kinds: Mapping[str, Kind]
    required: frozenset[str]

"""What the graph asks of a place, whether that is this machine or a cluster."""

from typing import Protocol

from pipeline.config.where import Beam, Server


class PlaceRoots(Protocol):
    """The storage that nodes are told of, each as the machine sees it on which they run."""

    @property
    def data(self) -> str:
        """What a relative `data.input` is below."""

    @property
    def serving(self) -> str:
        """The model base directory."""

    @property
    def checkpoints(self) -> str | None:
        """Where a fit that is killed is gone on from; None for the Trainer's own storage."""


class Place(Protocol):
    """Where a pipeline runs."""

    @property
    def roots(self) -> PlaceRoots:
        """The storage."""

    @property
    def serving(self) -> Server:
        """The model server that must answer before a label is moved to a version."""

    @property
    def beam(self) -> Beam:
        """Who runs the Beam steps."""

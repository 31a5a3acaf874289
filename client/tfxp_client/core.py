"""What both clients are made of: whom they ask, how patiently, and what each call does."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

from tfxp_client import batches, predicting, status
from tfxp_client.batches import Batch
from tfxp_client.calling import Deadline, Patience, Way
from tfxp_client.contract import Contract
from tfxp_client.errors import Asked, InvalidRows, ModelNotFound, invalid_rows
from tfxp_client.knowing import Known
from tfxp_client.metadata import Metadata
from tfxp_client.names import known_names
from tfxp_client.predicting import Follower, Limits, Sending
from tfxp_client.predictions import Answer, Predictions, scattered
from tfxp_client.request_ids import HEADER, Log, Logging, new_id
from tfxp_client.shadowing import Shadowing
from tfxp_client.splitting import Split
from tfxp_client.status import VersionStatus
from tfxp_client.steps import Steps
from tfxp_client.tables import Table, table

_LOGGER = logging.getLogger("tfxp_client.split")
_DEFAULT = "serving_default"

T = TypeVar("T")


@dataclass(frozen=True)
class Choice:
    """What one call asks for instead of what its client does.

    Attributes:
        version: Of the model.
        label: Of the version.
        timeout_s: Seconds for the whole call.
        signature: To be asked.
        request_id: Its name.
    """

    version: int | None = None
    label: str | None = None
    timeout_s: float | None = None
    signature: str | None = None
    request_id: str | None = None

    @property
    def names_one(self) -> bool:
        """Whether it is for a certain version or label, and so neither split nor drawn."""
        return self.version is not None or self.label is not None


@dataclass(frozen=True)
class Core:
    """The calls of a client, as steps.

    Attributes:
        asked: Whom.
        timeout_s: Seconds that a call has.
        patience: With failures.
        limits: Of a message.
        contract: The schema, if there is one.
        split: To other versions, if any.
        shadowing: By another version, if any.
        log: Of requests, if there is one.
        known: What was learnt of the model.
        missed: Labels of the split that were not there once.
    """

    asked: Asked
    timeout_s: float
    patience: Patience
    limits: Limits
    contract: Contract | None
    split: Split | None
    shadowing: Shadowing | None
    log: Log | None
    known: Known
    missed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        _checked(self.asked)
        # A wrong limit is told now, not at the first call.
        self._way(Choice())

    def status(self, choice: Choice) -> Steps[tuple[VersionStatus, ...]]:
        """Of one version, or of all that the server has."""
        everything = replace(self.asked, version=choice.version, label=choice.label)
        return status.status(replace(self._way(choice), asked=_checked(everything)))

    def metadata(self, choice: Choice) -> Steps[Metadata]:
        """Of the version that is asked for, else of the client's own."""
        return self.known.learn(self._way(choice))

    def reload(self, config: object, choice: Choice) -> Steps[None]:
        """Another configuration for the server."""
        return status.reload(config, self._way(choice))

    def predict(self, rows: Any, choice: Choice) -> Steps[Predictions]:
        """Of rows, in any form."""
        given, way = table(rows), self._way(choice)
        if self.split is None or choice.names_one:
            return (yield from self._of_table(given, choice, way))
        key = self.split.key
        if key is None:
            ask = partial(self._of_table, given, choice)
            return (yield from self._arm(self.split.draw(), way, ask))
        if key not in given.columns:
            names = known_names(key, list(given.columns))
            raise InvalidRows(f"rows are split by column {key!r}, which they lack; {names}")
        if not given.rows:
            return (yield from self._of_table(given, choice, way))
        parts = []
        for label, numbers in self.split.arms(given.columns[key]).items():
            ask = partial(self._of_table, given.take(numbers), choice)
            with _numbered(numbers, self.asked.model):
                found = yield from self._arm(label, way, ask)
            parts.append((numbers, found))
        return scattered(parts, given.rows)

    def predict_examples(self, examples: Sequence[bytes], choice: Choice) -> Steps[Predictions]:
        """Of serialized tf.Examples."""

        def ask(way: Way) -> Steps[Predictions]:
            return self._of_batch(
                lambda known: batches.of_examples(examples, known, choice.signature), way, choice
            )

        return (yield from self._drawn(ask, choice))

    def predict_tensors(self, tensors: Mapping[str, Any], choice: Choice) -> Steps[Answer]:
        """Of tensors as they are."""
        signature = choice.signature or _DEFAULT

        def ask(way: Way) -> Steps[Answer]:
            sending = self._sending(way, choice)
            answer = yield from self.known.using(
                way, lambda known: predicting.tensors(tensors, signature, known, sending)
            )
            self.known.saw(way.asked, answer.version)
            return answer

        return (yield from self._drawn(ask, choice))

    def _of_table(self, given: Table, choice: Choice, way: Way) -> Steps[Predictions]:
        extra = () if self.split is None or self.split.key is None else (self.split.key,)
        return self._of_batch(
            lambda known: batches.of_rows(given, known, choice.signature, self.contract, extra),
            way,
            choice,
        )

    def _of_batch(
        self, prepare: Callable[[Metadata], Batch], way: Way, choice: Choice
    ) -> Steps[Predictions]:
        sending = self._sending(way, choice)
        found = yield from self.known.using(
            way, lambda known: predicting.predictions(prepare(known), known, sending)
        )
        if found.versions:
            self.known.saw(way.asked, found.versions[-1])
        return found

    def _drawn(self, ask: Callable[[Way], Steps[T]], choice: Choice) -> Steps[T]:
        """The call to the client's own version, or to one that is drawn."""
        way = self._way(choice)
        label = None if self.split is None or choice.names_one else self.split.draw()
        return (yield from self._arm(label, way, ask))

    def _arm(self, label: str | None, way: Way, ask: Callable[[Way], Steps[T]]) -> Steps[T]:
        """The call to a labelled version; where it is gone, to the client's own."""
        if label is None:
            return (yield from ask(way))
        other = replace(self.asked, version=None, label=label)
        try:
            return (yield from ask(replace(way, asked=other)))
        except ModelNotFound as error:
            # A canary that was promoted or taken back must not cost the application its answers.
            # Said once: it would be told with each call.
            level = logging.DEBUG if label in self.missed else logging.WARNING
            self.missed.add(label)
            _LOGGER.log(level, "split: %s; asking %s instead", error, self.asked)
        return (yield from ask(way))

    def _sending(self, way: Way, choice: Choice) -> Sending:
        followers: list[Follower] = [] if self.shadowing is None else [self.shadowing]
        request_id = choice.request_id
        if self.log is not None:
            request_id = request_id or new_id()
            followers.append(Logging(self.log, request_id))
        headers = () if request_id is None else ((HEADER, request_id),)
        return Sending(replace(way, headers=headers), self.limits, followers)

    def _way(self, choice: Choice) -> Way:
        asked = self.asked
        if choice.names_one:
            asked = _checked(replace(asked, version=choice.version, label=choice.label))
        seconds = self.timeout_s if choice.timeout_s is None else choice.timeout_s
        return Way(asked, Deadline.after(seconds), self.patience)


@contextmanager
def _numbered(rows: Sequence[int], model: str) -> Iterator[None]:
    """Problems of some rows are told with their numbers among all of them."""
    try:
        yield
    except InvalidRows as error:
        if not error.problems:
            raise
        problems = [
            one if one.row is None else replace(one, row=rows[one.row]) for one in error.problems
        ]
        raise invalid_rows(problems, model) from error


def _checked(asked: Asked) -> Asked:
    if not asked.model:
        raise ValueError("model: expected its name, got an empty text")
    if asked.version is not None and asked.label is not None:
        raise ValueError(
            f"expected a version or a label, got version {asked.version} and label {asked.label!r}"
        )
    return asked

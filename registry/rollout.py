"""Moving a label to a version: asked for, looked at, and only then labelled.

With a server, in four steps, each an edition of models.config or a question:

1. the version is to be loaded beside those that are labelled; no label moves;
2. the server says that it is available, and answers the rows that the version brings with it;
3. the label moves; the version that it leaves stays loaded until the server has taken it over;
4. only labelled versions are to be loaded.

If 1 or 2 fails, the version is not to be loaded any more and every label stands where it stood; if
the server does not follow in 3, the label goes back. Killed at any point, the same call finishes.
Without a server nobody can be asked: the files are looked at, and the label moves.
"""

import dataclasses
import datetime
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from registry import history
from registry.checking import require_answers, wait_until_available, wait_until_labelled
from registry.errors import RegistryError, VersionRefused
from registry.history import Move
from registry.labels import CANARY, STABLE, labelled_only, labels
from registry.lock import StillHeld, rollout_lock
from registry.manifest import require_intact
from registry.models_config import Entry, change_entry
from registry.places import Base, at_hand
from registry.server import Connection, Server, connected
from registry.telling import Say, silent
from registry.versions import read_record, version_dir, versions


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A label that stands where it was wanted.

    Attributes:
        label: Its name.
        version: The version that it stands for now.
        before: The version that it stood for; the same if it was there already, 0 for none.
        checked: Who was asked whether it is served, in words.
    """

    label: str
    version: int
    before: int
    checked: str


@dataclass(frozen=True)
class Rollout:
    """Moves the labels of one model; one process at a time.

    Attributes:
        base: The model base directory.
        model: The model's name.
        server: That is asked before a label moves; None asks nobody.
        say: Takes a line for whoever waits.
    """

    base: Base
    model: str
    server: Server | None = None
    say: Say = silent

    def label(self, label: str, version: int, cause: str = history.PUSH) -> Moved:
        """Moves a label to a version.

        Raises:
            VersionRefused: the version is damaged, or not served; every label stands as before.
            RegistryError: it is not there, or the base directory or the server cannot be used.
        """
        with rollout_lock(self.base, self.model, self.say) as still_held:
            return self._move(still_held, label, version, cause)

    def promote(self, version: int | None = None) -> Moved:
        """Makes a version stable: the one that is given, else the canary, else the newest.

        Raises:
            VersionRefused, RegistryError: as `label`.
        """
        with rollout_lock(self.base, self.model, self.say) as still_held:
            chosen = version or labels(self.base, self.model).get(CANARY) or self._newest()
            return self._move(still_held, STABLE, chosen, history.PROMOTE)

    def rollback(self, version: int | None = None) -> Moved:
        """Makes a version stable that was so before: the one that is given, else the last one.

        Done again without a version it changes nothing: it goes one step back, not two.

        Raises:
            VersionRefused, RegistryError: as `label`; or none was stable before.
        """
        with rollout_lock(self.base, self.model, self.say) as still_held:
            return self._move(
                still_held, STABLE, version or self._stable_before(), history.ROLLBACK
            )

    def end_canary(self) -> Moved:
        """Ends the trial of the canary: its label goes to the stable version.

        The label stays, for clients that send a share of their requests to it.

        Raises:
            VersionRefused, RegistryError: as `label`; or there is no canary, or nothing stable.
        """
        with rollout_lock(self.base, self.model, self.say) as still_held:
            named = labels(self.base, self.model)
            missing = [label for label in (CANARY, STABLE) if label not in named]
            if missing:
                msg = f"no version of {self.model} is {missing[0]}, so no trial can be ended"
                raise RegistryError(msg)
            return self._move(still_held, CANARY, named[STABLE], history.ROLLBACK)

    def _newest(self) -> int:
        there = versions(self.base, self.model)
        if not there:
            msg = f"no version of {self.model} in {self.base / self.model}; push one first"
            raise RegistryError(msg)
        return there[-1]

    def _stable_before(self) -> int:
        stable = labels(self.base, self.model).get(STABLE, 0)
        if not stable:
            msg = f"no version of {self.model} is stable, so there is none to go back from"
            raise RegistryError(msg)
        told = history.moves(self.base, self.model, STABLE)
        if told and told[0].cause == history.ROLLBACK:
            return stable
        if told:
            before = told[0].before
        else:
            # Moved by other hands: what it was compared with was stable when it was pushed.
            before = read_record(self.base, self.model, stable).baseline_version
        if not before:
            msg = f"version {stable} of {self.model} is the first stable one: none was before it"
            raise RegistryError(msg)
        return before

    def _move(self, still_held: StillHeld, label: str, version: int, cause: str) -> Moved:
        self._require_there(version)
        named = labels(self.base, self.model)
        aims = _aims(named, label, version)
        place = version_dir(self.base, self.model, version)
        with at_hand(place) as folder:
            require_intact(folder, str(place))
            if self.server is None:
                self._note(still_held, named, aims, cause)
                checked = "no server was asked"
            else:
                with connected(self.server) as connection:
                    answered = self._load(still_held, connection, named, version, folder)
                    self._note(still_held, named, aims, cause)
                    moving = {label, *_changed(named, aims)}
                    self._take_over(still_held, connection, named, aims, moving)
                checked = _asked(self.server, answered)
        self._write(still_held, labelled_only(aims))
        before = named.get(label, 0)
        return Moved(label=label, version=version, before=before, checked=checked)

    def _require_there(self, version: int) -> None:
        there = versions(self.base, self.model)
        if version not in there:
            listed = f"there are: {', '.join(map(str, there))}" if there else "there is none"
            msg = f"{self.base / self.model}: no version {version}; {listed}"
            raise RegistryError(msg)

    def _load(
        self,
        still_held: StillHeld,
        connection: Connection,
        named: Mapping[str, int],
        version: int,
        folder: Path,
    ) -> int:
        """Steps 1 and 2; returns how many requests were answered."""
        before = connection.states(self.model).get(version)
        self.say(f"waiting until the server has loaded version {version}")
        try:
            self._write(still_held, _loaded_too(named, {version}))
            wait_until_available(connection, self.base, self.model, version, before)
            self.say(f"asking version {version} its rows")
            return require_answers(connection, folder, self.model, version)
        except BaseException:
            self._write(still_held, labelled_only(named))
            raise

    def _take_over(
        self,
        still_held: StillHeld,
        connection: Connection,
        named: Mapping[str, int],
        aims: Mapping[str, int],
        moving: Set[str],
    ) -> None:
        """Step 3."""
        self._write(still_held, _loaded_too(aims, set(named.values())))
        try:
            for label in sorted(moving):
                self.say(f"waiting until the server has moved the label {label}")
                wait_until_labelled(connection, self.model, label, aims[label])
        except VersionRefused:
            self._write(still_held, labelled_only(named))
            raise

    def _note(
        self,
        still_held: StillHeld,
        named: Mapping[str, int],
        aims: Mapping[str, int],
        cause: str,
    ) -> None:
        still_held()
        at = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        for label in _changed(named, aims):
            move = Move(label, named.get(label, 0), aims[label], cause, at)
            history.note(self.base, self.model, move)

    def _write(self, still_held: StillHeld, entry: Entry) -> None:
        still_held()
        change_entry(self.base, self.model, lambda old: entry)


def _aims(named: Mapping[str, int], label: str, version: int) -> dict[str, int]:
    """All labels as they shall be.

    The canary that stands where stable stands tries nothing, and goes along.
    """
    aims = {**named, label: version}
    if label == STABLE and CANARY in named and named[CANARY] == named.get(STABLE):
        aims[CANARY] = version
    return aims


def _changed(named: Mapping[str, int], aims: Mapping[str, int]) -> list[str]:
    return [label for label, version in aims.items() if version != named.get(label, 0)]


def _loaded_too(named: Mapping[str, int], others: set[int]) -> Entry:
    entry = labelled_only(named)
    return dataclasses.replace(entry, versions=tuple(sorted({*entry.versions, *others})))


def _asked(server: Server, answered: int) -> str:
    if answered:
        return f"the server at {server.address} answered {answered} requests with it"
    return f"the server at {server.address} has loaded it, and it brings no rows to be asked"

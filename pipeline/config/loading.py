"""Two files and the overrides in, one checked configuration or every problem out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pipeline.config.cluster import ClusterWhere
from pipeline.config.cluster_fit import fit_problems
from pipeline.config.document import Document, apply, read_document
from pipeline.config.impossible import impossible
from pipeline.config.overrides import Override, override_name, parse_override
from pipeline.config.section import Section, fingerprint
from pipeline.config.validation import Whole, dotted_keys, unknown_key, validate
from pipeline.config.what import What
from pipeline.config.where import Where
from pipeline.errors import ConfigError

_CLUSTER_TABLE = "kubeflow"


@dataclass(frozen=True)
class Config:
    """What is trained, and where.

    Attributes:
        what: The problem.
        where: The place.
    """

    what: What
    where: Where

    @property
    def fingerprint(self) -> str:
        """SHA-256 of every value, in hex."""
        return fingerprint(self.what, self.where)


@dataclass(frozen=True)
class ClusterConfig:
    """What is trained, and on which cluster.

    Attributes:
        what: The problem.
        where: The cluster.
    """

    what: What
    where: ClusterWhere


@dataclass(frozen=True)
class Sources:
    """Both files as they were written, with the overrides in them."""

    what: Document
    where: Document


def load(config: str, where: str, overrides: Iterable[str] = ()) -> Config:
    """Reads and checks the configuration of this machine.

    Args:
        config: The *what* file.
        where: The *where* file.
        overrides: `key=value` texts, each for one key of either file.

    Raises:
        ConfigError: the text has a line for every problem of both files.
    """
    if is_of_cluster(where):
        raise ConfigError(
            f"{where}: [kubeflow]: is of a cluster, and this command is for this machine; expected "
            "such as --where configs/local.toml. For the cluster: "
            f"`tfxp kubeflow compile --where {where}`"
        )
    what, the_where, _ = _load(Where, config, where, overrides)
    return Config(what, the_where)


def load_cluster(config: str, where: str, overrides: Iterable[str] = ()) -> ClusterConfig:
    """As `load`, for a *where* file of a cluster."""
    tables = _tables(where)
    if tables and _CLUSTER_TABLE not in tables:
        raise ConfigError(
            f"{where}: kubeflow: missing, so it is of no cluster; expected such as "
            "--where configs/kubeflow.toml. On this machine: "
            f"`tfxp run --where {where}`"
        )
    what, the_where, _ = _load(ClusterWhere, config, where, overrides)
    return ClusterConfig(what, the_where)


def load_with_sources(
    config: str, where: str, overrides: Iterable[str] = ()
) -> tuple[Config | ClusterConfig, Sources]:
    """Either kind, for those who must know where each value comes from."""
    if is_of_cluster(where):
        what, cluster, sources = _load(ClusterWhere, config, where, overrides)
        return ClusterConfig(what, cluster), sources
    what, machine, sources = _load(Where, config, where, overrides)
    return Config(what, machine), sources


def is_of_cluster(where: str) -> bool:
    """Whether a *where* file, right or wrong, is that of a cluster."""
    return _CLUSTER_TABLE in _tables(where)


def _tables(where: str) -> dict[str, Any]:
    try:
        return read_document(where).tables
    except ConfigError:
        # Whoever reads it next says what is wrong.
        return {}


def _load(
    kind: type[Whole], config: str, where: str, overrides: Iterable[str]
) -> tuple[What, Whole, Sources]:
    for_what, for_where, messages = _sorted_overrides(overrides, kind)
    what, what_document = _read(What, config, for_what, messages)
    the_where, where_document = _read(kind, where, for_where, messages)
    if what_document and what and isinstance(the_where, ClusterWhere):
        messages += [what_document.message(problem) for problem in fit_problems(what, the_where)]
    if messages or not (what and the_where and what_document and where_document):
        raise ConfigError("\n".join(messages))
    return what, the_where, Sources(what_document, where_document)


def _sorted_overrides(
    texts: Iterable[str], where: type[Section]
) -> tuple[list[Override], list[Override], list[str]]:
    """Overrides of the *what* file, of the *where* file, and a message for each that is neither."""
    for_what: list[Override] = []
    for_where: list[Override] = []
    messages = []
    siblings = (*What.model_fields, *where.model_fields)
    everywhere = (*dotted_keys(What), *dotted_keys(where))
    for text in texts:
        try:
            override = parse_override(text)
        except ValueError as error:
            messages.append(f"{override_name(text)}: {error}")
            continue
        first = override.keys[0]
        if first in What.model_fields:
            for_what.append(override)
        elif first in where.model_fields:
            for_where.append(override)
        else:
            problem = unknown_key((first,), siblings, everywhere)
            messages.append(f"{override_name(text)}: {first}: {problem.text}")
    return for_what, for_where, messages


def _read(
    kind: type[Whole], name: str, overrides: list[Override], messages: list[str]
) -> tuple[Whole | None, Document | None]:
    """Reads one file; adds a line to the messages for each problem."""
    try:
        document, refused = apply(overrides, read_document(name))
    except ConfigError as error:
        messages.append(str(error))
        return None, None
    messages += refused
    validated = validate(kind, document.tables)
    problems = (*validated.problems, *impossible(validated.parts))
    in_order = sorted(problems, key=lambda problem: document.line(problem.path))
    messages += [document.message(problem) for problem in in_order]
    return validated.whole, document

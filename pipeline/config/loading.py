"""Two files and the overrides in, one checked configuration or every problem out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.config.checks import (
    beam_problems,
    identifier_problems,
    label_problems,
    label_use_problems,
    split_problems,
    training_problems,
    tuning_problems,
)
from pipeline.config.cluster import ClusterWhere
from pipeline.config.cluster_checks import (
    env_problems,
    mount_problems,
    node_problems,
    schedule_problems,
    vertex_problems,
)
from pipeline.config.columns import column_problems
from pipeline.config.document import Document, apply, read_document
from pipeline.config.fairness import fairness_problems
from pipeline.config.features import hidden_feature_problems, own_function_problems
from pipeline.config.gates import gate_problems
from pipeline.config.overrides import Override, override_name, parse_override
from pipeline.config.problems import Problem
from pipeline.config.section import Section, fingerprint
from pipeline.config.validation import Whole, dotted_keys, unknown_key, validate
from pipeline.config.what import What
from pipeline.config.where import Where
from pipeline.errors import ConfigError

# A check runs as soon as the parts that it looks at are right in themselves.
_CHECKS = (
    (split_problems, ("data",)),
    (identifier_problems, ("data", "label", "evaluation")),
    (hidden_feature_problems, ("data", "features")),
    (own_function_problems, ("features", "training")),
    (label_problems, ("task", "label")),
    (training_problems, ("task", "training")),
    (label_use_problems, ("label", "features", "evaluation")),
    (gate_problems, ("task", "evaluation")),
    (fairness_problems, ("task", "data", "label", "evaluation")),
    (tuning_problems, ("tuning",)),
    (beam_problems, ("beam",)),
    (mount_problems, ("roots", "kubeflow")),
    (env_problems, ("kubeflow",)),
    (node_problems, ("kubeflow",)),
    (schedule_problems, ("kubeflow",)),
    (vertex_problems, ("roots", "kubeflow")),
)
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
    if not is_of_cluster(where):
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
    try:
        return _CLUSTER_TABLE in read_document(where).tables
    except ConfigError:
        # Whoever reads it next says what is wrong.
        return False


def _load(
    kind: type[Whole], config: str, where: str, overrides: Iterable[str]
) -> tuple[What, Whole, Sources]:
    for_what, for_where, messages = _sorted_overrides(overrides, kind)
    what, what_document = _read(What, config, for_what, messages)
    the_where, where_document = _read(kind, where, for_where, messages)
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
    problems = (*validated.problems, *_impossible(validated.parts))
    in_order = sorted(problems, key=lambda problem: document.line(problem.path))
    messages += [document.message(problem) for problem in in_order]
    return validated.whole, document


def _impossible(parts: Mapping[str, Any]) -> Iterator[Problem]:
    for check, needed in _CHECKS:
        if all(key in parts for key in needed):
            yield from check(*(parts[key] for key in needed))
    yield from column_problems(parts)

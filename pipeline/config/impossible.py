"""Every check of what is impossible, although each value by itself is right."""

from collections.abc import Iterator, Mapping
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
from pipeline.config.cluster_checks import (
    env_problems,
    mount_problems,
    node_problems,
    schedule_problems,
    server_problems,
    vertex_problems,
)
from pipeline.config.columns import column_problems
from pipeline.config.fairness import fairness_problems
from pipeline.config.features import hidden_feature_problems, own_function_problems
from pipeline.config.gates import gate_problems
from pipeline.config.problems import Problem

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
    (server_problems, ("serving", "kubeflow")),
    (schedule_problems, ("kubeflow",)),
    (vertex_problems, ("roots", "kubeflow")),
)


def impossible(parts: Mapping[str, Any]) -> Iterator[Problem]:
    """Yields what does not go together in a file.

    Args:
        parts: By key, each table of the file that is right in itself.
    """
    for check, needed in _CHECKS:
        if all(key in parts for key in needed):
            yield from check(*(parts[key] for key in needed))
    yield from column_problems(parts)

"""What of a *what* file a cluster cannot do, although this machine can."""

import re
from collections.abc import Iterator

from pipeline.config.cluster import ClusterWhere
from pipeline.config.cluster_checks import is_mounted
from pipeline.config.problems import Problem, shown, wrong
from pipeline.config.toml_lines import KeyPath
from pipeline.config.what import What

# Vertex AI puts the time of the run behind the name of the pipeline, and takes 128 letters.
_VERTEX_NAME = re.compile(r"[a-z][a-z0-9-]{0,112}")


def fit_problems(what: What, where: ClusterWhere) -> Iterator[Problem]:
    """Paths of this machine, Docker, and names that the cluster does not take."""
    locations: tuple[tuple[KeyPath, str | None], ...] = (
        (("data", "input"), what.data.input),
        (("data", "served"), what.data.served),
        (("data", "schema"), what.data.schema_),
        (("tuning", "hyperparameters"), what.tuning.hyperparameters),
        (("batch", "input"), what.batch.input),
    )
    for path, location in locations:
        if location and location.startswith("/") and not is_mounted(location, where.kubeflow):
            yield wrong(
                path,
                location,
                "a place that the cluster has, too: below the project's folder, which is in the "
                "image; below a mounted volume (kubeflow.volumes); or a URI",
            )
    if what.infra_validation.image is not None:
        yield Problem(
            ("infra_validation", "image"),
            "needs Docker, which a step of a cluster does not have; leave it out, so that the "
            "model is tried on the project's own server",
        )
    if where.kubeflow.target == "vertex" and not _VERTEX_NAME.fullmatch(what.name):
        yield Problem(
            ("name",),
            f"found {shown(what.name)}; expected a name for Vertex AI: the first a letter a-z, "
            "at most 113",
        )

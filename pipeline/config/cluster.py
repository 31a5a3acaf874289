"""*Where* the pipeline runs, when that is a cluster: the tables of `configs/kubeflow.toml`.

A key without a default must stand in the file. Every default stands here, or in the module of
`[kubeflow]`, and nowhere else.
"""

from typing import Annotated

from pydantic import Field

from pipeline.config.cluster_sections import Kubeflow
from pipeline.config.section import Section, Text, fingerprint
from pipeline.config.where import Beam, Server

Storage = Annotated[
    str,
    Field(
        pattern=r"^(/[^\s:]+|(minio|s3|gs)://[a-z0-9][a-z0-9._-]*(/[^\s/?#]+)*/?)$",
        description="an absolute path on a volume that every step mounts "
        '(kubeflow.volumes), or a URI such as "s3://models/tfxp"',
    ),
]


class ClusterRoots(Section):
    """The storage of a cluster, as its steps see it.

    Attributes:
        data: What a relative `data.input` is below: `.` is the project's folder in the image.
        artifacts: The pipeline root, below which the cluster keeps what the nodes make.
        serving: The model base directory.
        checkpoints: Where a fit that is killed is gone on from by the next attempt.
    """

    data: Annotated[Text, Field(description="a folder or a URI")]
    artifacts: Annotated[
        str,
        Field(
            pattern=r"^(minio|s3|gs)://[a-z0-9][a-z0-9._-]*(/[^\s/?#]+)*/?$",
            description='a bucket and a folder in it, such as "minio://mlpipeline/tfxp"; '
            "minio, s3 or gs",
        ),
    ]
    serving: Storage
    checkpoints: Storage | None = None


class ClusterWhere(Section):
    """The whole of a *where* file of a cluster."""

    roots: ClusterRoots
    beam: Beam = Beam()
    serving: Server = Server()
    kubeflow: Kubeflow

    @property
    def fingerprint(self) -> str:
        """SHA-256 of every value, in hex."""
        return fingerprint(self)

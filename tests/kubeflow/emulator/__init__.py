"""What Kubeflow Pipelines does with a compiled pipeline, on this machine and without a cluster.

A run passes the parts of KFP 2 in this order; each is one module here, named by what it decides:

| KFP                                    | here             | decides                             |
| -------------------------------------- | ---------------- | ----------------------------------- |
| API server, `template/v2_template.go`  | `job`            | what a file and its parameters mean |
| compiler, `argocompiler/dag.go`        | `order`          | which task waits for which          |
| driver, `driver/resolve.go`            | `inputs`         | what a task is given                |
| driver, `driver/driver.go`             | `outputs`        | where a task's outputs go           |
| driver, `driver/cache.go`              | `caching`        | whether it must run at all          |
| driver, `driver/k8s.go`; the kubelet   | `pod`            | environment, volumes, a fresh disk  |
| launcher, `component/launcher_v2.go`   | `launcher`       | download, run, read, upload         |
| launcher, the same file                | `placeholders`   | the very command line               |
| launcher, `objectstore/`               | `buckets`        | what is one artifact in a bucket    |
| ML Metadata, `metadata/converter.go`   | `records`        | what of an artifact's metadata lasts |
| Argo                                   | `cluster`        | order, retries, and where a run ends |

Three things are not as in a pod, since a host has one root folder and no images:
the launcher's local paths (`/minio`, `/s3`, `/gcs`, `/tmp/kfp`) lie below a fresh folder a pod,
which the environment names (`TFXP_ARTIFACTS_ROOT`); `/app` and `python` of a command line are the
image's, for which a copy of what the image holds and this interpreter stand in (`image`); and
a volume is mounted by a link that is there while the pod is.

Not emulated are loops, conditions, nested pipelines, importers and exit handlers, of which the
compiled pipeline has none, and resources, since a host has what it has. A step that knows an
absolute path of this machine could read there, which no pod has: the linter sees to it that no such
path is in a spec.
"""

from tests.kubeflow.emulator.buckets import Folder, Remote
from tests.kubeflow.emulator.cluster import Cluster, Run, TaskRun
from tests.kubeflow.emulator.image import Image
from tests.kubeflow.emulator.job import Job, JobRefused, read_job

__all__ = [
    "Cluster",
    "Folder",
    "Image",
    "Job",
    "JobRefused",
    "Remote",
    "Run",
    "TaskRun",
    "read_job",
]

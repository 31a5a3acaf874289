"""Names of pods are those that Argo gives."""

import pytest

from submitting.pipeline_file import Task
from submitting.pods import Pods, _hash

# Names and ids of nodes of workflows that Argo ran, from Kubeflow Pipelines' own test data.
OF_ARGO = [
    ("job-cloneofhelloworldls94q-1-3667110102.B", 3817500168),
    ("job-cloneofhelloworldls94q-1-3667110102.C", 3834277787),
    ("hello-world-61985dbf-4299-458b-a183-1f2c2436c21c[0].say", 3584189705),
    ("retry-random-failures-p9snt.print-msg-2", 1189960944),
    ("retry-random-failures-p9snt.random-failure", 3193641316),
    ("retry-random-failures-p9snt.random-failure(0)", 310421839),
]


@pytest.mark.parametrize(("name", "number"), OF_ARGO)
def test_a_node_has_the_number_that_argo_gives_it(name, number):
    assert _hash(name) == number


def test_a_pod_is_named_after_what_it_is_made_from():
    pods = Pods("taxi-x7k2p")

    plain = pods.executor("Trainer", Task(()), 0)
    assert plain.startswith("taxi-x7k2p-system-container-impl-")
    with_retries = Task((), may_retry=True)
    first, second = (pods.executor("Trainer", with_retries, n) for n in (0, 1))
    assert first.startswith("taxi-x7k2p-retry-system-container-impl-")
    assert len({plain, first, second}) == 3
    labelled = pods.executor("Trainer", Task((), pod_labels=(1, 2)), 0)
    assert labelled.startswith("taxi-x7k2p-metadata-1-2-system-container-impl-")
    assert labelled.rpartition("-")[2] == plain.rpartition("-")[2]
    assert pods.driver("Trainer").startswith("taxi-x7k2p-system-container-driver-")

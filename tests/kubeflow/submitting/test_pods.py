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


# What Argo 4.0.8 itself calls the pods of these nodes.
RETRIED, PLAIN = Task((), may_retry=True), Task(())
PODS = Pods("taxi-x7k2p")
NAMED = [
    (
        PODS.executor("Trainer", RETRIED, 1),
        "taxi-x7k2p-retry-system-container-impl-4017358570",
    ),
    (PODS.executor("Pusher", PLAIN, 0), "taxi-x7k2p-system-container-impl-3624185638"),
    (PODS.driver("Trainer"), "taxi-x7k2p-system-container-driver-797878818"),
    (PODS.executor_node("Trainer", 1), "taxi-x7k2p-4017358570"),
]


@pytest.mark.parametrize(("ours", "argos"), NAMED)
def test_a_pod_is_named_as_argo_names_it(ours, argos):
    assert ours == argos


def test_labels_of_pods_show_in_their_names():
    labelled = PODS.executor("Pusher", Task((), pod_labels=(1, 2)), 0)

    assert labelled == "taxi-x7k2p-metadata-1-2-system-container-impl-3624185638"

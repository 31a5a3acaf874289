"""How a run of the fake cluster goes on between two questions."""


def step(state=None, attempts=None, **tasks):
    """Tasks to what they are now; `state` is the whole run's."""

    def change(workflow):
        workflow.states.update(tasks)
        workflow.attempts.update(attempts or {})
        return state

    return change


GOOD = [
    step(),
    step(ExampleGen="driver"),
    step(ExampleGen="running"),
    step(ExampleGen="done", Trainer="running"),
    step(Trainer="done", Pusher="running"),
    step("SUCCEEDED", Pusher="done"),
]

REFUSED_LOG = """\
I1129 12:00:01.000000      12 launcher_v2.go:178] publishing
Traceback (most recent call last):
  File "/app/components/gate.py", line 1, in check
components.errors.ModelRefused: accuracy 0.71 is below 0.80
the slice payment_type=Cash is worst
accuracy 0.71 is below 0.80
the slice payment_type=Cash is worst
Pusher refused: accuracy 0.71 is below 0.80
E1129 12:00:02.000000      12 launcher_v2.go:441] Component failed: exit status 3
F1129 12:00:02.000000      12 main.go:103] exit status 3
"""
FAILED_LOG = """\
loading TensorFlow …
Trainer failed: no space left on device
E1129 12:00:02.000000      12 launcher_v2.go:441] Component failed: exit status 1
"""


def refused_run(fake):
    """The Pusher refuses; its log is there."""
    fake.steps = [
        step(ExampleGen="cached", Trainer="done", Pusher="running"),
        step("FAILED", Pusher="failed"),
    ]
    fake.log_of = lambda workflow: {workflow.pod("Pusher"): REFUSED_LOG}


def failed_run(fake):
    """The Trainer fails in its third attempt; its log is there."""
    fake.steps = [
        step(ExampleGen="done", Trainer="running"),
        step(attempts={"Trainer": 2}),
        step(attempts={"Trainer": 3}),
        step("FAILED", Trainer="failed", Pusher="omitted"),
    ]
    fake.log_of = lambda workflow: {workflow.pod("Trainer", 2): FAILED_LOG}

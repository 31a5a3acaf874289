"""What the API of Kubeflow Pipelines tells of a run: the nodes of an Argo workflow.

Argo has, for a task T, the pod `T-driver`, then a node `T` and below it `executor`, which is a pod,
or skipped when the result is in the cache, or holds a pod an attempt where the task has retries.
Of each node the API gives the name for people, the state, times in whole seconds and the ids of the
nodes behind it; not its own id, nor the name of its pod.
"""

import datetime

START = datetime.datetime(2026, 11, 29, 12, 0, 0, tzinfo=datetime.UTC)
NEVER = "0001-01-01T00:00:00Z"


def fnv(text):
    value = 2166136261
    for byte in text.encode():
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value


class Workflow:
    """A workflow of a pipeline whose tasks wait for each other in turn.

    Attributes:
        name: As Kubernetes made it.
        tasks: Name to whether it has retries.
        states: Name to `driver`, `driver failed`, `running`, `done`, `cached`, `failed` or
            `omitted`, or nothing when Argo has not come to it.
        attempts: How many pods a task with retries has had.
    """

    def __init__(self, name, tasks):
        self.name = name
        self.tasks = tasks
        self.states = {}
        self.attempts = dict.fromkeys(tasks, 1)
        self.seconds = {}

    def node(self, *path):
        return f"{self.name}-{fnv('.'.join((self.name, *path)))}"

    def pod(self, task, attempt=0):
        template, inner = "system-container-impl", "executor"
        if self.tasks[task]:
            template, inner = f"retry-{template}", f"executor({attempt})"
        return f"{self.name}-{template}-{fnv(f'{self.name}.root.{task}.{inner}')}"

    def driver_pod(self, task):
        return f"{self.name}-system-container-driver-{fnv(f'{self.name}.root.{task}-driver')}"

    def details(self):
        names = list(self.tasks)
        yield self._detail(self.name, "RUNNING", [self.node("root-driver")])
        yield self._detail("root-driver", "SUCCEEDED", [self.node("root")], 0, 3)
        yield self._detail("root", "RUNNING", [self.node("root", f"{names[0]}-driver")], 3)
        for place, name in enumerate(names):
            behind = [self.node("root", f"{n}-driver") for n in names[place + 1 : place + 2]]
            yield from self._of_task(name, 10 + 60 * place, behind)

    def _of_task(self, name, at, behind):
        state = self.states.get(name)
        if state is None:
            return
        inside = [self.node("root", name)]
        if state in ("omitted", "driver", "driver failed"):
            phase = {"driver": "RUNNING", "driver failed": "FAILED"}.get(state)
            ends = None if state == "driver" else at + 5
            yield self._detail(f"{name}-driver", phase, inside, at, ends)
            if state == "driver failed":
                yield self._detail(name, None, [])
            return
        yield self._detail(f"{name}-driver", "SUCCEEDED", inside, at, at + 5)
        phase = {"running": "RUNNING", "failed": "FAILED"}.get(state, "SUCCEEDED")
        took = 0 if state == "cached" else self.seconds.get(name, 40)
        ends = None if state == "running" else at + 5 + took
        executor = [self.node("root", name, "executor")]
        yield self._detail(name, phase, executor, at + 5, ends)
        if state == "cached":
            yield self._detail("executor", "SKIPPED", behind, at + 5, at + 5)
        elif self.tasks[name]:
            pods = [self.node("root", name, f"executor({n})") for n in range(self.attempts[name])]
            yield self._detail("executor", phase, pods, at + 5, ends)
            for number in range(len(pods)):
                last = number == len(pods) - 1
                one = phase if last else "FAILED"
                below = behind if last else []
                yield self._detail(f"executor({number})", one, below, at + 5, ends)
        else:
            yield self._detail("executor", phase, behind, at + 5, ends)

    def _detail(self, name, state, children, start=None, end=None):
        found = {
            "run_id": "of the run",
            "task_id": f"task-{fnv(name + str(start))}",
            "display_name": name,
            "create_time": _time(0),
            "start_time": NEVER if start is None else _time(start),
            "end_time": NEVER if end is None else _time(end),
            "child_tasks": [{"pod_name": child} for child in children],
        }
        # Argo's `Omitted` is no state of the API's, and what is unset is not sent.
        if state is not None:
            found["state"] = state
        return found


def _time(seconds):
    return (START + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")

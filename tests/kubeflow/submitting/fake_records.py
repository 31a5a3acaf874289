"""What a small Kubeflow Pipelines keeps, and what it checks before it keeps it."""

import json

import yaml

from tests.kubeflow.submitting.workflows import START, Workflow

HTTP = {3: 400, 5: 404, 6: 409, 7: 403, 13: 500, 14: 503, 16: 401}
ZERO = "1970-01-01T00:00:00Z"


class Problem(Exception):
    """An answer of the API's that is no success; `code` is gRPC's."""

    def __init__(self, code, message, internal=None):
        super().__init__(message)
        self.status = HTTP[code]
        chain = internal or f"Failed to do it: InvalidInputError: Invalid input error: {message}"
        self.body = {
            "code": code,
            "message": chain,
            "details": [
                {"@type": "type.googleapis.com/google.rpc.Status", "code": code, "message": message}
            ],
        }


class Records:
    """Experiments, pipelines, versions, runs and recurring runs.

    Attributes:
        multi_user: Whether users are kept apart, by namespaces and tokens.
        namespaces: Those that the token may use.
        steps: What happens to a run between two questions: functions of its workflow, each of which
            may return the run's state.
    """

    def __init__(self):
        self.multi_user = False
        self.namespaces = {"team"}
        self.steps = []
        self.experiments, self.pipelines, self.versions = [], [], []
        self.runs, self.recurring, self.workflows = [], [], {}
        self._count = 0

    def new_id(self):
        self._count += 1
        return f"00000000-0000-4000-8000-{self._count:012d}"

    def authorize(self, namespace, experiment_id=None):
        if not self.multi_user:
            return
        if experiment_id:
            found = self.found(self.experiments, "experiment_id", experiment_id)
            namespace = found.get("namespace")
        if not namespace:
            raise Problem(3, "An experiment cannot have an empty namespace in multi-user mode")
        if namespace not in self.namespaces:
            raise Problem(7, f"User 'me@example.com' is not authorized with reason: ({namespace})")

    def list(self, key, entries, query, fields):
        wanted = list(entries)
        for predicate in json.loads(query.get("filter", '{"predicates": []}'))["predicates"]:
            assert predicate["operation"] in (1, "EQUALS")
            if predicate["key"] not in fields:
                raise Problem(3, f"Invalid filter key {predicate['key']}")
            value = predicate.get("stringValue", predicate.get("string_value"))
            wanted = [entry for entry in wanted if entry.get(predicate["key"]) == value]
        by, *order = query.get("sort_by", "created_at").split()
        if by not in fields or order not in ([], ["asc"], ["desc"]):
            raise Problem(3, f"Cannot sort on field {by}")
        wanted.sort(key=lambda entry: entry.get(by, ""), reverse=order == ["desc"])
        size = min(int(query.get("page_size") or 20), 200)
        answer = {key: wanted[:size], "total_size": len(wanted)}
        return answer if wanted else {}

    def found(self, entries, key, value):
        found = next((entry for entry in entries if entry[key] == value), None)
        if found is None:
            raise Problem(5, f"{key} {value} not found")
        return found

    def create_experiment(self, content):
        self.authorize(content.get("namespace"))
        if not content.get("display_name"):
            raise Problem(3, "Experiment name is empty")
        if any(e["display_name"] == content["display_name"] for e in self.experiments):
            raise Problem(6, f"The name {content['display_name']} already exists")
        self.experiments.append(content | {"experiment_id": self.new_id(), "created_at": _now()})
        return self.experiments[-1]

    def create_pipeline(self, content):
        self.authorize(content.get("namespace"))
        if not content.get("display_name"):
            raise Problem(3, "pipeline's name cannot be empty")
        if any(p["display_name"] == content["display_name"] for p in self.pipelines):
            raise Problem(6, f"A pipeline named {content['display_name']} exists")
        self.pipelines.append(content | {"pipeline_id": self.new_id(), "created_at": _now()})
        return self.pipelines[-1]

    def upload(self, name, text, query):
        if not name.endswith((".yaml", ".yml", ".zip", ".tar.gz")):
            raise _upload_problem(400, "Failed to create a pipeline version")
        if not query.get("pipelineid"):
            raise _upload_problem(400, "Failed to create a pipeline version")
        if any(v["name"] == query["name"] for v in self.versions):
            raise _upload_problem(409, "Failed to create a pipeline version")
        documents = [document for document in yaml.safe_load_all(text) if document]
        spec = next((d for d in documents if "pipelineInfo" in d), None)
        if spec is None:
            raise _upload_problem(400, "no pipeline spec is provided")
        if spec.get("schemaVersion") != "2.1.0":
            told = f"the pipeline spec has version {spec.get('schemaVersion')}"
            raise _upload_problem(400, f"KFP only supports schema version 2.1.0, but {told}")
        platform = [d for d in documents if "platforms" in d]
        whole = {"pipeline_spec": spec, "platform_spec": platform[0]} if platform else spec
        self.versions.append(
            {
                "pipeline_id": query["pipelineid"],
                "pipeline_version_id": self.new_id(),
                "name": query["name"],
                "display_name": query["name"],
                "created_at": _now(),
                "pipeline_spec": whole,
            }
        )
        return self.versions[-1]

    def _checked(self, content):
        """What runs and recurring runs are checked for alike; returns the spec."""
        if not content.get("display_name"):
            raise Problem(13, "Internal Server Error", "Run name cannot be empty")
        if self.multi_user or content.get("experiment_id"):
            experiment = content.get("experiment_id", "")
            self.found(self.experiments, "experiment_id", experiment)
            self.authorize(None, experiment)
        reference = content["pipeline_version_reference"]
        version = self.found(self.versions, "pipeline_version_id", reference["pipeline_version_id"])
        if version["pipeline_id"] != reference["pipeline_id"]:
            raise Problem(3, "Pipeline version belongs to another pipeline")
        spec = version["pipeline_spec"]
        spec = spec.get("pipeline_spec", spec)
        inputs = spec["root"].get("inputDefinitions", {}).get("parameters", {})
        given = content.get("runtime_config", {}).get("parameters", {})
        kinds = {"NUMBER_INTEGER": int, "STRING": str, "NUMBER_DOUBLE": (int, float)}
        for name, value in given.items():
            if name not in inputs:
                raise Problem(3, f"parameter {name} is not in the pipeline's inputs")
            if not isinstance(value, kinds[inputs[name]["parameterType"]]):
                raise Problem(3, f"input parameter {name} requires type {inputs[name]}")
        for name, declared in inputs.items():
            if name not in given and "defaultValue" not in declared:
                raise Problem(3, f"parameter {name} is missing")
        return spec

    def create_run(self, content):
        spec = self._checked(content)
        run_id, now = self.new_id(), _now()
        dag = spec["root"]["dag"]["tasks"]
        tasks = {n: "retryPolicy" in dag[n] for n in sorted(dag, key=lambda n: _depth(dag, n))}
        self.workflows[run_id] = Workflow(f"{spec['pipelineInfo']['name']}-x7k2p", tasks)
        run = {"run_id": run_id, "created_at": now, "finished_at": ZERO, "state": "PENDING"}
        self.runs.append(content | run | {"scheduled_at": now, "storage_state": "AVAILABLE"})
        return self.runs[-1]

    def run(self, run_id):
        run = self.found(self.runs, "run_id", run_id)
        workflow = self.workflows[run_id]
        if self.steps and run["finished_at"] == ZERO:
            run["state"] = self.steps.pop(0)(workflow) or "RUNNING"
            run["run_details"] = {"task_details": sorted(workflow.details(), key=str)}
            if run["state"] in ("SUCCEEDED", "FAILED", "CANCELED"):
                run["finished_at"] = START.strftime("%Y-%m-%dT12:06:40Z")
        return run

    def create_recurring(self, content):
        if not 1 <= int(content.get("max_concurrency", 0)) <= 10:
            raise Problem(3, "Max concurrency of a recurring run must be at least 1 and at most 10")
        cron = content["trigger"]["cron_schedule"]["cron"]
        if len(cron.split()) not in (5, 6):
            raise Problem(3, f"Schedule cron is not a supported format: {cron}")
        self._checked(content)
        mode = content.pop("mode")
        status = {"ENABLE": "ENABLED", "DISABLE": "DISABLED"}[mode]
        if not content["no_catchup"]:
            del content["no_catchup"]
        found = {"recurring_run_id": self.new_id(), "status": status, "mode": mode}
        self.recurring.append(content | found | {"created_at": _now()})
        return self.recurring[-1]

    def switch(self, recurring_id, verb):
        found = self.found(self.recurring, "recurring_run_id", recurring_id)
        found["status"] = {"enable": "ENABLED", "disable": "DISABLED"}[verb]
        return {}


def _now():
    _now.count += 1
    return f"2026-11-29T12:00:00.{_now.count:06d}Z"


_now.count = 0


def _depth(tasks, name):
    return 1 + max((_depth(tasks, up) for up in tasks[name].get("dependentTasks", ())), default=0)


def _upload_problem(status, message):
    problem = Problem(3, message)
    problem.status = status
    problem.body = {"error_message": message, "error_details": f"{message}\n…a stack…"}
    return problem

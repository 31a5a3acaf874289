"""A small Kubeflow Pipelines: its REST API, checking what it is sent as the real one does.

Written after the backend's sources (apiserver/server, resource_manager, template): which fields it
knows, which filters and orders it takes, which codes and messages it answers with.
"""

import contextlib
import http.server
import json
import threading
import time
from email.parser import BytesParser
from urllib.parse import parse_qs, unquote, urlsplit

import kfp_server_api

from tests.kubeflow.submitting.fake_records import Problem, Records


class FakeKfp(Records):
    """The server.

    Attributes:
        token: The one that it takes.
        version: 1 has no API v2beta1.
        ui: Whether the user interface stands before the API, as in most installations.
        log_of: Given a workflow, returns its pods' logs by pod.
        asked: Method and path of every request, in order.
        broken: Statuses to answer with before anything else, one a request.
        delay_s: How long each answer takes.
    """

    def __init__(self):
        super().__init__()
        self.token = None
        self.version = 2
        self.ui = False
        self.log_of = lambda workflow: {}
        self.asked = []
        self.headers = []
        self.broken = []
        self.delay_s = 0

    @contextlib.contextmanager
    def listening(self, tls=None):
        """Answers while the `with` block lasts; with TLS, if there is a context for it."""
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                fake.handle(self)

            do_POST = do_DELETE = do_GET  # noqa: N815 - the names are http.server's

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        self.host = f"http://127.0.0.1:{server.server_port}"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def handle(self, request):
        split = urlsplit(request.path)
        self.asked.append(f"{request.command} {split.path}")
        self.headers.append(dict(request.headers))
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        time.sleep(self.delay_s)
        with contextlib.suppress(BrokenPipeError):
            if self.broken:
                _answer(request, self.broken.pop(0), b"upstream connect error", "text/plain")
                return
            query = {name: values[0] for name, values in parse_qs(split.query).items()}
            try:
                status, answer = 200, self._route(request, split.path, query, body)
            except Problem as problem:
                status, answer = problem.status, problem.body
            if isinstance(answer, str):
                kind = "text/html" if answer.startswith("<!doctype") else "text/plain"
                _answer(request, status, answer.encode(), kind)
            else:
                _answer(request, status, json.dumps(answer).encode(), "application/json")

    def _route(self, request, path, query, body):
        method = request.command
        api, _, rest = path.removeprefix("/apis/").partition("/")
        if path == "/k8s/pod/logs" and self.ui:
            assert query["podnamespace"]
            return self._log(query["podname"])
        if api == "v1alpha1" and not self.ui:
            _, run, _, pod, _ = rest.split("/")
            assert run in [known["run_id"] for known in self.runs]
            return self._log(pod)
        if api not in ("v1beta1", "v2beta1")[: self.version]:
            if self.ui:
                return "<!doctype html><title>Kubeflow Pipelines</title>"
            raise Problem(5, "Not Found", "Not Found")
        if rest == "healthz":
            return {"commit_sha": "c", "tag_name": "t", "multi_user": self.multi_user}
        self._authenticate(request)
        names = [unquote(name) for name in rest.split("/")]
        match method, names:
            case "GET", ["experiments"]:
                self.authorize(query.get("namespace"))
                return self.list("experiments", self.experiments, query, EXPERIMENT_FIELDS)
            case "POST", ["experiments"]:
                return self.create_experiment(_message("V2beta1Experiment", body))
            case "GET", ["pipelines"]:
                self.authorize(query.get("namespace"))
                return self.list("pipelines", self.pipelines, query, PIPELINE_FIELDS)
            case "POST", ["pipelines"]:
                return self.create_pipeline(_message("V2beta1Pipeline", body))
            case "POST", ["pipelines", "upload_version"]:
                return self.upload(*_uploaded_file(request.headers["Content-Type"], body), query)
            case "GET", ["pipelines", pipeline_id, "versions"]:
                mine = [v for v in self.versions if v["pipeline_id"] == pipeline_id]
                return self.list("pipeline_versions", mine, query, VERSION_FIELDS)
            case "GET", ["pipelines", _, "versions", version_id]:
                return self.found(self.versions, "pipeline_version_id", version_id)
            case "POST", ["runs"]:
                return self.create_run(_message("V2beta1Run", body))
            case "GET", ["runs"]:
                self.authorize(query.get("namespace"), query.get("experiment_id"))
                mine = [
                    run
                    for run in self.runs
                    if query.get("experiment_id") in (None, run["experiment_id"])
                ]
                return self.list("runs", mine, query, RUN_FIELDS)
            case "GET", ["runs", run_id]:
                return self.run(run_id)
            case "GET", ["recurringruns"]:
                self.authorize(query.get("namespace"))
                return self.list("recurringRuns", self.recurring, query, RECURRING_FIELDS)
            case "POST", ["recurringruns"]:
                return self.create_recurring(_message("V2beta1RecurringRun", body))
            case "POST", ["recurringruns", name]:
                return self.switch(*name.split(":"))
            case "DELETE", ["recurringruns", name]:
                self.recurring.remove(self.found(self.recurring, "recurring_run_id", name))
                assert query.get("propagation_policy") == "ORPHAN", "would end runs under way"
                return {}
        raise Problem(5, "Not Found", "Not Found")

    def _authenticate(self, request):
        given = request.headers.get("authorization")
        if self.token is not None and given != f"Bearer {self.token}":
            raise Problem(16, "Failed to check authorization. User identity is empty")

    def _log(self, pod):
        for workflow in self.workflows.values():
            if pod in (logs := self.log_of(workflow)):
                return logs[pod]
        if self.ui:
            raise Problem(13, "Could not get main container logs")
        # The API has sent its status before it finds out.
        return json.dumps({"error_message": f"Failed to read logs from pod {pod}"})


EXPERIMENT_FIELDS = {"experiment_id", "name", "display_name", "created_at", "namespace"}
PIPELINE_FIELDS = {"pipeline_id", "name", "display_name", "created_at", "namespace"}
VERSION_FIELDS = {"pipeline_version_id", "name", "display_name", "created_at", "status"}
RUN_FIELDS = {"run_id", "display_name", "created_at", "finished_at", "state", "experiment_id"}
RECURRING_FIELDS = {"recurring_run_id", "display_name", "created_at", "updated_at"}


def _answer(request, status, content, kind):
    request.send_response(status)
    request.send_header("Content-Type", kind)
    request.send_header("Content-Length", str(len(content)))
    if status == 302:
        request.send_header("Location", "/dex/auth")
    request.end_headers()
    request.wfile.write(content)


def _message(kind, body):
    """The request's message; the server refuses fields that it does not know."""
    content = json.loads(body)
    model = getattr(kfp_server_api, kind)
    unknown = set(content) - set(model.attribute_map.values())
    if unknown:
        name = f'unknown field "{unknown.pop()}"'
        raise Problem(3, f"proto: {name}", f"proto: (line 1:2): {name}")
    return content


def _uploaded_file(content_type, body):
    """File name and text of the form's one file."""
    message = BytesParser().parsebytes(f"Content-Type: {content_type}\n\n".encode() + body)
    (part,) = message.get_payload()
    assert part.get_param("name", header="content-disposition") == "uploadfile"
    return part.get_filename(), part.get_payload(decode=True).decode()

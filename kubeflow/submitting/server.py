"""What is asked of the API of Kubeflow Pipelines 2, a method a question."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import kfp_server_api

from pipeline.config import ConfigError
from pipeline.config.cluster_sections import Kubeflow
from submitting.address import NAMESPACE, Address, address
from submitting.asking import PAUSES_S, api_client, ask
from submitting.errors import AlreadyThere, ClusterError, NotThere, RefusedByServer

_PAGE = 100


def connected(kubeflow: Kubeflow, where: str) -> "Server":
    """Returns the API that a *where* file and the environment name; it has been seen to answer.

    Args:
        kubeflow: The file's section.
        where: The file's name, for the message.

    Raises:
        ConfigError: nobody named a host, or a namespace that is needed.
        ClusterError: it is no Kubeflow Pipelines 2, or does not answer.
    """
    server = Server(address(kubeflow.host, kubeflow.namespace, where, os.environ))
    server.check()
    return server


class Server:
    """The API, asked with bounded time; every failure is a `ClusterError` with its message.

    Attributes:
        address: Where it is.
    """

    def __init__(self, address: Address) -> None:
        self.address = address
        self._client = api_client(address)
        self._experiments = kfp_server_api.ExperimentServiceApi(self._client)
        self._pipelines = kfp_server_api.PipelineServiceApi(self._client)
        self._uploads = kfp_server_api.PipelineUploadServiceApi(self._client)
        self._runs = kfp_server_api.RunServiceApi(self._client)
        self._recurring = kfp_server_api.RecurringRunServiceApi(self._client)
        self._namespace: str | None = None

    def check(self) -> None:
        """Sees that Kubeflow Pipelines 2 answers, and whose runs it keeps apart.

        Raises:
            ClusterError: it is none, or does not answer.
            ConfigError: it wants to know a namespace, and nobody named one.
        """
        health = self._health("v2beta1")
        if health is None:
            if self._health("v1beta1") is not None:
                raise ClusterError(
                    f"{self.address.host} is Kubeflow Pipelines 1, which runs no pipelines of "
                    "this kind; needed is 2.0 or later"
                )
            raise ClusterError(
                f"{self.address.host} answers, and not as Kubeflow Pipelines; is a path missing, "
                "such as /pipeline, or does a page for signing in stand before it?"
            )
        # A server for one user alone wants no namespace: all is in the one that it runs in.
        if not health.get("multi_user"):
            return
        if not self.address.namespace:
            raise ConfigError(
                f"{self.address.host} keeps its users apart; set {NAMESPACE} or "
                "kubeflow.namespace to yours"
            )
        self._namespace = self.address.namespace

    def experiment(self, name: str) -> str:
        """Returns the id of an experiment, which is made if it is not there."""
        found = self._experiment(name)
        if found:
            return found
        body = kfp_server_api.V2beta1Experiment(display_name=name, namespace=self._namespace)
        try:
            made = self._make(self._experiments.experiment_service_create_experiment, body)
        except AlreadyThere:
            # By somebody else, in this second.
            return self._experiment(name) or ""
        return str(made.experiment_id)

    def pipeline(self, name: str) -> str | None:
        """Returns the id of a pipeline, if it is there."""
        listed = self._read(
            self._pipelines.pipeline_service_list_pipelines,
            namespace=self._namespace,
            filter=_equals("display_name", name),
        )
        return next((str(found.pipeline_id) for found in listed.pipelines or ()), None)

    def make_pipeline(self, name: str) -> str:
        """Returns the id of a pipeline without versions."""
        body = kfp_server_api.V2beta1Pipeline(display_name=name, namespace=self._namespace)
        made = self._make(self._pipelines.pipeline_service_create_pipeline, body)
        return str(made.pipeline_id)

    def version(self, pipeline_id: str, name: str) -> str | None:
        """Returns the id of a pipeline's version, if it is there."""
        listed = self._read(
            self._pipelines.pipeline_service_list_pipeline_versions,
            pipeline_id,
            filter=_equals("display_name", name),
        )
        return next(
            (str(found.pipeline_version_id) for found in listed.pipeline_versions or ()), None
        )

    def upload(self, path: Path, pipeline_id: str, name: str) -> str:
        """Uploads a compiled pipeline as a version; returns its id."""
        made = self._make(
            self._uploads.upload_pipeline_version, str(path), name=name, pipelineid=pipeline_id
        )
        return str(made.pipeline_version_id)

    def spec(self, pipeline_id: str, version_id: str) -> list[dict[str, Any]]:
        """Returns the documents of a version; empty when it has been deleted."""
        get = self._pipelines.pipeline_service_get_pipeline_version
        try:
            spec = self._read(get, pipeline_id, version_id).pipeline_spec or {}
        except NotThere:
            return []
        if "pipeline_spec" in spec:
            return [spec["pipeline_spec"], spec.get("platform_spec", {})]
        return [spec] if spec else []

    def start(self, run: kfp_server_api.V2beta1Run) -> Any:
        """Creates a run."""
        return self._make(self._runs.run_service_create_run, run)

    def run(self, run_id: str) -> Any:
        """Returns a run with its tasks."""
        try:
            return self._read(self._runs.run_service_get_run, run_id)
        except (NotThere, RefusedByServer) as error:
            raise NotThere(
                f"{self.address.host} has no run {run_id!r}; `tfxp kubeflow status` lists the last"
            ) from error

    def runs(self, experiment: str | None, count: int) -> Sequence[Any]:
        """Returns the last runs, newest first: those of an experiment, or all."""
        experiment_id = self._experiment(experiment) if experiment else None
        if experiment and not experiment_id:
            return ()
        listed = self._read(
            self._runs.run_service_list_runs,
            namespace=self._namespace,
            experiment_id=experiment_id,
            page_size=count,
            sort_by="created_at desc",
        )
        return listed.runs or ()

    def recurring(self, name: str) -> Sequence[Any]:
        """Returns the recurring runs of a name, newest first; the server allows several."""
        listed = self._read(
            self._recurring.recurring_run_service_list_recurring_runs,
            namespace=self._namespace,
            filter=_equals("display_name", name),
            sort_by="created_at desc",
            page_size=_PAGE,
        )
        return listed.recurring_runs or ()

    def schedule(self, recurring: kfp_server_api.V2beta1RecurringRun) -> Any:
        """Creates a recurring run."""
        return self._make(self._recurring.recurring_run_service_create_recurring_run, recurring)

    def enable(self, recurring_id: str, *, is_enabled: bool) -> None:
        """Lets a recurring run go on, or pauses it."""
        call = (
            self._recurring.recurring_run_service_enable_recurring_run
            if is_enabled
            else self._recurring.recurring_run_service_disable_recurring_run
        )
        self._make(call, recurring_id)

    def unschedule(self, recurring_id: str) -> None:
        """Deletes a recurring run; the runs that it started stay, also those under way."""
        self._make(
            self._recurring.recurring_run_service_delete_recurring_run,
            recurring_id,
            propagation_policy="ORPHAN",
        )

    def raw(self, path: str, **query: str) -> Any:
        """Gets what the SDK has no method for, as urllib3's response, which the caller reads."""
        return self._read(
            self._client.call_api,
            path,
            "GET",
            query_params=list(query.items()),
            auth_settings=["Bearer"],
            _return_http_data_only=True,
            _preload_content=False,
        )

    def _experiment(self, name: str) -> str | None:
        listed = self._read(
            self._experiments.experiment_service_list_experiments,
            namespace=self._namespace,
            filter=_equals("display_name", name),
        )
        return next((str(found.experiment_id) for found in listed.experiments or ()), None)

    def _health(self, version: str) -> dict[str, Any] | None:
        """What the API of a version says of itself; None when there is none."""
        try:
            content = json.loads(self.raw(f"/apis/{version}/healthz").data)
        except (NotThere, ValueError):
            return None
        return content if isinstance(content, dict) else None

    def _read(self, call: Any, *arguments: Any, **options: Any) -> Any:
        return ask(self.address, call, *arguments, pauses_s=PAUSES_S, **options)

    def _make(self, call: Any, *arguments: Any, **options: Any) -> Any:
        return ask(self.address, call, *arguments, **options)


def _equals(key: str, value: str) -> str:
    return json.dumps({"predicates": [{"operation": 1, "key": key, "stringValue": value}]})

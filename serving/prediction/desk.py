"""Answers requests for predictions; what gRPC and REST have in common."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import grpc
import numpy as np

from serving.metrics import Counted, Metrics
from serving.options import ServerOptions
from serving.prediction import examples
from serving.prediction.plans import DEFAULT_SIGNATURE, Plan, Plans, invalid
from serving.prediction.spec import fill, find, find_spec
from serving.prediction.tensors import encode
from serving.servable import Arrays, Models, Servable, ServingError
from tfxp_client import wire


class Log(Counted, Protocol):
    """Keeps a share of the requests with their answers; `tfxp_client.request_log` is one."""

    def takes(self, request_id: str) -> bool:
        """Whether the request with this id belongs to the share."""
        ...

    def offer(self, request: Any, response: Any, *, request_id: str = "") -> None:
        """Takes a request and its answer, at once and without an error."""
        ...


class Desk:
    """Where every request for a prediction comes by.

    Args:
        models: What is asked.
        options: Limits of the server.
        metrics: Of the server.
        log: Gets every request that was answered; None for none.
    """

    def __init__(
        self, models: Models, options: ServerOptions, metrics: Metrics, log: Log | None = None
    ) -> None:
        self.models = models
        self.options = options
        self.metrics = metrics
        self.log = metrics.log = log
        self._plans = Plans(limit_bytes=options.max_message_bytes, batched=options.batching.enabled)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Holds a place for one request for a prediction.

        Raises:
            ServingError: RESOURCE_EXHAUSTED: there is none.
        """
        limit = self.options.max_requests_at_once
        if self.metrics.in_flight >= limit:
            msg = f"the server answers {limit} requests at once, and no more; try again later"
            raise ServingError(grpc.StatusCode.RESOURCE_EXHAUSTED, msg)
        self.metrics.in_flight += 1
        try:
            yield
        finally:
            self.metrics.in_flight -= 1

    def plan(self, servable: Servable, signature_name: str) -> Plan | None:
        """How requests of a signature are read; None when there is no such signature."""
        return self._plans.of(servable, signature_name)

    async def predict(self, request: Any, timeout_s: float | None) -> Any:
        """Answers a PredictRequest.

        Raises:
            ServingError: As TF Serving would answer.
        """
        servable = find(self.models, request)
        signature_name = request.model_spec.signature_name or DEFAULT_SIGNATURE
        plan = self.plan(servable, signature_name)
        if plan is None:
            msg = f'Serving signature key "{signature_name}" not found.'
            raise ServingError(grpc.StatusCode.FAILED_PRECONDITION, msg)
        arrays = plan.arrays(request.inputs)
        wanted = plan.wanted(request.output_filter)
        outputs = await servable.run(signature_name, arrays, wanted, timeout_s)
        return predict_response(servable, signature_name, outputs)

    async def classify(self, request: Any, timeout_s: float | None) -> Any:
        """Answers a ClassificationRequest; raises as `predict` does."""
        response = wire.ClassificationResponse()
        await self._ask_examples(examples.CLASSIFY, request, response, timeout_s)
        return response

    async def regress(self, request: Any, timeout_s: float | None) -> Any:
        """Answers a RegressionRequest; raises as `predict` does."""
        response = wire.RegressionResponse()
        await self._ask_examples(examples.REGRESS, request, response, timeout_s)
        return response

    async def _ask_examples(
        self, method: str, request: Any, response: Any, timeout_s: float | None
    ) -> None:
        servable = find(self.models, request)
        name = request.model_spec.signature_name or DEFAULT_SIGNATURE
        check, fill_result = examples.METHODS[method]
        wanted = check(examples.signature_of(servable, name))
        rows = examples.serialized(request.input)
        self.metrics.examples(servable.name, len(rows))
        outputs = await self._run_examples(servable, name, rows, wanted, timeout_s)
        fill(response.model_spec, servable, name)
        fill_result(len(rows), outputs, response.result)

    async def multi_inference(self, request: Any, timeout_s: float | None) -> Any:
        """Answers a MultiInferenceRequest: several signatures of one model on the same examples.

        Raises:
            ServingError: As TF Serving would answer.
        """
        spec = request.tasks[0].model_spec if request.tasks else wire.ModelSpec()
        servable = find_spec(self.models, spec)
        asked = [(task, *_checked(servable, task)) for task in _distinct(request.tasks)]
        rows = examples.serialized(request.input)
        self.metrics.examples(servable.name, len(rows))
        found = await asyncio.gather(
            *(
                self._run_examples(servable, name, rows, wanted, timeout_s)
                for _, name, wanted in asked
            )
        )
        response = wire.MultiInferenceResponse()
        for (task, name, _), outputs in zip(asked, found, strict=True):
            result = response.results.add()
            fill(result.model_spec, servable, name)
            is_classify = task.method_name == examples.CLASSIFY
            field = "classification_result" if is_classify else "regression_result"
            message = getattr(result, field)
            message.SetInParent()
            examples.METHODS[task.method_name][1](len(rows), outputs, message)
        return response

    async def _run_examples(
        self,
        servable: Servable,
        name: str,
        rows: np.ndarray,
        wanted: Sequence[str],
        timeout_s: float | None,
    ) -> Arrays:
        (alias,) = servable.signatures[name].inputs
        return await servable.run(name, {alias: rows}, wanted, timeout_s)


def predict_response(servable: Servable, signature_name: str, outputs: Arrays) -> Any:
    """Outputs as a PredictResponse."""
    response = wire.PredictResponse()
    fill(response.model_spec, servable, signature_name)
    for alias, array in outputs.items():
        encode(array, response.outputs[alias])
    return response


def _distinct(tasks: Sequence[Any]) -> Sequence[Any]:
    """The tasks, which must be of one model and of different signatures."""
    seen: set[str] = set()
    for task in tasks:
        if not task.model_spec.name:
            msg = "Found ModelSpec with an empty model name."
            raise invalid(msg)
        if task.model_spec.name != tasks[0].model_spec.name:
            msg = "All ModelSpecs in a MultiInferenceRequest must access the same model name."
            raise invalid(msg)
        name = task.model_spec.signature_name or DEFAULT_SIGNATURE
        if name in seen:
            msg = f"Duplicate evaluation of signature: {name}"
            raise invalid(msg)
        seen.add(name)
    return tasks


def _checked(servable: Servable, task: Any) -> tuple[str, list[str]]:
    """Signature and outputs of a task."""
    name = task.model_spec.signature_name or DEFAULT_SIGNATURE
    signature = servable.signatures.get(name)
    if signature is None:
        msg = f"Requested signature not found in model graph: {name}"
        raise invalid(msg)
    method = examples.METHODS.get(task.method_name)
    if method is None:
        msg = f"Unsupported signature method_name: {task.method_name}"
        raise ServingError(grpc.StatusCode.UNIMPLEMENTED, msg)
    return name, method[0](signature)

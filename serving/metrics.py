"""What the server counts, under TF Serving's names, so that dashboards made for it fit.

A request costs a few additions; the page is made when it is asked for.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import prometheus_client
from prometheus_client.core import HistogramMetricFamily, Metric

PATH = "/monitoring/prometheus/metrics"
"""Where TF Serving has the page."""


def _exponential(first: float, factor: float, count: int) -> tuple[float, ...]:
    return tuple(first * factor**power for power in range(count))


# As TF Serving's: 10 µs to about 20 minutes.
_MICROSECONDS = _exponential(10, 1.8, 32)
_ROWS = _exponential(1, 2, 15)


@dataclass(frozen=True)
class _Description:
    """Of one metric: TF Serving's name with `:` for `/`, and the names of its labels."""

    text: str
    labels: tuple[str, ...]
    buckets: tuple[float, ...] = ()


_PREFIX = ":tensorflow:serving:"
_COUNTERS = {
    _PREFIX + "request_count": _Description("Requests, by status.", ("model_name", "status")),
    _PREFIX + "request_example_count_total": _Description(
        "tf.Examples in Classify, Regress and MultiInference.", ("model",)
    ),
    ":tensorflow:cc:saved_model:load_attempt_count": _Description(
        "Attempts to load a version.", ("model_path", "status")
    ),
}
_HISTOGRAMS = {
    _PREFIX + "request_latency": _Description(
        "Microseconds of requests that were answered.",
        ("model_name", "API", "entrypoint"),
        _MICROSECONDS,
    ),
    _PREFIX + "runtime_latency": _Description(
        "Microseconds that the model needed for a batch.",
        ("model_name", "API", "runtime"),
        _MICROSECONDS,
    ),
    _PREFIX + "batching_session:queuing_latency": _Description(
        "Microseconds that a request waited for its batch.", ("model_name",), _MICROSECONDS
    ),
    _PREFIX + "batching_session:processed_batch_size": _Description(
        "Rows that were run together.", ("model_name",), _ROWS
    ),
    ":tensorflow:cc:saved_model:load_latency_by_stage": _Description(
        "Microseconds until a version was loaded and warm.", ("model_path", "stage"), _MICROSECONDS
    ),
}
_IN_FLIGHT = _PREFIX + "requests_in_flight"
_LOG = _PREFIX + "request_log_count"


class Counted(Protocol):
    """A log that counts what it keeps."""

    @property
    def written(self) -> int:
        """Requests that were kept."""
        ...

    @property
    def lost(self) -> int:
        """Requests that should have been kept and were not."""
        ...


class _Histogram:
    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def add(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value

    def buckets(self) -> list[tuple[str, int]]:
        found, total = [], 0
        bounds = [f"{bound:g}" for bound in self.bounds] + ["+Inf"]
        for bound, count in zip(bounds, self.counts, strict=True):
            total += count
            found.append((bound, total))
        return found


class Metrics:
    """The numbers of one server. Not for several threads: the event loop adds to them."""

    def __init__(self) -> None:
        self._counters: dict[str, dict[tuple[str, ...], float]] = {n: {} for n in _COUNTERS}
        self._histograms: dict[str, dict[tuple[str, ...], _Histogram]] = {
            name: {} for name in _HISTOGRAMS
        }
        self.in_flight = 0
        self.log: Counted | None = None
        self._registry = prometheus_client.CollectorRegistry()
        self._registry.register(self)

    # --- what happened ------------------------------------------------------------------------

    def request(self, model: str, api: str, entrypoint: str, status: str, seconds: float) -> None:
        """A request came to its end.

        Args:
            model: Its name; empty when there is no such model.
            api: Predict, Classify …
            entrypoint: GRPC or REST.
            status: Name of the gRPC status: OK, INVALID_ARGUMENT …
            seconds: From its first byte read to its answer.
        """
        self._count(_PREFIX + "request_count", (model, status))
        if status == "OK":
            self._observe(_PREFIX + "request_latency", (model, api, entrypoint), seconds * 1e6)

    def examples(self, model: str, count: int) -> None:
        """A Classify, Regress or MultiInference had so many tf.Examples."""
        self._count(_PREFIX + "request_example_count_total", (model,), count)

    def batch(self, model: str, api: str, rows: int, seconds: float) -> None:
        """The model ran a batch of so many rows, and needed so long."""
        self._observe(_PREFIX + "batching_session:processed_batch_size", (model,), rows)
        self._observe(_PREFIX + "runtime_latency", (model, api, "TF2"), seconds * 1e6)

    def queued(self, model: str, seconds: float) -> None:
        """A request waited so long until its batch was run."""
        self._observe(_PREFIX + "batching_session:queuing_latency", (model,), seconds * 1e6)

    def loaded(self, path: str, seconds: float, *, ok: bool) -> None:
        """An attempt to load the version at `path` came to its end."""
        status = "success" if ok else "fail"
        self._count(":tensorflow:cc:saved_model:load_attempt_count", (path, status))
        if ok:
            name = ":tensorflow:cc:saved_model:load_latency_by_stage"
            self._observe(name, (path, "load_and_warm_up"), seconds * 1e6)

    def value(self, name: str) -> int:
        """A counter over all its labels; 0 for a name that is not known.

        Args:
            name: As TF Serving writes it in code: `/tensorflow/serving/request_count`.
        """
        return int(sum(self._counters.get(name.replace("/", ":"), {}).values()))

    def _count(self, name: str, labels: tuple[str, ...], by: float = 1) -> None:
        cells = self._counters[name]
        cells[labels] = cells.get(labels, 0) + by

    def _observe(self, name: str, labels: tuple[str, ...], value: float) -> None:
        cells = self._histograms[name]
        cell = cells.get(labels)
        if cell is None:
            cell = cells[labels] = _Histogram(_HISTOGRAMS[name].buckets)
        cell.add(value)

    # --- the page -----------------------------------------------------------------------------

    def collect(self) -> Iterator[Metric]:
        """What prometheus_client writes on the page."""
        for name, described in _COUNTERS.items():
            # Not as "counter": its writer would add `_total` to TF Serving's names.
            family = Metric(name, described.text, "unknown")
            for labels, value in self._counters[name].items():
                family.add_sample(name, dict(zip(described.labels, labels, strict=True)), value)
            yield family
        for name, described in _HISTOGRAMS.items():
            histogram = HistogramMetricFamily(name, described.text, labels=described.labels)
            for labels, cell in self._histograms[name].items():
                histogram.add_metric(labels, cell.buckets(), cell.sum)
            yield histogram
        gauge = Metric(_IN_FLIGHT, "Requests that are being answered.", "gauge")
        gauge.add_sample(_IN_FLIGHT, {}, self.in_flight)
        yield gauge
        if self.log is not None:
            logged = Metric(_LOG, "Requests for the log, by what became of them.", "unknown")
            logged.add_sample(_LOG, {"status": "written"}, self.log.written)
            logged.add_sample(_LOG, {"status": "lost"}, self.log.lost)
            yield logged

    def page(self) -> bytes:
        """The numbers in Prometheus' text format."""
        return bytes(prometheus_client.generate_latest(self._registry))

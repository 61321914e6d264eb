"""Figures for Prometheus: from the live events, and from what the guard says. Nothing personal, labels of fixed sets.

What happens while a feed is not connected is not counted.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from console.figures import Figures
from contracts.acts import HandoffReason
from contracts.call_event import CallEvent, Value

CONTENT_TYPE = CONTENT_TYPE_LATEST
_REASONS = frozenset(reason.value for reason in HandoffReason)
_REFUSALS = frozenset({"calls", "recogniser_behind", "recogniser_down", "set_ups"})
_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.9, 1.2, 2.0, 5.0)
_STAGES = {
    "turn.heard": {"endpoint_ms": "endpoint", "recognition_ms": "recognition", "meaning_ms": "meaning"},
    "turn.decided": {"decision_ms": "decision"},
    "say.started": {"voice_ms": "voice"},
}
_MOST_CALLS = 2000


class Metrics:
    def __init__(self, figures: Figures, *, feeds_connected: Callable[[], int], calls_shown: Callable[[], int]) -> None:
        # When a counter began says nothing here: all of them begin with the process.
        disable_created_metrics()
        self._registry = CollectorRegistry(auto_describe=False)
        counter = self._counter
        self._calls = counter("calls", "Calls that began")
        self._refused = counter("calls_refused", "Calls that were not taken, by why", "why")
        self._handovers = counter("handovers", "Calls handed to people, by why", "reason")
        self._failed = counter("handovers_failed", "Calls that could not be handed over")
        self._turns = counter("turns", "Turns of callers in which something was heard")
        self._cut = counter("interruptions", "Sentences of the hotline that callers interrupted")
        self._false = counter("false_interruptions", "Noises for which the hotline paused and went on")
        self._faults = counter("call_faults", "Faults of the program in calls")
        self._unheard = counter("recognition_failures", "Turns that the recogniser lost")
        self._stages = Histogram(
            "tongdai_turn_stage_seconds",
            "What a turn took, by stage; `answer`: from the end of the caller's speech to the answer's first sound",
            ["stage"],
            buckets=_BUCKETS_S,
            registry=self._registry,
        )
        self._endpoint: OrderedDict[str, float] = OrderedDict()
        """Of each call's last turn, in milliseconds."""
        self._plain: Mapping[str, Counter] = {
            "call.started": self._calls,
            "handoff.failed": self._failed,
            "barge_in.interrupted": self._cut,
            "barge_in.false_alarm": self._false,
            "fault": self._faults,
            "recognition.failed": self._unheard,
        }
        self._registry.register(_OfProcesses(figures, feeds_connected, calls_shown))

    def text(self) -> bytes:
        return generate_latest(self._registry)

    def observe(self, event: CallEvent) -> None:
        fields = event.fields
        if event.kind in self._plain:
            self._plain[event.kind].inc()
        elif event.kind == "call.refused":
            self._refused.labels(_one_of(_REFUSALS, fields.get("why"))).inc()
        elif event.kind == "handoff.started":
            self._handovers.labels(_one_of(_REASONS, fields.get("reason"))).inc()
        elif event.kind == "call.ended":
            self._endpoint.pop(event.call_id, None)
        elif event.kind in _STAGES:
            self._turn(event)

    def _turn(self, event: CallEvent) -> None:
        for name, stage in _STAGES[event.kind].items():
            if (ms := _number(event.fields.get(name))) is not None:
                self._stages.labels(stage).observe(ms / 1000)
        if event.kind == "turn.heard" and event.fields.get("text"):
            self._turns.inc()
            self._endpoint[event.call_id] = _number(event.fields.get("endpoint_ms")) or 0.0
            if len(self._endpoint) > _MOST_CALLS:
                self._endpoint.popitem(last=False)
        elif event.kind == "say.started" and (ms := _number(event.fields.get("answer_ms"))) is not None:
            self._stages.labels("answer").observe((ms + self._endpoint.get(event.call_id, 0.0)) / 1000)

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(f"tongdai_{name}", words, labels, registry=self._registry)


class _OfProcesses(Collector):
    """Read when asked for."""

    def __init__(self, figures: Figures, feeds_connected: Callable[[], int], calls_shown: Callable[[], int]) -> None:
        self._figures = figures
        self._feeds_connected = feeds_connected
        self._calls_shown = calls_shown

    def collect(self) -> Iterable[Metric]:
        yield GaugeMetricFamily("tongdai_ready", "Calls are answered", 0.0 if self._figures.missing() else 1.0)
        yield GaugeMetricFamily(
            "tongdai_feeds_connected", "Calls processes that the console sees", self._feeds_connected()
        )
        yield GaugeMetricFamily("tongdai_calls_shown", "Calls that the live page shows going on", self._calls_shown())
        yield from self._of_calls()
        yield from self._of_all()

    def _of_calls(self) -> Iterator[Metric]:
        of = self._figures.processes("calls")
        yield _gauge("calls_now", "Calls that go on", of, "calls")
        yield _gauge("recogniser_behind_seconds", "Work that waits for the recogniser", of, "behind_ms", 0.001)
        yield _gauge("hung_threads", "Threads that did not come back from a turn's meaning", of, "hung_threads")
        shipper = {name: one for name, one in self._figures.processes("others").items() if name == "journal"}
        yield _gauge("journal_lag_seconds", "Age of the oldest event that is not stored", shipper, "lag_s")
        yield _gauge("journal_waiting_files", "Calls whose events are not all stored", shipper, "waiting")
        away = {name: {"away": bool(one["away"])} for name, one in shipper.items() if "away" in one}
        yield _gauge("journal_database_away", "The journal's database cannot be reached", away, "away")

    def _of_all(self) -> Iterator[Metric]:
        calls = {f"calls-{name}": one for name, one in self._figures.processes("calls").items()}
        of = calls | dict(self._figures.processes("others")) | {"asterisk": self._figures.exchange}
        yield _gauge("process_up", "It runs and has said that it is ready", of, "ready")
        yield _gauge("process_restarts", "Times it was started anew", of, "restarts")
        yield _gauge("tasks", "Tasks of its event loop", of, "tasks")
        yield _gauge("process_frozen", "Times it was ended because it did nothing", of, "frozen")
        yield _gauge("loop_lag_seconds", "How late its event loop was at the last beat", of, "lag_ms", 0.001)


def _gauge(name: str, words: str, of: Mapping[str, Mapping[str, Any]], field: str, scale: float = 1.0) -> Metric:
    family = GaugeMetricFamily(f"tongdai_{name}", words, labels=["process"])
    for process, figures in of.items():
        value = figures.get(field)
        if isinstance(value, int | float):
            family.add_metric([process], float(value) * scale)
    return family


def _number(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _one_of(known: frozenset[str], value: Value) -> str:
    return value if isinstance(value, str) and value in known else "other"

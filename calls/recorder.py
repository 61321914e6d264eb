"""Stamps what happens in a call as `CallEvent`s for whoever listens. A listener neither blocks nor fails a call."""

import logging
from collections.abc import Callable, Mapping, Sequence

from contracts.call_event import CallEvent, Value
from contracts.clock import Clock

log = logging.getLogger(__name__)

Listener = Callable[[CallEvent], None]


class CallRecorder:
    def __init__(
        self, *, call_id: str, bundle_id: str, clock: Clock, position: Callable[[], int], listeners: Sequence[Listener]
    ) -> None:
        """`position` tells the sample on the line's clock."""
        self._call_id = call_id
        self._bundle_id = bundle_id
        self._clock = clock
        self._position = position
        self._listeners = listeners
        self._sequence = 0

    def record(
        self, kind: str, fields: Mapping[str, Value] | None = None, *, personal: Sequence[str] = ()
    ) -> CallEvent:
        event = CallEvent(
            call_id=self._call_id,
            sequence=self._sequence,
            sample=self._position(),
            utc=self._clock.utc(),
            bundle_id=self._bundle_id,
            kind=kind,
            fields=dict(fields or {}),
            personal=tuple(personal),
        )
        self._sequence += 1
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:  # A listener's fault must not touch the call.
                log.exception("listener failed", extra={"kind": kind})
        return event

"""What those who watch may do to calls that are going on, and which calls these are."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from calls.errors import AlreadyTakenOver, NoSuchCall, NoSuchPhone
from contracts.clock import Clock, SystemClock
from contracts.events import OnAirChanged, TakenOver
from contracts.on_air import OnAir


class Controllable(Protocol):
    """A call; `calls.session.Session` is one."""

    @property
    def taken_over(self) -> TakenOver | None:
        """Who has it handed over, until that has failed."""
        ...

    def take_over(self, event: TakenOver) -> None: ...

    def put_on_air(self, event: OnAirChanged) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCall:
    call_id: str
    since: datetime
    """UTC."""
    taken_over_by: str
    """Empty: by nobody."""


class CallControl:
    def __init__(self, phones: frozenset[str] = frozenset(), clock: Clock | None = None) -> None:
        """`phones`: the numbers to which a call may be handed over."""
        self._phones = phones
        self._clock = clock or SystemClock()
        self._calls: dict[str, tuple[datetime, Controllable]] = {}
        self._on_air = OnAir()

    @property
    def on_air(self) -> OnAir:
        """For a call that begins now."""
        return self._on_air

    def put_on_air(self, on_air: OnAir) -> None:
        """For all calls, from their next answer on."""
        if on_air == self._on_air:
            return
        self._on_air = on_air
        for _, call in self._calls.values():
            call.put_on_air(OnAirChanged(on_air=on_air))

    @contextmanager
    def holding(self, call_id: str, call: Controllable) -> Generator[None]:
        """The call can be reached in this block."""
        self._calls[call_id] = (self._clock.utc(), call)
        try:
            yield
        finally:
            del self._calls[call_id]

    def calls(self) -> tuple[LiveCall, ...]:
        """Oldest first."""
        return tuple(
            LiveCall(
                call_id=call_id, since=since, taken_over_by=call.taken_over.by if call.taken_over is not None else ""
            )
            for call_id, (since, call) in self._calls.items()
        )

    def take_over(self, call_id: str, *, to: str, by: str) -> None:
        """Whoever asks first has it. Raises `NoSuchCall`, `NoSuchPhone`, `AlreadyTakenOver`."""
        if call_id not in self._calls:
            raise NoSuchCall("no such call is going on here")
        if to and to not in self._phones:
            raise NoSuchPhone("to: no person's phone has this number")
        call = self._calls[call_id][1]
        if call.taken_over is not None:
            raise AlreadyTakenOver(call.taken_over.by)
        call.take_over(TakenOver(to=to, by=by))

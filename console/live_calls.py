"""The calls that go on now, as far as the console has been told, for browsers that come in the middle of one."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from console.shown import message, shown
from contracts.call_event import CallEvent
from contracts.clock import Clock
from contracts.feeds import FeedAddress

KEPT_S = 180.0
"""So long a call is shown after its end; then what was said is forgotten."""
MOST_EVENTS = 400
"""Kept of one call."""


@dataclass(slots=True, kw_only=True)
class WatchedCall:
    call_id: str
    feed: FeedAddress
    """Of the process that has it."""
    lines: deque[str] = field(default_factory=lambda: deque[str](maxlen=MOST_EVENTS))
    """As browsers get them."""
    partial: str = ""
    """The last one of a turn that is still being heard."""
    ended_at: float | None = None
    """On the clock."""

    def all_lines(self) -> Iterator[str]:
        yield from self.lines
        if self.partial:
            yield self.partial


class LiveCalls:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._calls: dict[str, WatchedCall] = {}
        self._differed: dict[FeedAddress, frozenset[str]] = {}
        """Calls of which we and the process told two things at the last look."""

    def all(self) -> tuple[WatchedCall, ...]:
        return tuple(self._calls.values())

    def going_on(self, call_id: str) -> WatchedCall | None:
        call = self._calls.get(call_id)
        return call if call is not None and call.ended_at is None else None

    @property
    def going_on_now(self) -> int:
        """How many, as far as is known."""
        return sum(call.ended_at is None for call in self.all())

    def put(self, feed: FeedAddress, event: CallEvent) -> str | None:
        """What browsers get of it."""
        line = shown(event)
        if line is None:
            return None
        call = self._calls.setdefault(event.call_id, WatchedCall(call_id=event.call_id, feed=feed))
        if event.kind == "turn.partial":
            call.partial = line
            return line
        if event.kind == "turn.heard":
            call.partial = ""
        call.lines.append(line)
        if event.kind == "call.ended":
            call.ended_at = self._clock.now()
        return line

    def reconcile(self, feed: FeedAddress, since: dict[str, str], *, anew: bool) -> list[str]:
        """`since`: the calls that the process has now, with the UTC time of their start. What browsers get of it.

        `anew`: the feed has just begun. While it runs, its events and this answer come in any order: only what differs
        at two looks in a row was lost.
        """
        ours = {call.call_id for call in self.all() if call.feed == feed and call.ended_at is None}
        gone, new = ours - since.keys(), since.keys() - self._calls.keys()
        before = gone | new if anew else self._differed.get(feed, frozenset())
        self._differed[feed] = frozenset(gone | new)
        lines: list[str] = []
        for call_id in sorted(gone & before):
            call = self._calls[call_id]
            call.ended_at, call.partial = self._clock.now(), ""
            lines.append(self._add(call, "call.lost", self._clock.utc().isoformat()))
        for call_id in sorted(new & before):
            call = self._calls[call_id] = WatchedCall(call_id=call_id, feed=feed)
            lines.append(self._add(call, "call.known", since[call_id]))
        return lines

    def forget_ended(self) -> list[str]:
        """Calls whose time is over; their ids."""
        now = self._clock.now()
        over = [call.call_id for call in self.all() if call.ended_at is not None and now - call.ended_at > KEPT_S]
        for call_id in over:
            del self._calls[call_id]
        return over

    @staticmethod
    def _add(call: WatchedCall, kind: str, utc: str) -> str:
        line = message(call.call_id, kind, utc, {})
        call.lines.append(line)
        return line

"""One follower of all calls processes for all browsers: keeps what is going on, and tells whoever watches."""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass

from console.calls_client import CallsClient, CallsUnreachable
from console.feeds import FeedChanged, FeedMessage, all_events
from console.live_calls import LiveCalls
from contracts.call_event import CallEvent, EnvelopeError
from contracts.clock import Clock
from contracts.feeds import FeedAddress

log = logging.getLogger(__name__)

WATCH_LIMIT = 2000
"""Messages that wait for a browser; one that is further behind begins anew."""
SWEEP_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One message for browsers."""

    name: str
    """`message`, or the name of another server-sent event."""
    data: str
    call_id: str = ""


class Watch:
    def __init__(self, first: Sequence[Told]) -> None:
        """`first`: what was before."""
        self._first = deque(first)
        self._waiting: asyncio.Queue[Told | None] = asyncio.Queue(WATCH_LIMIT)

    def put(self, told: Told) -> None:
        if self._waiting.full():
            self.end()
        else:
            self._waiting.put_nowait(told)

    def end(self) -> None:
        self._first.clear()
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put_nowait(None)

    async def next(self) -> Told | None:
        """None: too much has come. May be cancelled without a loss."""
        return self._first.popleft() if self._first else await self._waiting.get()


class Hub:
    def __init__(
        self, feeds: Sequence[FeedAddress], client: CallsClient, clock: Clock,
        observe: Callable[[CallEvent], None] = lambda event: None,
    ) -> None:  # fmt: skip
        """`observe`: sees every event, for figures."""
        self.calls = LiveCalls(clock)
        self._feeds = tuple(feeds)
        self._client = client
        self._clock = clock
        self._observe = observe
        self._connected: set[FeedAddress] = set()
        self._watches: set[Watch] = set()

    @property
    def connected(self) -> int:
        """How many of the feeds."""
        return len(self._connected)

    async def run(self) -> None:
        """Until cancelled."""
        sweeping = asyncio.create_task(self._sweep(), name="sweep")
        try:
            async with aclosing(all_events(self._feeds)) as messages:
                async for message in messages:
                    try:
                        await self._follow(message)
                    except Exception:  # The edge of the task: no message may end what all browsers see.
                        log.exception("message not followed")
        finally:
            sweeping.cancel()
            await asyncio.wait([sweeping])

    @contextmanager
    def watching(self) -> Generator[Watch]:
        """What is going on already, call by call, and then what happens."""
        lines = [(call.call_id, line) for call in self.calls.all() for line in call.all_lines()]
        watch = Watch([self._state(), *(Told(name="message", data=line, call_id=one) for one, line in lines)])
        self._watches.add(watch)
        try:
            yield watch
        finally:
            self._watches.discard(watch)

    async def _follow(self, message: FeedMessage | FeedChanged) -> None:
        match message:
            case FeedMessage(feed=feed, text=text):
                self._take(feed, text)
            case FeedChanged():
                await self._changed(message)

    def _take(self, feed: FeedAddress, text: str) -> None:
        try:
            event = CallEvent.from_json(text)
        except EnvelopeError as error:
            log.warning("feed event unreadable", extra={"error": str(error)})
            return
        self._observe(event)
        line = self.calls.put(feed, event)
        if line is not None:
            self._tell(Told(name="message", data=line, call_id=event.call_id))

    async def _changed(self, change: FeedChanged) -> None:
        if change.connected:
            self._connected.add(change.feed)
            await self._reconcile(change.feed, anew=True)
        else:
            self._connected.discard(change.feed)
        self._tell(self._state())

    async def _reconcile(self, feed: FeedAddress, *, anew: bool) -> None:
        """A feed that we do not keep up with loses events, a call's end among them."""
        try:
            since = await self._client.calls(feed)
        except CallsUnreachable as error:
            log.warning("calls not known", extra={"error": str(error)})
            return
        for line in self.calls.reconcile(feed, since, anew=anew):
            self._tell(Told(name="message", data=line, call_id=json.loads(line)["call_id"]))

    async def _sweep(self) -> None:
        while True:
            await self._clock.sleep(SWEEP_S)
            for feed in tuple(self._connected):
                await self._reconcile(feed, anew=False)
            for call_id in self.calls.forget_ended():
                self._tell(Told(name="forgotten", data=json.dumps({"call_id": call_id})))

    def _state(self) -> Told:
        state = {"connected": len(self._connected), "of": len(self._feeds), "utc": self._clock.utc().isoformat()}
        return Told(name="feeds", data=json.dumps(state))

    def _tell(self, told: Told) -> None:
        for watch in tuple(self._watches):
            watch.put(told)

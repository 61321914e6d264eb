"""What comes to a call from line and ear, in one queue, in order.

Frames never pass through it: they go from the line straight into the ear, so that a slow decision delays a decision and
no audio.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from asr.ear import Ear
from asr.ear_events import EarEvent
from calls.speaking import Speaker
from calls.watchdog import FrameWatch
from contracts.audio import SAMPLE_BYTES, samples_to_ms
from contracts.events import Event, HungUp, KeyPressed
from contracts.tasks import end_tasks
from telephony.line import Frame, Key, Line, Played
from telephony.line import HungUp as LineHungUp


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """Line or ear can no longer be followed, or the call stands still."""

    error: Exception


class Incoming:
    def __init__(self, line: Line, ear: Ear) -> None:
        self._line = line
        self._ear = ear
        self._queue: asyncio.Queue[Event | EarEvent | Broken] = asyncio.Queue()
        self.position = 0
        """Samples of the line's clock that have passed."""

    def put(self, event: Event | EarEvent | Broken) -> None:
        self._queue.put_nowait(event)

    def fail(self, error: Exception) -> None:
        self.put(Broken(error=error))

    async def next(self) -> Event | EarEvent | Broken:
        return await self._queue.get()

    @asynccontextmanager
    async def reading(self, speaker: Speaker, watch: FrameWatch) -> AsyncGenerator[None]:
        """Line and ear are followed in this block."""
        call_id = self._line.call_id
        line = asyncio.create_task(self._follow(lambda: self._take_line(speaker, watch)), name=f"line {call_id}")
        ear = asyncio.create_task(self._follow(self._take_ear), name=f"ear {call_id}")
        try:
            yield
        finally:
            await end_tasks(line, ear)

    async def _follow(self, reading: Callable[[], Awaitable[None]]) -> None:
        try:
            await reading()
        except Exception as error:  # noqa: BLE001 – logged and answered where the call's events are taken
            self.fail(error)

    async def _take_line(self, speaker: Speaker, watch: FrameWatch) -> None:
        async for event in self._line.events():
            match event:
                case Frame(pcm=pcm, sample=sample):
                    self.position = sample + len(pcm) // SAMPLE_BYTES
                    self._ear.feed(pcm, speaker.sounding(len(pcm) // SAMPLE_BYTES))
                    watch.take(event, samples_to_ms(self.position, self._line.rate_hz))
                case Key(key=key):
                    self.put(KeyPressed(key=key))
                case Played(utterance_id=utterance_id):
                    speaker.played(utterance_id)
                case LineHungUp():
                    break
        self.put(HungUp())

    async def _take_ear(self) -> None:
        while (event := await self._ear.next_event()) is not None:
            self.put(event)

"""A call without an exchange: the caller's turns come from sound, what the hotline says is kept at its exact place."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from pathlib import Path

from contracts.audio import FRAME_MS, PHONE_RATE_HZ, frame_bytes
from contracts.clock import Clock
from telephony.errors import NoAgentError, TransferCallerGone
from telephony.leg_line import LegLine
from telephony.line import HungUp, LineEvent
from telephony.queue_leg import QueueLeg
from telephony.wav import write_wav
from telephony.wav_caller import WavCaller
from telephony.wav_script import Step


class WavLine(LegLine):
    """A `telephony.line.Line`; its time passes while `events` is consumed.

    With a `clock` a frame comes each 20 ms of it. Without, frames come as fast as they are taken, and before each one
    `settle` is awaited: it returns when whoever works on the call has done what there was to do, so that slow work
    takes no time of the call.
    """

    def __init__(
        self,
        script: Iterable[Step],
        *,
        clock: Clock | None = None,
        settle: Callable[[], Awaitable[None]] | None = None,
        rate_hz: int = PHONE_RATE_HZ,
        call_id: str = "wav",
        caller_number: str = "",
        agents: bool = True,
    ) -> None:
        """`agents`: whether a transfer finds somebody; else it raises `NoAgentError`."""
        self._ticks = 0
        """Frames of the carrier's time so far."""
        self._queue_leg = QueueLeg(rate_hz)
        super().__init__(call_id=call_id, caller_number=caller_number, leg=self._queue_leg, now=self._carrier_time)
        self._pace = clock
        self._settle = settle or _let_others_run
        self._caller = WavCaller(script, rate_hz)
        self._agents = agents
        self._started: float | None = None
        self._heard = bytearray()
        self._spoken = bytearray()
        self.transferred: tuple[str, str] | None = None
        """Reason and summary."""
        self.transferred_to = ""
        """The number of the phone that was asked for."""

    @property
    def heard(self) -> bytes:
        """What the caller heard, PCM16, from the first sample of the line's clock on."""
        return bytes(self._heard)

    @property
    def spoken(self) -> bytes:
        """What came of the caller, on the same clock, with the silence put in."""
        return bytes(self._spoken)

    def write(self, path: Path) -> None:
        """Two channels: the caller, the hotline."""
        write_wav(path, self.spoken, self.heard, rate_hz=self.rate_hz)

    async def events(self) -> AsyncIterator[LineEvent]:
        while True:
            while (event := self._events.take()) is not None:
                yield event
                if isinstance(event, HungUp):
                    return
            await self._wait()
            if not self._over:
                self._pass_frame()

    async def transfer(self, reason: str, summary: str, *, to: str = "") -> None:
        if self._over:
            raise TransferCallerGone("the caller is gone")
        if not self._agents:
            raise NoAgentError("nobody takes calls")
        self.transferred = (reason, summary)
        self.transferred_to = to
        self.finish(transferred=True)

    async def hang_up(self) -> None:
        self.finish()

    async def close(self) -> None:
        self.finish()
        self._queue_leg.close()

    def _pass_frame(self) -> None:
        self._ticks += 1
        audio = self._queue_leg.take_frame()
        moment = self._caller.next(hotline_speaks=audio is not None)
        if moment.hangs_up:
            self.finish()
            return
        self._heard += audio if audio is not None else bytes(frame_bytes(self.rate_hz))
        if moment.key:
            self.key(moment.key)
        for frame in moment.frames:
            self.frame(frame)
        self.fill_gap(self._carrier_time())

    def _take_frame(self, pcm: bytes, *, inserted: bool) -> None:
        self._spoken += pcm
        super()._take_frame(pcm, inserted=inserted)

    def _carrier_time(self) -> float:
        return self._ticks * FRAME_MS / 1000

    async def _wait(self) -> None:
        if self._pace is None:
            await self._settle()
            return
        if self._started is None:
            self._started = self._pace.now()
        due = self._started + (self._ticks + 1) * FRAME_MS / 1000
        await self._pace.sleep(due - self._pace.now())


async def _let_others_run() -> None:
    for _ in range(10):
        await asyncio.sleep(0)

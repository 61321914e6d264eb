"""One call as its phone sees it, whoever placed it: talk, press keys, listen, hang up."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from contracts.audio import PHONE_RATE_HZ, ms_to_samples
from telephony.errors import CallEnded, CallRejected, SdpError, SipTimeout
from telephony.g711 import Pcm
from telephony.sip.dialog import Dialog
from telephony.sip.dtmf import KeyHeard
from telephony.sip.measure import Segment, segments
from telephony.sip.media import Media
from telephony.sip.message import Request, response_to
from telephony.sip.microphone import Microphone, Spoken
from telephony.sip.sdp import Stream, read
from telephony.sip.transaction import ServerTransaction
from telephony.sip.useragent import UserAgent

ALLOW = ("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, NOTIFY, MESSAGE")
SDP_TYPE = ("Content-Type", "application/sdp")


class EndedBy(StrEnum):
    US = "us"
    PEER = "peer"
    REFUSAL = "refusal"
    """It was never answered: see the status."""
    TIMEOUT = "timeout"
    """The other side fell silent in the signalling."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    by: EndedBy
    status: int = 0
    """SIP status of a refusal."""
    reason: str = ""
    """The Reason header, as it came."""
    sample: int = 0
    """When, in the call's time."""


class Call:
    def __init__(self, user_agent: UserAgent, media: Media) -> None:
        self.user_agent = user_agent
        self.media = media
        self.end: End | None = None
        self.dialog: Dialog | None = None
        self._settled = asyncio.Event()
        self._over = asyncio.Event()

    # Talking

    async def say(self, pcm: Pcm) -> Spoken:
        """Speak 8 kHz samples after what is still queued; returns when they are sent. Raises `CallEnded`."""
        return await self._sent(self._microphone().say(pcm))

    async def send_keys(self, keys: str, *, key_ms: float = 100.0) -> Spoken:
        """Press keys (0–9 * # A–D), each `key_ms` long. Raises `CallEnded`, `ValueError`."""
        return await self._sent(self._microphone().press(keys, key_ms=key_ms))

    def mute(self) -> None:
        """Send nothing at all until `unmute`. Raises `CallEnded`."""
        self._microphone().muted = True

    def unmute(self) -> None:
        self._microphone().muted = False

    async def _sent(self, done: asyncio.Future[Spoken | None]) -> Spoken:
        spoken = await done
        if spoken is None:
            raise CallEnded("the call ended before everything was said")
        return spoken

    def _microphone(self) -> Microphone:
        if self.media.microphone is None or not self.media.running:
            raise CallEnded("the call has no audio")
        return self.media.microphone

    # Listening

    @property
    def position(self) -> int:
        """Now, in samples since the audio began."""
        return self.media.position

    def instant(self, position: int) -> float:
        """When that position is or was, in seconds of `time.monotonic`; the audio must have begun."""
        return self.media.instant(position)

    @property
    def keys(self) -> Sequence[KeyHeard]:
        """Keys that the other side pressed."""
        return self.media.keys

    @property
    def last_loud(self) -> int:
        """Position of the last sample heard above −40 dBFS; −1: none."""
        return self.media.heard.last_loud if self.media.heard else -1

    def first_loud(self, start: int = 0) -> int | None:
        """Position of the first sample at or after `start` heard above −40 dBFS."""
        return self.media.heard.first_loud(start) if self.media.heard else None

    def received(self, start: int = 0, end: int | None = None) -> Pcm:
        """What was heard, 8 kHz; silence where nothing arrived. Index 0 is position `start`."""
        return self.media.heard.pcm(start, end) if self.media.heard else np.zeros(0, dtype=np.int16)

    def sent(self, start: int = 0, end: int | None = None) -> Pcm:
        """What we sent, on the same clock, with noise and echo."""
        return self.media.sent.pcm(start, end) if self.media.sent else np.zeros(0, dtype=np.int16)

    def heard_active(self, *, gap_ms: float = 10.0, start: int = 0) -> tuple[Segment, ...]:
        """The stretches heard above −40 dBFS; pauses up to `gap_ms` do not divide one."""
        return segments(self.received(), gap=ms_to_samples(gap_ms, PHONE_RATE_HZ), start=start)

    async def when(self, condition: Callable[[], bool]) -> bool:
        """Waits until `condition`, looked at every 20 ms, holds; False: the call ended before."""
        return await self.media.when(condition)

    # Course

    @property
    def answered(self) -> bool:
        return self.dialog is not None

    async def wait_answered(self) -> None:
        """Raises `CallRejected` or `SipTimeout`."""
        await self._settled.wait()
        if self.dialog is None and self.end is not None:
            if self.end.by is EndedBy.TIMEOUT:
                raise SipTimeout("nobody answers at that address")
            raise CallRejected(f"the call was not answered: {self.end.status}", status=self.end.status)

    async def wait_ended(self) -> End:
        await self._over.wait()
        assert self.end is not None
        return self.end

    async def hang_up(self) -> None:
        """Ends the call, answered or not; returns when the other side knows or cannot be reached."""
        if self.end is not None:
            return
        if self.dialog is None:
            await self._give_up()
            return
        dialog = self.dialog
        self._finish(EndedBy.US)
        with contextlib.suppress(SipTimeout, TimeoutError):
            async with asyncio.timeout(self.user_agent.timers.leave_s):
                await self.user_agent.ask(dialog.request("BYE"), dialog.destination())

    async def _give_up(self) -> None:
        """End a call that is not answered yet."""
        raise NotImplementedError

    def _begin(self, dialog: Dialog, stream: Stream) -> None:
        self.dialog = dialog
        self.media.start(stream)
        self._settled.set()

    def _finish(self, by: EndedBy, *, status: int = 0, reason: str = "") -> None:
        if self.end is not None:
            return
        self.media.close()
        self.end = End(by=by, status=status, reason=reason, sample=self.media.position)
        self._settled.set()
        self._over.set()

    # Requests of the other side

    def receive(self, transaction: ServerTransaction) -> None:
        """A request within this call."""
        request = transaction.request
        if request.method == "BYE":
            transaction.respond(response_to(request, 200))
            self._finish(EndedBy.PEER, reason=request.headers.first("Reason") or "")
        elif request.method in ("INVITE", "UPDATE"):
            self._renegotiate(transaction)
        elif request.method == "CANCEL":
            transaction.respond(response_to(request, 481))
        elif request.method in ALLOW[1]:
            transaction.respond(response_to(request, 200, headers=[ALLOW]))
        else:
            transaction.respond(response_to(request, 405, headers=[ALLOW]))

    def _renegotiate(self, transaction: ServerTransaction) -> None:
        """The other side moves its audio, or only asks whether we are still there."""
        request = transaction.request
        if self.dialog is None or self.end is not None:
            transaction.respond(response_to(request, 481))
            return
        body, headers = b"", [("Contact", self.user_agent.contact("call"))]
        if request.body or request.method == "INVITE":
            try:
                body = self._answer(request)
            except SdpError:
                transaction.respond(response_to(request, 488))
                return
            headers.append(SDP_TYPE)
        transaction.respond(response_to(request, 200, headers=headers, body=body))

    def _answer(self, request: Request) -> bytes:
        """The session description of our side. Raises `SdpError`."""
        if request.body:
            self.media.start(read(request.body))
        return self.media.description()

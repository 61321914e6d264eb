"""A line over a media leg: what is common to all of them. Transfer and hang-up are those of the exchange."""

from collections.abc import AsyncIterator, Callable

from contracts.audio import frame_bytes, frame_samples
from telephony.event_queue import EventQueue
from telephony.gap import FrameClock
from telephony.line import Frame, HungUp, Key, LineEvent, Played, Playout
from telephony.media_leg import MediaLeg
from telephony.playing import Playing


class LegLine:
    """The listener of its leg, and the part of `telephony.line.Line` that needs no exchange."""

    def __init__(self, *, call_id: str, caller_number: str, leg: MediaLeg, now: Callable[[], float]) -> None:
        """`now`: seconds of the injected clock. `fill_gap` is to be called every 20 ms (`telephony.gap.GapTicker`)."""
        self.call_id = call_id
        self.caller_number = caller_number
        self.rate_hz = leg.rate_hz
        self.position = 0
        """Samples of the line's clock so far."""
        self.inserted_frames = 0
        self.late_frames = 0
        """Dropped because silence stood in their place."""
        self._now = now
        self._frame_samples = frame_samples(leg.rate_hz)
        self._silence = bytes(frame_bytes(leg.rate_hz))
        self._events = EventQueue()
        self._frames = FrameClock(now())
        self._leg = leg
        self._playing = Playing(leg, self._played)
        self._over = False
        leg.listen(self)

    # ---- from the leg

    def frame(self, pcm: bytes) -> None:
        if self._over:
            return
        if self._frames.arrived(self._now()):
            self._take_frame(pcm, inserted=False)
        else:
            self.late_frames += 1

    def key(self, key: str) -> None:
        self._events.put(Key(key, self.position))

    def marked(self, number: int) -> None:
        self._playing.marked(number)

    def queue_length(self, samples: int) -> None:
        self._playing.queue_length(samples)

    def hold(self, held: bool) -> None:
        self._playing.hold(held)

    def leg_gone(self) -> None:
        """Without audio there is no call for the program: the line ends, and `close` brings the caller to a person."""
        self.finish()

    # ---- from its owner

    def fill_gap(self, now: float) -> None:
        for _ in range(0 if self._over else self._frames.missing(now)):
            self.inserted_frames += 1
            self._take_frame(self._silence, inserted=True)

    def finish(self, *, transferred: bool = False) -> None:
        """The caller is gone: `HungUp` follows what waits. May be called again."""
        if not self._over:
            self._over = True
            self._playing.close()
            self._events.put(HungUp(self.position, transferred))

    # ---- the line

    def events(self) -> AsyncIterator[LineEvent]:
        return self._events

    async def play(self, utterance_id: str, pcm: bytes) -> None:
        await self._playing.play(utterance_id, pcm)

    async def end_utterance(self, utterance_id: str) -> None:
        await self._playing.end(utterance_id)

    async def pause(self) -> None:
        self._playing.pause()

    async def resume(self) -> None:
        self._playing.resume()

    async def flush(self) -> Playout:
        return await self._playing.flush()

    def heard_samples(self, utterance_id: str) -> int:
        return self._playing.heard(utterance_id)

    @property
    def dropped_keys(self) -> int:
        return self._events.dropped_keys

    @property
    def dropped_frames(self) -> int:
        """That nobody took in time."""
        return self._events.dropped_frames

    def _take_frame(self, pcm: bytes, *, inserted: bool) -> None:
        self._events.put(Frame(pcm, self.position, inserted))
        self.position += self._frame_samples
        self._playing.advance(self._frame_samples)

    def _played(self, utterance_id: str) -> None:
        self._events.put(Played(utterance_id, self.position))

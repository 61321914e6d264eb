"""Says one thing at a time on a line: audio goes out sentence by sentence as it is made; what was heard is known."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from itertools import pairwise

from calls.recorder import CallRecorder
from contracts.acts import Say
from contracts.audio import SAMPLE_BYTES, samples_to_ms
from contracts.clock import Clock
from contracts.errors import TongdaiError
from contracts.events import ActFailed, ActFinished
from telephony.line import Line
from tts.voice import Voice

log = logging.getLogger(__name__)

_FOLLOWED_FRAMES = 5
"""100 ms: how far what is heard may be from where we think it is."""
FAULT = "say.fault"
"""Code of a failure that is none of our own errors."""


class Speaker:
    def __init__(
        self,
        *,
        line: Line,
        voice: Voice,
        clock: Clock,
        recorder: CallRecorder,
        on_end: Callable[[ActFinished | ActFailed], None],
    ) -> None:
        """`on_end` is told when an utterance was heard to its end or could not be said; not when it was stopped."""
        self._line = line
        self._voice = voice
        self._clock = clock
        self._recorder = recorder
        self._on_end = on_end
        self._task: asyncio.Task[None] | None = None
        self._marks: list[tuple[int, int]] = []
        """Samples from the utterance's start, and the character of the text that is said there."""
        self._unsounded = bytearray()
        """Of the current utterance: what was given to the line and has not been heard yet."""
        self._sounded = 0
        """Samples of it that have."""
        self._made = False
        """All of it."""
        self.current: Say | None = None
        self.paused = False

    def start(self, say: Say, *, asked_at: float | None = None) -> None:
        """`asked_at`: when the caller's turn was over, on the injected clock, for the latency."""
        assert self.current is None
        self.current = say
        self._marks = []
        self._forget_sound()
        self._task = asyncio.create_task(self._speak(say, asked_at), name=f"speak {say.act_id}")

    @property
    def heard_samples(self) -> int:
        """Of what is being said now."""
        return self._line.heard_samples(_utterance(self.current)) if self.current is not None else 0

    @property
    def left_ms(self) -> float | None:
        """How much of what is being said has not been heard yet; None: not known as long as it is being made."""
        return samples_to_ms(self._marks[-1][0] - self.heard_samples, self._line.rate_hz) if self._made else None

    def played(self, utterance_id: str) -> None:
        """The line tells that an utterance was heard to its end."""
        if self.current is not None and utterance_id == _utterance(self.current):
            act_id = self.current.act_id
            self.current = None
            self._forget_sound()
            self._on_end(ActFinished(act_id=act_id))

    async def pause(self) -> None:
        if not self.paused:
            self.paused = True
            await self._line.pause()

    async def resume(self) -> None:
        if self.paused:
            self.paused = False
            await self._line.resume()

    async def stop(self) -> int:
        """Silence at once. Returns how many characters of the text were heard."""
        say, self.current = self.current, None
        self._forget_sound()
        await self._end_task()
        playout = await self._line.flush()
        self.paused = False
        if say is None or playout.utterance_id != _utterance(say):
            return 0
        return self._chars_at(playout.heard_samples)

    def sounding(self, samples: int) -> bytes:
        """PCM16 of what the caller hears of us in the line's next `samples`; empty: nothing. For each frame once.

        Frames may be taken several at once, and the place is an estimate that is put right by a frame or two every
        half second: it is followed only when it is off by more, so that the sound has neither holes nor leaps.
        """
        if self.current is None or self.paused or not self._unsounded:
            return b""
        behind = self.heard_samples - self._sounded
        if behind > _FOLLOWED_FRAMES * samples:
            self._sound(behind - samples)
        waits = behind < samples if self._sounded == 0 else behind < -_FOLLOWED_FRAMES * samples
        return b"" if waits else self._sound(samples)

    def _sound(self, samples: int) -> bytes:
        sound = bytes(self._unsounded[: samples * SAMPLE_BYTES])
        del self._unsounded[: samples * SAMPLE_BYTES]
        self._sounded += samples
        return sound

    def _forget_sound(self) -> None:
        self._unsounded.clear()
        self._sounded, self._made = 0, False

    async def close(self) -> None:
        self.current = None
        await self._end_task()

    async def _end_task(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _speak(self, say: Say, asked_at: float | None) -> None:
        try:
            await self._send(say, asked_at)
        except TongdaiError as error:
            log.warning("say failed", extra={"act_id": say.act_id, "code": error.code})
            await self._failed(say, error.code)
        except Exception:  # The edge of the task: a sentence that is never over would keep the call in silence.
            log.exception("say fault", extra={"act_id": say.act_id})
            await self._failed(say, FAULT)

    async def _failed(self, say: Say, code: str) -> None:
        if self.current is say:
            # A pause was for this sentence, not for what comes after it.
            await self.resume()
            self.current = None
            self._on_end(ActFailed(act_id=say.act_id, code=code))

    async def _send(self, say: Say, asked_at: float | None) -> None:
        utterance, queued = _utterance(say), 0
        started = self._clock.now()
        async with contextlib.aclosing(self._voice.utter(say.text, rate=say.rate)) as sound:
            async for audio in sound:
                if not queued:
                    self._record_start(say, started, asked_at)
                self._marks.append((queued, audio.text_at))
                queued += len(audio.pcm) // SAMPLE_BYTES
                self._unsounded += audio.pcm
                await self._line.play(utterance, audio.pcm)
        if not queued:
            self._record_start(say, started, asked_at)
        self._marks.append((queued, len(say.text)))
        self._made = True
        await self._line.end_utterance(utterance)

    def _record_start(self, say: Say, started: float, asked_at: float | None) -> None:
        now = self._clock.now()
        self._recorder.record(
            "say.started",
            {
                "act_id": say.act_id,
                "text": say.text,
                "behaviour": say.behaviour.value,
                "voice_ms": round((now - started) * 1000, 1),
                "answer_ms": None if asked_at is None else round((now - asked_at) * 1000, 1),
                "sources": [f"{source.code}@{source.version}" for source in say.sources],
                "as_of": say.sources[0].as_of if say.sources else "",
            },
        )

    def _chars_at(self, heard: int) -> int:
        """Proportional between the marks: a syllable of Vietnamese takes about as long as another."""
        for (sample, char), (next_sample, next_char) in pairwise(self._marks):
            if heard < next_sample:
                return char + round((heard - sample) / (next_sample - sample) * (next_char - char))
        return self._marks[-1][1] if self._marks else 0


def _utterance(say: Say) -> str:
    return f"u{say.act_id}"

"""A call whose sound is only a sign for its words: line, detector, recogniser and voice of thousands of calls.

All that is between them is the real thing: the ear, turn taking, meaning, dialog, speaking, barge-in, recording.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence

import numpy as np

from asr.recognizer import OnPartial, Partial
from asr.vad import WINDOW_SAMPLES
from contracts.audio import SAMPLE_BYTES, ms_to_samples
from contracts.expectation import Expectation
from contracts.heard import Hypothesis
from hotline.bench.soak_endings import Ending
from telephony.errors import LineClosed
from telephony.line import Frame, HungUp, Key, LineEvent, Played, Playout
from tts.voice import Audio

RATE_HZ = 8000
_CHUNK_MS = 100
_SPEECH_CHUNKS = 12
_SILENT_CHUNKS = 15
"""More silence than any turn needs to be over."""
_LOUD = 4000
_TURNS_OF_LOOP = 30
"""So many turns of the event loop later a sentence that follows another has begun."""
_SENTENCE_BYTES = 3200


class ToldDetector:
    """Windows that are not silent are speech."""

    def __init__(self) -> None:
        self.reset()

    def feed(self, pcm: bytes) -> list[tuple[int, float]]:
        self._waiting += pcm
        found: list[tuple[int, float]] = []
        size = WINDOW_SAMPLES * SAMPLE_BYTES
        while len(self._waiting) >= size:
            found.append((self._position, float(any(self._waiting[:size]))))
            self._waiting = self._waiting[size:]
            self._position += WINDOW_SAMPLES
        return found

    def reset(self) -> None:
        self._waiting, self._position = b"", 0


class ToldRecognizer:
    """Of one call: hears what it is told to hear."""

    def __init__(self, text: Callable[[], str]) -> None:
        """`text`: what is being said now."""
        self.text = text

    def open(self, *, rate_hz: int, expectation: Expectation, on_partial: OnPartial) -> "ToldRecognition":
        return ToldRecognition(self.text(), on_partial)

    async def cpu_s(self) -> float:
        return 0.0

    async def close(self) -> None: ...


class ToldRecognition:
    def __init__(self, text: str, on_partial: OnPartial) -> None:
        self._text = text
        self._on_partial = on_partial
        self._told = False

    def feed(self, pcm: bytes) -> None:
        if not self._told:
            self._told = True
            self._on_partial(Partial(text=self._text, confidence=0.9, stable_chars=len(self._text)))

    async def peek(self) -> tuple[Hypothesis, ...]:
        return (Hypothesis(text=self._text, confidence=0.9),)

    async def finish(self) -> tuple[Hypothesis, ...]:
        return await self.peek()

    def cancel(self) -> None: ...


class ToldVoice:
    """Says everything in 200 ms."""

    rate_hz = RATE_HZ

    async def start(self) -> None: ...

    async def utter(self, text: str, *, rate: float = 1.0) -> AsyncGenerator[Audio, None]:
        yield Audio(pcm=bytes(_SENTENCE_BYTES), text_at=0)

    async def speak(self, text: str, *, rate: float = 1.0) -> AsyncGenerator[bytes, None]:
        async for audio in self.utter(text, rate=rate):
            yield audio.pcm

    async def prepare(self, texts: Sequence[str], *, rate: float = 1.0) -> int:
        return 0

    async def close(self) -> None: ...


class ToldLine:
    """A `telephony.line.Line` whose caller asks `questions` (two) and ends as `ending` says."""

    rate_hz = RATE_HZ

    def __init__(self, call_id: str, questions: Sequence[str], ending: Ending) -> None:
        self.call_id = call_id
        self.caller_number = "0901234567"
        self.saying = ""
        """What the caller says now."""
        self.as_planned = False
        """The caller came to the end that was planned."""
        self.transferred = False
        self._questions = questions
        self._ending = ending
        self._begun: list[str] = []
        self._made: deque[str] = deque()
        """Utterances that are there as a whole and have not been heard."""
        self._over = False
        self._moved = asyncio.Event()
        self._sample = 0

    async def events(self) -> AsyncIterator[LineEvent]:
        async for event in self._course():
            yield event
        self._finish()
        yield HungUp(self._sample, self.transferred)

    async def _course(self) -> AsyncGenerator[LineEvent]:
        await self._until(lambda: bool(self._begun))
        if self._ending is Ending.TO_PERSON:
            yield Key("0", self._sample)
            async for event in self._hear_out():
                yield event
            await self._until(lambda: self.transferred)
            self.as_planned = self.transferred
            return
        if self._ending is not Ending.IN_GREETING:
            async for event in self._ask():
                yield event
        self.as_planned = not self._over

    async def _ask(self) -> AsyncGenerator[LineEvent]:
        async for event in self._hear_out():
            yield event
        async for event in self._say(self._questions[0]):
            yield event
        if self._ending is Ending.INTERRUPTS:
            async for event in self._say(self._questions[1]):
                yield event
        if self._ending is not Ending.IN_ANSWER:
            async for event in self._hear_out():
                yield event

    async def _say(self, text: str) -> AsyncGenerator[LineEvent]:
        """Until the answer has begun."""
        self.saying, before = text, len(self._begun)
        voice = np.full(ms_to_samples(_CHUNK_MS, RATE_HZ), _LOUD, "<i2").tobytes()
        for pcm in (*[voice] * _SPEECH_CHUNKS, *[bytes(len(voice))] * _SILENT_CHUNKS):
            yield Frame(pcm, self._sample)
            self._sample += len(pcm) // SAMPLE_BYTES
            await self._let_others_run()
        await self._until(lambda: len(self._begun) > before)

    async def _hear_out(self) -> AsyncGenerator[LineEvent]:
        """Until nothing more is said."""
        heard = 0
        while not self._over and heard < len(self._begun):
            await self._until(lambda: bool(self._made))
            heard = len(self._begun)
            if self._made:
                yield Played(self._made.popleft(), self._sample)
            await self._let_others_run()

    async def _until(self, condition: Callable[[], bool]) -> None:
        """Or until the call is over."""
        while not condition() and not self._over:
            self._moved.clear()
            await self._moved.wait()

    @staticmethod
    async def _let_others_run() -> None:
        for _ in range(_TURNS_OF_LOOP):
            await asyncio.sleep(0)

    def _finish(self) -> None:
        self._over = True
        self._moved.set()

    async def play(self, utterance_id: str, pcm: bytes) -> None:
        if self._over:
            raise LineClosed("the caller is gone")
        if utterance_id not in self._begun[-1:]:
            self._begun.append(utterance_id)
            self._moved.set()

    async def end_utterance(self, utterance_id: str) -> None:
        if self._over:
            raise LineClosed("the caller is gone")
        self._made.append(utterance_id)
        self._moved.set()

    async def pause(self) -> None: ...

    async def resume(self) -> None: ...

    async def flush(self) -> Playout:
        being_said = self._made.popleft() if self._made else None
        self._made.clear()
        return Playout(utterance_id=being_said, heard_samples=0, queued_samples=0)

    def heard_samples(self, utterance_id: str) -> int:
        return 0

    async def transfer(self, reason: str, summary: str, *, to: str = "") -> None:
        self.transferred = True
        self._finish()

    async def hang_up(self) -> None:
        self._finish()

    async def close(self) -> None:
        self._finish()

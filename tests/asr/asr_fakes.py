"""A scripted detector and recogniser, and the ear in between."""

import asyncio
from collections.abc import Callable, Sequence

from asr.ear import Ear
from asr.ear_events import EarEvent, SpeechGoesOn, VoiceNoticed
from asr.errors import EarError
from asr.recognizer import OnPartial, Partial
from contracts.audio import frame_bytes
from contracts.expectation import Expectation
from contracts.heard import Hypothesis, Word

SPEECH = b"\x01\x00" * 160
"""A frame that `LoudnessDetector` takes for speech."""
QUIET = bytes(frame_bytes(8000))


def hypothesis(text: str, confidence: float = 0.9) -> Hypothesis:
    words = tuple(
        Word(text=word, start_sample=at * 800, end_sample=at * 800 + 800, confidence=confidence)
        for at, word in enumerate(text.split())
    )
    return Hypothesis(text=text, confidence=confidence, words=words)


class LoudnessDetector:
    """Windows of 256 samples in which most samples are not zero are speech."""

    def __init__(self) -> None:
        self._waiting = b""
        self._position = 0

    def feed(self, pcm: bytes) -> list[tuple[int, float]]:
        self._waiting += pcm
        found: list[tuple[int, float]] = []
        while len(self._waiting) >= 512:
            loud = sum(1 for byte in self._waiting[:512:2] if byte)
            found.append((self._position, 1.0 if loud > 128 else 0.0))
            self._waiting = self._waiting[512:]
            self._position += 256
        return found

    def reset(self) -> None:
        self._waiting, self._position = b"", 0


class ScriptedRecognition:
    def __init__(self, owner: "ScriptedRecognizer", on_partial: OnPartial) -> None:
        self.owner = owner
        self.fed = b""
        self.peeks = 0
        self.finished = False
        self.cancelled = False
        self._on_partial = on_partial

    def feed(self, pcm: bytes) -> None:
        assert not self.finished and not self.cancelled
        self.fed += pcm

    def say_partial(self, text: str) -> None:
        self._on_partial(Partial(text=text, confidence=0.5, stable_chars=0))

    async def peek(self) -> tuple[Hypothesis, ...]:
        self.peeks += 1
        return await self.owner.answer(self)

    async def finish(self) -> tuple[Hypothesis, ...]:
        result = await self.owner.answer(self)
        self.finished = True
        return result

    def cancel(self) -> None:
        self.cancelled = True


class ScriptedRecognizer:
    """`text` maps the milliseconds of audio so far to what is heard; while `hold` is cleared, answers wait."""

    def __init__(self, text: Callable[[int], str] = lambda ms: "lệ phí bao nhiêu", *, confidence: float = 0.9) -> None:
        self.text = text
        self.confidence = confidence
        self.hold = asyncio.Event()
        self.hold.set()
        self.error: EarError | None = None
        self.recognitions: list[ScriptedRecognition] = []

    def open(self, *, rate_hz: int, expectation: Expectation, on_partial: OnPartial) -> ScriptedRecognition:
        if self.error is not None:
            raise self.error
        self.recognitions.append(ScriptedRecognition(self, on_partial))
        return self.recognitions[-1]

    async def answer(self, recognition: ScriptedRecognition) -> tuple[Hypothesis, ...]:
        ms = len(recognition.fed) // 16
        await self.hold.wait()
        if self.error is not None:
            raise self.error
        return (hypothesis(self.text(ms), self.confidence),)

    async def cpu_s(self) -> float:
        return 0.0

    async def close(self) -> None: ...


async def feed_ms(ear: Ear, script: Sequence[tuple[bytes, int]]) -> None:
    """Frames by milliseconds, every task of the ear running in between."""
    for frame, ms in script:
        for _ in range(ms // 20):
            ear.feed(frame)
            for _ in range(4):
                await asyncio.sleep(0)


async def events(ear: Ear) -> list[EarEvent]:
    """Everything but voices that are noticed and speech that goes on, until the ear is closed, which this does."""
    return [event for event in await all_events(ear) if not isinstance(event, SpeechGoesOn | VoiceNoticed)]


async def all_events(ear: Ear) -> list[EarEvent]:
    await ear.close()
    found: list[EarEvent] = []
    async with asyncio.timeout(5):
        while (event := await ear.next_event()) is not None:
            found.append(event)
    return found

"""A call in which everything between the caller's words and the dialog is scripted, on the real line, ear and dialog.

What a caller says is sound in which every sample's size is the number of its text, so that the recogniser reads it
back, and its sign is random, so that it is like nothing that the hotline says. What the voice says is sound in which
every frame has its number, so that a test sees what was heard, and from which place.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from at_once import AtOnce

from asr.ear import Ear
from asr.errors import EarError
from asr.recognizer import OnPartial, Partial
from calls.parts import Parts
from calls.session import Session
from contracts.acts import Act, Say
from contracts.audio import frame_bytes, ms_to_samples
from contracts.call_event import CallEvent
from contracts.clock import ScriptedClock
from contracts.context import Context
from contracts.events import Event, Understood
from contracts.expectation import Expectation, Expecting
from contracts.heard import Heard, Hypothesis
from contracts.meaning import Aspect, Candidate, Intent, Meaning
from dialogs.content import Content
from dialogs.engine import Engine
from dialogs.state import State
from telephony.wav_line import WavLine
from telephony.wav_script import Step
from tts.voice import Audio

TODAY = date(2026, 11, 24)
RATE_HZ = 8000
BIRTH = "1.001193"
PAPERS = "làm giấy khai sinh cần giấy tờ gì"
FEE = "thế còn lệ phí bao nhiêu"
PERSON = "cho tôi gặp cán bộ"
BACKCHANNEL = "dạ"
NOISE = ""
MISHEARD = "ơ kìa thế"
"""What the recogniser takes for words while it is said, and for nothing when it is over."""
_TEXTS = (PAPERS, FEE, PERSON, BACKCHANNEL, MISHEARD, NOISE)
PARTIAL_AFTER_MS = 300
_LOUDNESS = 1000
CHAR_FRAMES = 1
"""The voice takes so many frames of 20 ms for a character."""


def spoken(text: str, ms: int = 800, texts: Sequence[str] = _TEXTS) -> bytes:
    """The caller's sound of one of `texts`."""
    signs = np.random.default_rng(ms).choice([-1, 1], ms_to_samples(ms, RATE_HZ))
    return (signs * (texts.index(text) + 1) * _LOUDNESS).astype("<i2").tobytes()


def quiet(ms: int) -> bytes:
    return bytes(2 * ms_to_samples(ms, RATE_HZ))


def meaning(
    text: str, *aspects: Aspect, intent: Intent = Intent.ASK, code: str = BIRTH, acceptance: float = 0.95
) -> Meaning:
    candidates = (Candidate(procedure_code=code, name="đăng ký khai sinh", score=1.0),) if aspects else ()
    return Meaning(
        text=text, intent=intent, intent_confidence=acceptance, aspects=aspects, candidates=candidates,
        acceptance=acceptance,
    )  # fmt: skip


MEANINGS = {
    PAPERS: meaning(PAPERS, Aspect.DOCUMENTS),
    FEE: meaning(FEE, Aspect.FEE),
    PERSON: meaning(PERSON, intent=Intent.AGENT),
}


class LoudDetector:
    """Windows in which most samples are not zero are speech; raises `error` once it is set."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.reset()

    def feed(self, pcm: bytes) -> list[tuple[int, float]]:
        if self.error is not None:
            raise self.error
        self._waiting += pcm
        found: list[tuple[int, float]] = []
        while len(self._waiting) >= 512:
            window = np.frombuffer(self._waiting[:512], "<i2")
            found.append((self._position, float(np.count_nonzero(window) > 128)))
            self._waiting = self._waiting[512:]
            self._position += 256
        return found

    def reset(self) -> None:
        self._waiting, self._position = b"", 0


class ReadingRecognition:
    def __init__(self, owner: "ReadingRecognizer", on_partial: OnPartial) -> None:
        self._owner = owner
        self._on_partial = on_partial
        self._kinds: dict[int, None] = {}
        self._voiced = 0
        self._told = ""

    def feed(self, pcm: bytes) -> None:
        numbers = np.abs(np.frombuffer(pcm, "<i2").astype(int)) // _LOUDNESS
        found = numbers[numbers > 0]
        self._voiced += len(found)
        self._kinds.update(dict.fromkeys(int(number) for number in dict.fromkeys(found)))
        text = self._text()
        if self._voiced * 1000 >= PARTIAL_AFTER_MS * RATE_HZ and text != self._told:
            self._told = text
            self._on_partial(Partial(text=text, confidence=0.5, stable_chars=0))

    async def peek(self) -> tuple[Hypothesis, ...]:
        if self._owner.error is not None:
            raise self._owner.error
        text = self._text()
        return (Hypothesis(text="" if text == MISHEARD else text, confidence=0.9),)

    async def finish(self) -> tuple[Hypothesis, ...]:
        return await self.peek()

    def cancel(self) -> None: ...

    def _text(self) -> str:
        return " ".join(self._owner.texts[kind - 1] for kind in self._kinds).strip()


class ReadingRecognizer:
    def __init__(self, texts: Sequence[str] = _TEXTS) -> None:
        self.texts = texts
        self.error: EarError | None = None

    def open(self, *, rate_hz: int, expectation: Expectation, on_partial: OnPartial) -> ReadingRecognition:
        return ReadingRecognition(self, on_partial)

    async def cpu_s(self) -> float:
        return 0.0

    async def close(self) -> None: ...


class NumberedVoice:
    """Gives ten characters at a time. `faults`: what to raise, by a part of the text, once `broken` is set."""

    rate_hz = RATE_HZ

    def __init__(self, faults: Mapping[str, Exception] | None = None) -> None:
        self._faults = faults or {}
        self.broken = asyncio.Event()
        self.broken.set()

    async def start(self) -> None: ...

    async def utter(self, text: str, *, rate: float = 1.0) -> AsyncGenerator[Audio, None]:
        for at in range(0, len(text), 10):
            if error := next((error for part, error in self._faults.items() if part in text and at), None):
                await self.broken.wait()
                raise error
            yield Audio(pcm=sound_of(text)[at * CHAR_FRAMES * 320 : (at + 10) * CHAR_FRAMES * 320], text_at=at)

    async def speak(self, text: str, *, rate: float = 1.0) -> AsyncGenerator[bytes, None]:
        async for audio in self.utter(text, rate=rate):
            yield audio.pcm

    async def prepare(self, texts: Sequence[str], *, rate: float = 1.0) -> int:
        return 0

    async def close(self) -> None: ...


def sound_of(text: str) -> bytes:
    frames = np.arange(1, len(text) * CHAR_FRAMES + 1, dtype="<i2")
    return np.repeat(frames, frame_bytes(RATE_HZ) // 2).tobytes()


class ListedInterpreter:
    """Meanings by text; anything else means nothing. Raises `errors[text]`."""

    def __init__(self, meanings: Mapping[str, Meaning], errors: Mapping[str, Exception] | None = None) -> None:
        self._meanings = meanings
        self._errors = errors or {}

    def understand(self, heard: Heard | Sequence[Hypothesis], context: Context) -> Meaning:
        text = heard.text if isinstance(heard, Heard) else heard[0].text
        if text in self._errors:
            raise self._errors[text]
        return self._meanings.get(text) or meaning(text, intent=Intent.NOTHING, acceptance=0.0)

    def completeness(self, text: str, expecting: Expecting = Expecting.QUESTION) -> float:
        return 1.0


class WatchedEngine(Engine):
    """The real engine; `error_at`: an event on which it breaks."""

    def __init__(self, content: Content, error_at: type[Event] | None = None) -> None:
        super().__init__(content)
        self.events: list[Event] = []
        self.acts: list[Act] = []
        self._error_at = error_at

    def step(self, state: State, event: Event) -> tuple[State, tuple[Act, ...]]:
        self.events.append(event)
        if self._error_at is not None and isinstance(event, self._error_at):
            raise RuntimeError("a broken flow")
        state, acts = super().step(state, event)
        self.acts += acts
        return state, acts

    @property
    def understood(self) -> list[Meaning]:
        return [event.meaning for event in self.events if isinstance(event, Understood)]


class WatchedLine(WavLine):
    """Counts how often it was closed. `queue_ms`: how long a transfer waits for somebody, on the line's clock."""

    def __init__(self, script: Iterable[Step], *, queue_ms: int = 0, **options: Any) -> None:
        super().__init__(script, caller_number="0901234567", **options)
        self.closed = 0
        self._queue_samples = ms_to_samples(queue_ms, RATE_HZ)
        self._moved = asyncio.Event()
        self.transferring = False

    async def transfer(self, reason: str, summary: str, *, to: str = "") -> None:
        self.transferring = True
        until = self.position + self._queue_samples
        while self.position < until and not self._over:
            self._moved.clear()
            await self._moved.wait()
        await super().transfer(reason, summary, to=to)

    def _take_frame(self, pcm: bytes, *, inserted: bool) -> None:
        super()._take_frame(pcm, inserted=inserted)
        self._moved.set()

    def finish(self, *, transferred: bool = False) -> None:
        super().finish(transferred=transferred)
        self._moved.set()

    async def close(self) -> None:
        self.closed += 1
        await super().close()

    @property
    def heard_frames(self) -> list[int]:
        """The number of each frame that the caller heard; 0: silence."""
        return [int(number) for number in np.frombuffer(self.heard, "<i2")[::160]]


@dataclass(slots=True, kw_only=True)
class FakeCall:
    """One call from ring to end."""

    line: WatchedLine
    engine: WatchedEngine
    recognizer: ReadingRecognizer = field(default_factory=ReadingRecognizer)
    voice: NumberedVoice = field(default_factory=NumberedVoice)
    interpreter: ListedInterpreter = field(default_factory=lambda: ListedInterpreter(MEANINGS))
    thinking: Executor = field(default_factory=AtOnce)
    detector: LoudDetector = field(default_factory=LoudDetector)
    listeners: tuple[Callable[[CallEvent], None], ...] = ()
    events: list[CallEvent] = field(default_factory=list[CallEvent])
    ears: list[Ear] = field(default_factory=list[Ear])

    async def run(self) -> "FakeCall":
        async with asyncio.timeout(30):
            await Session(self.line, self.parts(), today=TODAY).run()
        return self

    def parts(self) -> Parts:
        return Parts(
            make_ear=self._make_ear,
            interpreter=self.interpreter,
            engine=self.engine,
            bundle_id=self.engine.bundle_id,
            voice=self.voice,
            thinking=self.thinking,
            clock=ScriptedClock(),
            listeners=(*self.listeners, self.events.append),
        )

    def _make_ear(self, rate_hz: int) -> Ear:
        self.ears.append(Ear(recognizer=self.recognizer, rate_hz=rate_hz, detector=self.detector))
        return self.ears[-1]

    def fields(self, kind: str) -> list[dict[str, Any]]:
        return [dict(event.fields) for event in self.events if event.kind == kind]

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    @property
    def said(self) -> list[str]:
        """What the hotline began to say."""
        return [str(fields["text"]) for fields in self.fields("say.started")]

    def say(self, number: int) -> Say:
        """The `number`th thing that was begun to be said."""
        act_id = self.fields("say.started")[number]["act_id"]
        return next(act for act in self.engine.acts if isinstance(act, Say) and act.act_id == act_id)

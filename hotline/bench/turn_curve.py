"""How the silence that ends a turn trades cut-off turns against waiting: many policies on the same silences.

Each turn passes once through the real detector and recogniser, as fast as they go; at every silence inside it and at
its end the recogniser is asked what it has, as the ear asks. Every policy is then applied to what was written down.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from asr.ear_settings import EarSettings
from asr.endpointing import EndpointPolicy
from asr.pauses import CallerPauses
from asr.recognizer import Recognizer
from asr.speech_watch import SpeechWatch
from asr.vad import VadStream
from contracts.audio import PHONE_RATE_HZ, frame_samples, ms_to_samples, samples_to_ms
from contracts.expectation import Expectation
from hotline.bench.questions import QUESTIONS
from hotline.bench.turn_sounds import trimmed
from hotline.hearing import listening
from hotline.knowledge import load_interpreter
from hotline.settings import load_settings
from nlu.interpreter import Interpreter
from procedures.catalogue import Catalogue
from telephony.g711 import Pcm
from tts.rendering import render
from tts.vais.variants import CALLERS

PAUSES_MS = ((400.0, 700.0), (400.0, 700.0), (400.0, 700.0), (600.0, 1000.0))
"""Of a caller who hesitates, inside a sentence: three in four as in `bench calls`, one who takes his time."""
_TAIL_MS = 600
QUESTION = Expectation()


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePlan:
    turns: int = 240
    """Every second one has a pause inside."""
    voices: int = 8
    seed: int = 20266


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    ms: float | None
    """None: the end of the turn."""
    text: str
    completeness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedTurn:
    caller: int
    paused: bool
    silences: tuple[Silence, ...]
    """Those in which the recogniser was asked; the last one is the end."""


class Judge:
    """One policy on one caller's turns, in order."""

    def __init__(self, required_ms: Callable[[Silence], int], *, adapts: bool = False) -> None:
        self._required_ms = required_ms
        self._pauses = CallerPauses(rate_hz=PHONE_RATE_HZ) if adapts else None

    def turn(self, turn: RecordedTurn) -> tuple[bool, int]:
        """Whether it is cut off, and how long its end is waited for."""
        cut = False
        for silence in turn.silences:
            required = self._required_ms(silence)
            if self._pauses is not None:
                required = self._pauses.fitted(required)
            if silence.ms is None:
                if self._pauses is not None:
                    self._pauses.turn_over(0, required)
                    self._pauses.begins(ms_to_samples(5000, PHONE_RATE_HZ))
                return cut, required
            if self._pauses is not None and silence.ms >= required:
                # The turn ends here for us, and what is said on is another that begins at once.
                self._pauses.turn_over(0, required)
                self._pauses.begins(ms_to_samples(silence.ms, PHONE_RATE_HZ))
            elif self._pauses is not None:
                self._pauses.spoke_on(silence.ms, required)
            cut = cut or silence.ms >= required
        return cut, 0


def _ours(scale: float = 1.0) -> Callable[[Silence], int]:
    policy = EndpointPolicy()
    return lambda one: round(scale * policy.required_silence_ms(QUESTION, one.text, one.completeness))


def _fixed(ms: int) -> Callable[[Silence], int]:
    return lambda one: ms


POLICIES: tuple[tuple[str, Callable[[], Judge]], ...] = (
    ("ours", lambda: Judge(_ours(), adapts=True)),
    ("ours, without the caller's pauses", lambda: Judge(_ours())),
    ("livekit, gate of 0.5 s", lambda: Judge(_fixed(500))),
    ("pipecat, 0.2 s stop + 0.6 s", lambda: Judge(_fixed(800))),
    *((f"fixed {ms} ms", lambda ms=ms: Judge(_fixed(ms))) for ms in (200, 300, 400, 500, 600, 700, 1000)),
    *((f"ours × {scale}", lambda scale=scale: Judge(_ours(scale), adapts=True)) for scale in (0.7, 1.3, 1.6, 2.0)),
)


async def curve_rows(plan: CurvePlan) -> list[dict[str, Any]]:
    turns = await record(plan)
    return [row for name, judge in POLICIES for row in _rows(name, judge, turns)]


def _rows(name: str, judge: Callable[[], Judge], turns: Sequence[RecordedTurn]) -> list[dict[str, Any]]:
    judges = {turn.caller: judge() for turn in turns}
    results = [(turn, *judges[turn.caller].turn(turn)) for turn in turns]
    cut = [one_cut for turn, one_cut, _ in results if turn.paused]
    waits = [wait for _, _, wait in results]
    goal = name == "ours"
    return [
        _row(f"turns with a pause cut off: {name}", round(sum(cut) / max(1, len(cut)), 4), "share", len(cut),
             0.03 if goal else None),
        _row(f"end-of-turn delay p50: {name}", round(float(np.median(waits))), "ms", len(waits), 400 if goal else None),
        _row(f"end-of-turn delay p95: {name}", round(float(np.percentile(waits, 95))), "ms", len(waits), None),
    ]  # fmt: skip


def _row(name: str, value: float, unit: str, count: int, goal: float | None) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "goal": goal, "n": count}


# --- what is recorded


@dataclass(slots=True, kw_only=True)
class _Spoken:
    caller: int
    paused: bool
    pcm: Pcm = field(repr=False)


async def record(plan: CurvePlan) -> list[RecordedTurn]:
    """Every turn once through detector and recogniser; minutes of processor time for some hundred."""
    settings = load_settings()
    spoken = await asyncio.to_thread(_spoken, plan)
    catalogue = await asyncio.to_thread(Catalogue.load, settings.content.folder / "procedures")
    interpreter = await asyncio.to_thread(load_interpreter, settings.content.folder, catalogue)
    async with listening(settings) as recognizer:
        return [await _record(one, recognizer, interpreter) for one in spoken]


def _spoken(plan: CurvePlan) -> list[_Spoken]:
    chance, voices = random.Random(plan.seed), list(CALLERS)[: plan.voices]
    return [_say(at, at % len(voices), voices[at % len(voices)], chance, len(voices)) for at in range(plan.turns)]


def _say(at: int, caller: int, voice: str, chance: random.Random, callers: int) -> _Spoken:
    words = chance.choice(QUESTIONS).text.split()
    paused = at // callers % 2 == 1
    cut = chance.randrange(2, len(words) - 1) if paused else len(words)
    parts = [trimmed(render(" ".join(some), variant=voice)) for some in (words[:cut], words[cut:]) if some]
    gap = np.zeros(ms_to_samples(chance.uniform(*PAUSES_MS[caller % len(PAUSES_MS)]), PHONE_RATE_HZ), np.int16)
    tail = np.zeros(ms_to_samples(_TAIL_MS, PHONE_RATE_HZ), np.int16)
    pieces = [parts[0], *(piece for part in parts[1:] for piece in (gap, part)), tail]
    return _Spoken(caller=caller, paused=paused, pcm=np.concatenate([tail, *pieces]))


async def _record(spoken: _Spoken, recognizer: Recognizer, interpreter: Interpreter) -> RecordedTurn:
    ear = EarSettings()
    watch = SpeechWatch(VadStream(), rate_hz=PHONE_RATE_HZ, onset=ear.onset, pre_roll_ms=ear.pre_roll_ms)
    recognition = recognizer.open(rate_hz=PHONE_RATE_HZ, expectation=QUESTION, on_partial=lambda partial: None)
    peek_ms = EndpointPolicy().settings.peek_ms
    silences: list[Silence] = []
    asked, size = True, frame_samples(PHONE_RATE_HZ)
    for at in range(0, len(spoken.pcm) - size, size):
        frame = spoken.pcm[at : at + size].tobytes()
        recognition.feed(frame)
        watch.take(frame)
        for _ in watch.look(frame):
            if watch.onset.speaking and watch.onset.started:
                if asked and silences:
                    pause_ms = samples_to_ms(watch.onset.pause_samples, PHONE_RATE_HZ)
                    silences[-1] = Silence(ms=pause_ms, text=silences[-1].text, completeness=silences[-1].completeness)
                asked = False
        if not asked and watch.silence_ms >= peek_ms:
            asked = True
            text = (await recognition.peek())[0].text
            judged = await asyncio.to_thread(interpreter.completeness, text) if text else 0.0
            silences.append(Silence(ms=None, text=text, completeness=judged))
    recognition.cancel()
    return RecordedTurn(caller=spoken.caller, paused=spoken.paused, silences=tuple(silences))

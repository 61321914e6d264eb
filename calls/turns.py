"""From a heard turn to its meaning, off the audio's loop; a turn cut in two by a pause is put together again."""

import asyncio
from concurrent.futures import Executor
from dataclasses import dataclass, replace

from calls.recorder import CallRecorder
from contracts.audio import samples_to_ms
from contracts.clock import Clock
from contracts.context import Context
from contracts.expectation import Expectation
from contracts.heard import Heard, Hypothesis
from contracts.meaning import Intent, Meaning
from nlu.interpreter import Interpreter

JOIN_WITHIN_MS = 2500
"""A caller who speaks on so soon after the end of a turn, over our answer, may be finishing the same sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Last:
    heard: Heard
    context: Context


class TurnTaker:
    def __init__(
        self, interpreter: Interpreter, thinking: Executor, clock: Clock, recorder: CallRecorder, rate_hz: int
    ) -> None:
        self._interpreter = interpreter
        self._thinking = thinking
        self._clock = clock
        self._recorder = recorder
        self._rate_hz = rate_hz
        self._last: _Last | None = None
        self._cut: _Last | None = None

    def interrupted(self) -> None:
        """The answer to the last turn was interrupted: the next turn may be the rest of it."""
        self._cut, self._last = self._last, None

    async def understand(self, heard: Heard, context: Context) -> Meaning:
        started = self._clock.now()
        meaning = await self._meaning(heard, context)
        whole = self._whole(heard)
        if whole is not None:
            joined = await self._meaning(whole.heard, whole.context)
            if _better(joined, meaning):
                heard, context, meaning = whole.heard, whole.context, joined
        self._last, self._cut = _Last(heard=heard, context=context), None
        self._record(heard, meaning, (self._clock.now() - started) * 1000)
        return meaning

    async def _meaning(self, heard: Heard, context: Context) -> Meaning:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thinking, self._interpreter.understand, heard, context)

    def _whole(self, heard: Heard) -> _Last | None:
        """The cut turn and this one as one, in the context in which the first was said."""
        cut = self._cut
        if cut is None or not cut.heard.text or not heard.text:
            return None
        if samples_to_ms(heard.start_sample - cut.heard.end_sample, self._rate_hz) > JOIN_WITHIN_MS:
            return None
        first = cut.heard.hypotheses[0]
        hypotheses = tuple(
            Hypothesis(text=f"{first.text} {one.text}", confidence=first.confidence * one.confidence)
            for one in heard.hypotheses
        )
        return _Last(
            heard=replace(heard, hypotheses=hypotheses, start_sample=cut.heard.start_sample), context=cut.context
        )

    def _record(self, heard: Heard, meaning: Meaning, meaning_ms: float) -> None:
        self._recorder.record(
            "turn.heard",
            {
                "text": heard.text,
                "confidence": round(heard.confidence, 4),
                "nbest": [{"text": one.text, "confidence": round(one.confidence, 4)} for one in heard.hypotheses],
                "start_sample": heard.start_sample,
                "end_sample": heard.end_sample,
                "ended": heard.ended.value,
                "endpoint_ms": round(heard.endpoint_ms, 1),
                "recognition_ms": round(heard.recognition_ms, 1),
                "meaning_ms": round(meaning_ms, 1),
                "intent": meaning.intent.value,
                "aspects": [aspect.value for aspect in meaning.aspects],
                "procedures": [candidate.procedure_code for candidate in meaning.candidates[:3]],
                "acceptance": round(meaning.acceptance, 4),
            },
            personal=("text", "nbest"),
        )


def nothing_heard(sample: int) -> Heard:
    """A turn of which nothing is known but where it was."""
    return Heard(
        hypotheses=(Hypothesis(text="", confidence=0.0),),
        start_sample=sample,
        end_sample=sample,
        expectation=Expectation(),
    )


def _better(joined: Meaning, alone: Meaning) -> bool:
    if joined.intent is not Intent.ASK:
        return False
    return alone.intent in (Intent.ASK, Intent.OUT_OF_SCOPE, Intent.NOTHING) and joined.acceptance >= alone.acceptance

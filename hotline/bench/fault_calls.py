"""A test caller to whom a fault happens: did the call go on, or did a person's phone ring, and when."""

import asyncio
import contextlib
import itertools
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from types import TracebackType
from typing import Self

import numpy as np

from contracts.audio import PHONE_RATE_HZ, ms_to_samples, samples_to_ms
from hotline.bench.questions import QUESTIONS
from hotline.state import RunState
from telephony.deadman import TIMER_S
from telephony.errors import CallEnded, SipError
from telephony.g711 import Pcm
from telephony.sip.agent import IncomingCall, SipAgent
from telephony.sip.caller import SipCaller
from telephony.sip.measure import Segment, is_loud, voice_to_voice_ms
from telephony.sip.phrases import Phrases
from tts.rendering import render

PROVEN_S = TIMER_S + 1.0
"""A call that the hotline answers and for which no phone rang so long after the fault goes on: the dead-man's timer,
which puts it through, was renewed after the fault."""
_QUESTIONS = 3
"""Of each caller."""
_GIVEN_UP_S = 22.0
"""After the fault; a question is asked two or three times until then."""
_ANSWER = ms_to_samples(6000, PHONE_RATE_HZ)
"""Without an answer for so long the caller asks again."""
_QUIET = ms_to_samples(800, PHONE_RATE_HZ)
_LOOK_EVERY_S = 0.02

_sounds: dict[str, Pcm] = {}


def question_sound(text: str) -> Pcm:
    """Rendered once; before the calls, as frames must not wait for it."""
    if text not in _sounds:
        _sounds[text] = render(text)
    return _sounds[text]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    kept: bool
    """The hotline answered a question that was asked after the fault."""
    rang_ms: float | None
    """From the fault until a person's phone rang for this caller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question."""

    at_s: float
    """When the caller began to ask, on the clock of `time.monotonic`."""
    answered: bool
    cut_off: bool
    """The hotline spoke before the caller had finished."""
    voice_to_voice_ms: float | None
    """None where it was not answered, was cut off, or was said into the hotline's words."""


class FaultCall:
    """Use as an async context manager: it dials at its beginning and hangs up at its end."""

    def __init__(self, state: RunState, dice: Random) -> None:
        self.number = f"09{secrets.randbelow(10**8):08d}"
        self.asked: list[Asked] = []
        self._questions = itertools.cycle(dice.sample(QUESTIONS, _QUESTIONS))
        self._caller = SipCaller(f"{state.number}@{state.sip}", number=self.number)
        self._phrases = Phrases(self._caller)
        self._at_once = False
        self._talking: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        for question in itertools.islice(self._questions, _QUESTIONS):
            await asyncio.to_thread(question_sound, question.text)
        await self._caller.place()
        self._talking = asyncio.create_task(self._talk(), name="test call")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._talking is not None:
            self._talking.cancel()
            await asyncio.wait([self._talking])
        await self._caller.close()

    @property
    def is_up(self) -> bool:
        return self._caller.end is None and self._caller.dialog is not None

    def ask_at_once(self) -> None:
        """The next question is asked into what the hotline is saying."""
        self._at_once = True

    async def outcome(self, phones: Sequence[SipAgent], since: float) -> Outcome:
        """`since`: the time of the fault, by `time.monotonic`."""
        while True:
            passed = time.monotonic() - since
            if (rang := self.rang(phones, since)) is not None:
                return Outcome(kept=False, rang_ms=round((rang - since) * 1000, 1))
            if passed >= PROVEN_S and any(one.answered and one.at_s >= since for one in self.asked):
                return Outcome(kept=True, rang_ms=None)
            if self._caller.end is not None or passed >= _GIVEN_UP_S:
                return Outcome(kept=False, rang_ms=None)
            await asyncio.sleep(_LOOK_EVERY_S)

    def rang(self, phones: Sequence[SipAgent], since: float) -> float | None:
        """When a person's phone rang for this caller."""
        return next(
            (call.rang_s for phone in phones for call in phone.calls if call.rang_s >= since and self._is_ours(call)),
            None,
        )

    def longest_silence_ms(self, since: float, until: float) -> float | None:
        """Within that time nobody spoke for so long, neither the other side nor the caller; None: no audio."""
        now, position = time.monotonic(), self._caller.position
        begin, end = (max(0, position - round((now - at) * PHONE_RATE_HZ)) for at in (since, until))
        if end <= begin:
            return None
        heard, said = self._caller.received(begin, end), self._caller.sent(begin, end)
        loud = np.union1d(np.flatnonzero(is_loud(heard)), np.flatnonzero(is_loud(said)))
        gaps = np.diff(np.concatenate(([0], loud, [end - begin])))
        return round(samples_to_ms(int(gaps.max()), PHONE_RATE_HZ), 1)

    def _is_ours(self, call: IncomingCall) -> bool:
        return self.number in (call.header("From") or "")

    async def _talk(self) -> None:
        """Asks after the greeting, again and again."""
        with contextlib.suppress(CallEnded, SipError):  # `outcome` tells what became of it.
            await self._caller.wait_answered()
            while await self._caller.when(self._may_ask):
                await self._ask(next(self._questions).text)

    def _may_ask(self) -> bool:
        if self._at_once:
            return True
        self._phrases.since(0)
        return self._caller.last_loud >= 0 and self._phrases.quiet(_QUIET)

    async def _ask(self, text: str) -> None:
        caller, into = self._caller, self._phrases.speaking
        self._at_once = False
        at_s = time.monotonic()
        spoken = await caller.say(question_sound(text))
        speech = spoken.loud or Segment(start=spoken.start, end=spoken.end)
        await caller.when(lambda: bool(self._phrases.since(speech.end)) or caller.position - speech.end > _ANSWER)
        answers = self._phrases.since(speech.end)
        over = any(phrase.start < speech.end for phrase in self._phrases.since(speech.start))
        fair = bool(answers) and not over and not into
        self.asked.append(
            Asked(
                at_s=at_s,
                answered=bool(answers),
                cut_off=over and not into,
                voice_to_voice_ms=voice_to_voice_ms(speech.end, answers[0].start) if fair else None,
            )
        )

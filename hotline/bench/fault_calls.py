"""A test caller to whom a fault happens: did the call go on, or did a person's phone ring, and when."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from hotline.bench.questions import QUESTIONS
from hotline.state import RunState
from telephony.g711 import Pcm
from telephony.sip.agent import IncomingCall, SipAgent
from telephony.sip.caller import SipCaller
from tts.rendering import render

_RINGS_WITHIN_S = 7.0
"""The dead-man's timer is 4 s. No phone rang so long after the fault: the call goes on, if a question is answered."""
_ANSWER_MS = 15_000
_PAUSE_MS = 1500
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


class FaultCall:
    """Use as an async context manager: it dials at its beginning and hangs up at its end."""

    def __init__(self, state: RunState, chance: float) -> None:
        self._number = f"09{secrets.randbelow(10**8):08d}"
        self._question = QUESTIONS[int(chance * len(QUESTIONS))].text
        self._caller = SipCaller(f"{state.number}@{state.sip}", number=self._number)

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(question_sound, self._question)
        await self._caller.place()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._caller.close()

    @property
    def is_up(self) -> bool:
        return self._caller.end is None and self._caller.dialog is not None

    async def talk(self) -> None:
        """Asks its question after the greeting, again and again, until cancelled."""
        await self._caller.wait_answered()
        while True:
            await self._quiet()
            await self._caller.say(question_sound(self._question))

    async def outcome(self, phones: Sequence[SipAgent], hit: float) -> Outcome:
        """`hit`: the time of the fault, by `time.monotonic`."""
        while time.monotonic() - hit < _RINGS_WITHIN_S:
            if (rang := self._rang(phones, hit)) is not None:
                return Outcome(kept=False, rang_ms=round((rang - hit) * 1000, 1))
            await asyncio.sleep(_LOOK_EVERY_S)
        return Outcome(kept=await self._answered_after(), rang_ms=None)

    def _rang(self, phones: Sequence[SipAgent], hit: float) -> float | None:
        for phone in phones:
            for call in phone.calls:
                if self._is_from_here(call) and call.rang_s >= hit:
                    return call.rang_s
        return None

    def _is_from_here(self, call: IncomingCall) -> bool:
        return self._number in (call.header("From") or "")

    async def _answered_after(self) -> bool:
        """Whether something is said to the caller after the question was asked once more."""
        caller = self._caller
        if caller.end is not None:
            return False
        await caller.say(question_sound(self._question))
        since = caller.position
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_ANSWER_MS / 1000):
                return await caller.when(lambda: caller.last_loud > since)
        return False

    async def _quiet(self) -> None:
        caller = self._caller
        await caller.when(lambda: caller.last_loud >= 0 and caller.position - caller.last_loud > _PAUSE_MS * 8)

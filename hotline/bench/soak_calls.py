"""Short real calls that end in different ways."""

import asyncio
import contextlib
import random
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hotline.bench.soak_endings import ENDINGS, Ending
from hotline.state import RunState
from telephony.errors import SipError
from telephony.g711 import Pcm
from telephony.sip.agent import SipAgent
from telephony.sip.caller import SipCaller

_CALL_S = 60.0
_QUIET_MS = 600
_INTO_MS = (300.0, 2000.0)
"""So long has the hotline been speaking when the caller hangs up, interrupts or presses the key."""
_MOST_OF_ANSWER_MS = 6000
"""Who hears the answer out does not hear more of it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SoakScript:
    ending: Ending
    question: Pcm
    second: Pcm
    """Said into the answer to the first."""
    into_ms: float
    delay_ms: float
    """Before it dials, so that callers are not in step."""


def scripts(sounds: Sequence[Pcm], count: int, dice: random.Random) -> list[SoakScript]:
    return [
        SoakScript(
            ending=ENDINGS[number % len(ENDINGS)],
            question=dice.choice(sounds),
            second=dice.choice(sounds),
            into_ms=dice.uniform(*_INTO_MS),
            delay_ms=dice.uniform(0, 300),
        )
        for number in range(count)
    ]


async def run_script(state: RunState, script: SoakScript, phones: Sequence[SipAgent]) -> bool:
    """Whether the call came to its planned end; it is hung up in any case."""
    await asyncio.sleep(script.delay_ms / 1000)
    with contextlib.suppress(SipError, TimeoutError):
        async with asyncio.timeout(_CALL_S):
            call = _SoakCall(state, script, phones)
            async with call.caller:
                return await call.run()
    return False


class _SoakCall:
    def __init__(self, state: RunState, script: SoakScript, phones: Sequence[SipAgent]) -> None:
        self._script = script
        self._phones = phones
        self._number = f"09{secrets.randbelow(10**8):08d}"
        self.caller = SipCaller(f"{state.number}@{state.sip}", number=self._number)

    async def run(self) -> bool:
        caller, script = self.caller, self._script
        await caller.place()
        await caller.wait_answered()
        if not await self._speaks_for(0, script.into_ms):
            return False
        match script.ending:
            case Ending.IN_GREETING:
                return True
            case Ending.TO_PERSON:
                return await self._person()
            case _:
                return await self._answer()

    async def _person(self) -> bool:
        await self.caller.send_keys("0")
        if not await self.caller.when(lambda: any(map(self._is_with, self._phones))):
            return False
        return await self._pass(self._script.into_ms)

    def _is_with(self, phone: SipAgent) -> bool:
        return any(call.answered and self._number in (call.header("From") or "") for call in phone.calls)

    async def _answer(self) -> bool:
        caller, script = self.caller, self._script
        if not await self._quiet() or not await self._ask(script.question):
            return False
        if script.ending is Ending.INTERRUPTS and not await self._ask(script.second):
            return False
        if script.ending is Ending.AFTER_ANSWER:
            since = caller.position
            return await caller.when(lambda: self._is_quiet() or caller.position > since + _MOST_OF_ANSWER_MS * 8)
        return True

    async def _ask(self, question: Pcm) -> bool:
        """Until the answer has been going on for a while."""
        await self.caller.say(question)
        return await self._speaks_for(self.caller.position, self._script.into_ms)

    async def _speaks_for(self, since: int, ms: float) -> bool:
        caller = self.caller
        return await caller.when(lambda: caller.last_loud > since) and await self._pass(ms)

    async def _quiet(self) -> bool:
        return await self.caller.when(self._is_quiet)

    def _is_quiet(self) -> bool:
        return self.caller.position - self.caller.last_loud > _QUIET_MS * 8

    async def _pass(self, ms: float) -> bool:
        until = self.caller.position + ms * 8
        return await self.caller.when(lambda: self.caller.position >= until)


async def run_scripts(
    state: RunState,
    planned: Sequence[SoakScript],
    phones: Sequence[SipAgent],
    at_once: int,
    done: Callable[[bool], None],
) -> None:
    """At most `at_once` calls go on; `done` gets what came of each."""
    coming = iter(planned)

    async def caller() -> None:
        for script in coming:
            done(await run_script(state, script, phones))

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(caller(), name="test caller")

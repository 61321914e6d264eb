"""The dialplan's handoff through real SIP: phones ring at once, and a caller whom nobody takes is told and asked."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from line_hotline import nothing_left
from test_asterisk_dialplan import app_of, wait_for, write_tone

from contracts.acts import HandoffReason
from telephony.ari.events import StasisStart
from telephony.asterisk.config import call_backs_dir
from telephony.asterisk.dialplan import (
    ALL_BUSY_SOUND,
    BUSY_SOUND,
    CALL_HEADER,
    CHOICE_SOUND,
    HANDOFF,
    HANDOFF_SOUND,
    NOBODY_SOUND,
    PAGE_HEADER,
    PAGE_VARIABLE,
    REASON_VARIABLE,
    TAKEOVER,
)
from telephony.asterisk.process import AsteriskProcess
from telephony.asterisk.settings import AsteriskSettings
from telephony.sip.agent import Answer, Behaviour, Ignore, IncomingCall, Refuse, SipAgent
from telephony.sip.call import EndedBy
from telephony.sip.caller import SipCaller
from telephony.sip.tones import level_of

DEADLINE_S = 30.0
LOST_SOUND = "lost.wav"
NUMBER = "0901234567"
TONES_HZ = {
    HANDOFF_SOUND: 500.0,
    NOBODY_SOUND: 900.0,
    ALL_BUSY_SOUND: 1200.0,
    CHOICE_SOUND: 1500.0,
    BUSY_SOUND: 1800.0,
    LOST_SOUND: 400.0,
    "number-or-own.wav": 2100.0,
    "number-is.wav": 2400.0,
    "number-kept.wav": 2700.0,
    "number-wrong.wav": 700.0,
    "number-not-kept.wav": 3300.0,
    "digit-9.wav": 3000.0,
}
"""Each sentence is a tone of 600 ms, so that a test hears which it is."""


@pytest.fixture
def longest_wait_s() -> int:
    return 60


@pytest.fixture
def asterisk_settings(asterisk_settings: AsteriskSettings, longest_wait_s: int) -> AsteriskSettings:
    return replace(
        asterisk_settings,
        deadman_s=20,
        queue_max_s=3,
        wait_max_s=longest_wait_s,
        choice_s=2,
        agent_ring_s=2,
        agent_silent_s=2,
    )


@pytest.fixture
def sounds(asterisk: AsteriskProcess) -> Path:
    for name, frequency in TONES_HZ.items():
        write_tone(asterisk.sounds_dir / name, frequency)
    return asterisk.sounds_dir


@asynccontextmanager
async def waiting(
    asterisk: AsteriskProcess,
    reason: HandoffReason = HandoffReason.CALLER_ASKED,
    number: str = NUMBER,
    to: tuple[str, str, int] = HANDOFF,
) -> AsyncGenerator[SipCaller]:
    """A caller whom the program has just handed over, `to` that place in the dialplan."""
    async with app_of(asterisk, "tongdai") as (ari, events):
        target = f"{asterisk.settings.hotline}@{asterisk.sip_address}"
        async with SipCaller(target, number=number, local_ip="127.0.0.2") as caller:
            await caller.place()
            channel = (await wait_for(events, StasisStart)).channel.id
            await ari.answer(channel)
            await caller.wait_answered()
            await caller.when(lambda: caller.position > 800)
            await ari.set_variable(channel, REASON_VARIABLE, reason)
            await ari.set_variable(channel, PAGE_VARIABLE, f"http://127.0.0.1:18080/handoff/{channel}?key=abc_-9")
            context, extension, priority = to
            await ari.continue_in_dialplan(channel, context=context, extension=extension, priority=priority)
            yield caller


@asynccontextmanager
async def phones(asterisk: AsteriskProcess, *behaviours: Behaviour) -> AsyncGenerator[list[SipAgent]]:
    async with AsyncExitStack() as stack:
        opened = list[SipAgent]()
        for number, (account, behaviour) in enumerate(zip(asterisk.settings.agents, behaviours, strict=False)):
            local_ip = f"127.0.0.{number + 3}"
            agent = SipAgent(
                asterisk.sip_address, account.name, account.password, behaviour=behaviour, local_ip=local_ip
            )
            opened.append(await stack.enter_async_context(agent))
            await agent.register()
        yield opened


async def hears(caller: SipCaller, name: str, since: int = 0) -> int:
    """Until that sentence sounds; where it was found."""
    frequency, at = TONES_HZ[name], since

    def sounds() -> bool:
        nonlocal at
        while at + 800 <= caller.position:
            if level_of(caller.received(at, at + 800), frequency) > -20:
                return True
            at += 400
        return False

    assert await caller.when(sounds), f"{name} was not heard"
    return at


def kept(asterisk: AsteriskProcess) -> list[dict[str, Any]]:
    folder = call_backs_dir(asterisk.settings, asterisk.run_dir)
    assert folder.stat().st_mode & 0o077 == 0
    files = list(folder.iterdir())
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
    return [json.loads(file.read_text("utf-8")) for file in files]


async def test_the_phone_rings_at_once_while_the_caller_is_told(asterisk: AsteriskProcess, sounds: Path) -> None:
    write_tone(sounds / HANDOFF_SOUND, TONES_HZ[HANDOFF_SOUND], ms=3000)
    async with asyncio.timeout(DEADLINE_S), phones(asterisk, Answer(after_ms=600)) as (agent,):
        async with waiting(asterisk, HandoffReason.FAULT) as caller:
            call = await agent.next_call()
            rang = caller.position
            assert call.header(CALL_HEADER) and f"/handoff/{call.header(CALL_HEADER)}?" in str(call.header(PAGE_HEADER))
            assert rang - await hears(caller, HANDOFF_SOUND) < 200 * 8
            await call.wait_answered()
            await call.hang_up()
            assert (await caller.wait_ended()).by is EndedBy.PEER


async def test_with_nobody_there_the_caller_is_told_at_once_and_asked(asterisk: AsteriskProcess, sounds: Path) -> None:
    async with asyncio.timeout(DEADLINE_S), waiting(asterisk) as caller:
        told = await hears(caller, NOBODY_SOUND)
        assert told < 8000
        await hears(caller, CHOICE_SOUND, told)
        await caller.send_keys("1")
        async with phones(asterisk, Answer(after_ms=100)) as (agent,):
            await (await agent.next_call()).wait_answered()
            assert caller.end is None


async def test_who_presses_nothing_waits_on_and_is_asked_again(asterisk: AsteriskProcess, sounds: Path) -> None:
    async with asyncio.timeout(DEADLINE_S), waiting(asterisk) as caller:
        first = await hears(caller, CHOICE_SOUND)
        again = await hears(caller, ALL_BUSY_SOUND, first + 4800)
        await hears(caller, CHOICE_SOUND, again)


async def test_a_number_is_read_back_and_kept(asterisk: AsteriskProcess, sounds: Path) -> None:
    async with asyncio.timeout(DEADLINE_S), waiting(asterisk) as caller:
        at = await hears(caller, CHOICE_SOUND)
        await caller.send_keys("2")
        at = await hears(caller, "number-or-own.wav", at)
        await caller.send_keys("12#")
        at = await hears(caller, "number-wrong.wav", at)
        at = await hears(caller, "number-or-own.wav", at)
        await caller.send_keys("0912345679#")
        at = await hears(caller, "digit-9.wav", await hears(caller, "number-is.wav", at))
        assert not kept(asterisk)
        await caller.send_keys("1")
        await hears(caller, "number-kept.wav", at)
        assert (await caller.wait_ended()).by is EndedBy.PEER
    (one,) = kept(asterisk)
    assert (one["number"], one["reason"]) == ("0912345679", "caller_asked")
    assert one["call_id"] and one["at"] > 1_700_000_000


async def test_the_pound_key_alone_is_the_callers_own_number(asterisk: AsteriskProcess, sounds: Path) -> None:
    async with asyncio.timeout(DEADLINE_S), waiting(asterisk, number="84901234567") as caller:
        at = await hears(caller, CHOICE_SOUND)
        await caller.send_keys("2")
        at = await hears(caller, "number-or-own.wav", at)
        await caller.send_keys("#")
        at = await hears(caller, "number-is.wav", at)
        await caller.send_keys("1")
        await caller.wait_ended()
    assert [one["number"] for one in kept(asterisk)] == [NUMBER]


async def test_a_number_that_cannot_be_kept_is_not_promised(asterisk: AsteriskProcess, sounds: Path) -> None:
    call_backs_dir(asterisk.settings, asterisk.run_dir).rmdir()
    async with asyncio.timeout(DEADLINE_S), waiting(asterisk) as caller:
        at = await hears(caller, CHOICE_SOUND)
        await caller.send_keys("2")
        at = await hears(caller, "number-or-own.wav", at)
        await caller.send_keys("#")
        at = await hears(caller, "number-is.wav", at)
        await caller.send_keys("1")
        await hears(caller, "number-not-kept.wav", at)
        assert (await caller.wait_ended()).by is EndedBy.PEER


async def test_without_a_yes_no_number_is_kept_and_the_caller_waits_on(asterisk: AsteriskProcess, sounds: Path) -> None:
    async with asyncio.timeout(DEADLINE_S), waiting(asterisk) as caller:
        at = await hears(caller, CHOICE_SOUND)
        await caller.send_keys("2")
        at = await hears(caller, "number-or-own.wav", at)
        await caller.send_keys("#")
        at = await hears(caller, "number-is.wav", at)
        async with phones(asterisk, Answer(after_ms=100)) as (agent,):
            await (await agent.next_call()).wait_answered()
    assert not kept(asterisk)


async def test_declined_and_unanswered_calls_go_to_the_next_phone(asterisk: AsteriskProcess, sounds: Path) -> None:
    async with asyncio.timeout(DEADLINE_S), phones(asterisk, Refuse(status=603), Ignore()) as (first, second):
        async with waiting(asterisk) as caller:
            ringing = await second.next_call()
            assert first.calls
            assert (await ringing.wait_ended()).by is EndedBy.PEER
            at = await hears(caller, ALL_BUSY_SOUND)
            await hears(caller, CHOICE_SOUND, at)


@pytest.mark.parametrize("to", [HANDOFF, (TAKEOVER, "1001", 1)], ids=["queue", "takeover"])
async def test_a_phone_that_answers_and_dies_gives_the_caller_back(
    asterisk: AsteriskProcess, sounds: Path, to: tuple[str, str, int]
) -> None:
    async with (
        asyncio.timeout(DEADLINE_S),
        phones(asterisk, Answer(after_ms=100), Ignore()) as (dying, other),
    ):
        async with waiting(asterisk, HandoffReason.SUPERVISOR, to=to) as caller:
            call = await dying.next_call()
            await call.wait_answered()
            talking = caller.position
            call.media.close()
            dying.behaviour, other.behaviour = Refuse(status=480), Answer(after_ms=100)
            again = await other.next_call()
            await hears(caller, LOST_SOUND, talking)
            await again.wait_answered()
            await again.when(lambda: again.position > 4000)
            await again.hang_up()
            assert (await caller.wait_ended()).by is EndedBy.PEER


async def test_a_person_who_took_a_call_over_ends_it(asterisk: AsteriskProcess, sounds: Path) -> None:
    async with asyncio.timeout(DEADLINE_S), phones(asterisk, Answer(after_ms=100), Ignore()) as (person, other):
        async with waiting(asterisk, to=(TAKEOVER, "1001", 1)) as caller:
            call = await person.next_call()
            await call.wait_answered()
            await call.when(lambda: call.position > 4000)
            await call.hang_up()
            assert (await caller.wait_ended()).by is EndedBy.PEER
        assert not other.calls


async def test_two_calls_for_one_phone_come_one_after_the_other(asterisk: AsteriskProcess, sounds: Path) -> None:
    async with asyncio.timeout(DEADLINE_S), phones(asterisk, Answer(after_ms=100)) as (agent,):
        async with waiting(asterisk):
            call = await agent.next_call()
            await call.wait_answered()
            # No program takes it, so the dialplan itself hands it over.
            target = f"{asterisk.settings.hotline}@{asterisk.sip_address}"
            async with SipCaller(target, local_ip="127.0.0.2") as second:
                await second.place()
                await second.wait_answered()
                at = await hears(second, ALL_BUSY_SOUND)
                await hears(second, CHOICE_SOUND, at)
                assert len(agent.calls) == 1
                await call.hang_up()
                await (await agent.next_call()).wait_answered()


@pytest.mark.parametrize("longest_wait_s", [4])
async def test_after_the_longest_wait_the_caller_hears_goodbye(asterisk: AsteriskProcess, sounds: Path) -> None:
    async with asyncio.timeout(DEADLINE_S), waiting(asterisk) as caller:
        at = await hears(caller, CHOICE_SOUND)
        await caller.send_keys("1")
        await hears(caller, BUSY_SOUND, at)
        assert (await caller.wait_ended()).by is EndedBy.PEER


Moment = Callable[[SipCaller], Awaitable[object]]


async def in_the_choice(caller: SipCaller) -> None:
    await hears(caller, CHOICE_SOUND)


async def while_typing(caller: SipCaller) -> None:
    await hears(caller, CHOICE_SOUND)
    await caller.send_keys("2")
    await hears(caller, "number-or-own.wav")
    await caller.send_keys("0912")


async def at_the_question_for_consent(caller: SipCaller) -> None:
    await while_typing(caller)
    await caller.send_keys("345679#")
    await hears(caller, "number-is.wav")


@pytest.mark.parametrize("moment", [in_the_choice, while_typing, at_the_question_for_consent])
async def test_a_caller_who_hangs_up_leaves_nothing(asterisk: AsteriskProcess, sounds: Path, moment: Moment) -> None:
    async with asyncio.timeout(DEADLINE_S), waiting(asterisk) as caller:
        await moment(caller)
        await caller.hang_up()
    async with asyncio.timeout(DEADLINE_S), asterisk.ari() as ari:
        await nothing_left(ari)
    assert not kept(asterisk)


async def in_the_announcement(caller: SipCaller, call: IncomingCall) -> None:
    await hears(caller, HANDOFF_SOUND)


async def while_talking(caller: SipCaller, call: IncomingCall) -> None:
    call.answer()
    await call.wait_answered()
    await caller.when(lambda: call.position > 1600)


@pytest.mark.parametrize("moment", [in_the_announcement, while_talking])
async def test_the_phone_is_released_when_the_caller_hangs_up(
    asterisk: AsteriskProcess, sounds: Path, moment: Callable[[SipCaller, IncomingCall], Awaitable[None]]
) -> None:
    async with asyncio.timeout(DEADLINE_S), phones(asterisk, Ignore()) as (agent,):
        async with waiting(asterisk, HandoffReason.FAULT) as caller:
            call = await agent.next_call()
            await moment(caller, call)
            await caller.hang_up()
            assert (await call.wait_ended()).by is EndedBy.PEER
        async with asterisk.ari() as ari:
            await nothing_left(ari)

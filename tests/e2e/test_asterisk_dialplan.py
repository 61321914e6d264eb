"""The promises of the dialplan, through real SIP: a caller always reaches a person, strangers reach nobody."""

import asyncio
import wave
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from contracts.acts import HandoffReason
from telephony.ari.client import AriClient
from telephony.ari.events import ChannelDestroyed, Connected, StasisStart, StreamEvent
from telephony.asterisk.dialplan import (
    DEADMAN_VARIABLE,
    HANDOFF,
    HANDOFF_SOUND,
    REASON_HEADER,
    REASON_VARIABLE,
    STASIS_APPS_VARIABLE,
    SUMMARY_HEADER,
    SUMMARY_VARIABLE,
    decode_text,
    encode_text,
)
from telephony.asterisk.process import AsteriskProcess
from telephony.asterisk.settings import AsteriskSettings
from telephony.errors import CallRejected
from telephony.sip.agent import IncomingCall, SipAgent
from telephony.sip.call import EndedBy
from telephony.sip.caller import SipCaller
from telephony.sip.digest import Credentials
from telephony.sip.tones import level_of, tone

DEADLINE_S = 20.0
SUMMARY = 'Hỏi lệ phí đăng ký khai sinh; chưa chắc "quá hạn" hay không, 50% (đã nghe: $100), nguồn: 1.001193'

E = TypeVar("E", bound=StreamEvent)


@pytest.fixture
def asterisk_settings(asterisk_settings: AsteriskSettings) -> AsteriskSettings:
    return replace(asterisk_settings, deadman_s=1.0, queue_max_s=2, stasis_apps=("gone", "first", "second"))


@asynccontextmanager
async def caller_of(asterisk: AsteriskProcess, *, local_ip: str = "127.0.0.2") -> AsyncGenerator[SipCaller]:
    async with SipCaller(f"{asterisk.settings.hotline}@{asterisk.sip_address}", local_ip=local_ip) as caller:
        await caller.place()
        yield caller


@asynccontextmanager
async def agent_of(asterisk: AsteriskProcess) -> AsyncGenerator[SipAgent]:
    account = asterisk.settings.agents[0]
    async with SipAgent(asterisk.sip_address, account.name, account.password) as agent:
        await agent.register()
        yield agent


@asynccontextmanager
async def app_of(asterisk: AsteriskProcess, name: str) -> AsyncGenerator[tuple[AriClient, AsyncGenerator[StreamEvent]]]:
    async with asterisk.ari(name) as ari, aclosing(ari.events()) as events:
        assert isinstance(await anext(events), Connected)
        yield ari, events


async def wait_for(events: AsyncGenerator[StreamEvent], kind: type[E]) -> E:
    async for event in events:
        if isinstance(event, kind):
            return event
    raise AssertionError("the stream ended")


async def handed_over(agent: SipAgent, caller: SipCaller) -> IncomingCall:
    call = await agent.next_call()
    await call.wait_answered()
    await caller.wait_answered()
    assert caller.end is None
    return call


def write_tone(path: Path, frequency_hz: float, ms: int = 600) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(tone(frequency_hz, ms).tobytes())


async def test_without_the_program_a_person_answers(asterisk: AsteriskProcess) -> None:
    async with asyncio.timeout(DEADLINE_S), agent_of(asterisk) as agent, caller_of(asterisk) as caller:
        call = await handed_over(agent, caller)
        assert call.header(REASON_HEADER) == HandoffReason.FAULT
        assert call.header(SUMMARY_HEADER) is None
        await call.hang_up()
        assert (await caller.wait_ended()).by is EndedBy.PEER


async def test_without_any_application_a_person_answers(asterisk: AsteriskProcess) -> None:
    async with asyncio.timeout(DEADLINE_S), agent_of(asterisk) as agent, asterisk.ari() as ari:
        await ari.set_global(STASIS_APPS_VARIABLE, "")
        async with caller_of(asterisk) as caller:
            assert (await handed_over(agent, caller)).header(REASON_HEADER) == HandoffReason.FAULT


async def test_agents_reach_each_other(asterisk: AsteriskProcess) -> None:
    second = asterisk.settings.agents[1]
    credentials = Credentials(username=second.name, password=second.password)
    async with asyncio.timeout(DEADLINE_S), agent_of(asterisk) as agent:
        target = f"{asterisk.settings.agents[0].number}@{asterisk.sip_address}"
        async with SipCaller(target, number=second.name, local_ip="127.0.0.4", credentials=credentials) as caller:
            await caller.place()
            await handed_over(agent, caller)


async def test_the_reason_and_summary_of_a_handoff_are_on_the_agents_invite(asterisk: AsteriskProcess) -> None:
    async with asyncio.timeout(DEADLINE_S), app_of(asterisk, "first") as (ari, events), agent_of(asterisk) as agent:
        async with caller_of(asterisk) as caller:
            started = await wait_for(events, StasisStart)
            assert started.application == "first"
            assert started.args == ("inbound", asterisk.settings.hotline)
            assert started.channel.caller_number == "0901234567"
            channel = started.channel.id
            await ari.answer(channel)
            await ari.set_variable(channel, REASON_VARIABLE, encode_text(HandoffReason.CALLER_ASKED))
            await ari.set_variable(channel, SUMMARY_VARIABLE, encode_text(SUMMARY))
            context, extension, priority = HANDOFF
            await ari.continue_in_dialplan(channel, context=context, extension=extension, priority=priority)
            call = await handed_over(agent, caller)
            assert decode_text(call.header(REASON_HEADER) or "") == HandoffReason.CALLER_ASKED
            assert decode_text(call.header(SUMMARY_HEADER) or "") == SUMMARY


async def test_variables_are_set_without_the_event_websocket_too(asterisk: AsteriskProcess) -> None:
    async with asyncio.timeout(DEADLINE_S), app_of(asterisk, "first") as (_, events), caller_of(asterisk):
        channel = (await wait_for(events, StasisStart)).channel.id
        async with asterisk.ari() as over_http:
            assert not over_http.stream.is_open
            await over_http.set_variable(channel, SUMMARY_VARIABLE, SUMMARY)
            assert await over_http.get_variable(channel, SUMMARY_VARIABLE) == SUMMARY


async def test_a_dead_program_loses_the_call_to_a_person(asterisk: AsteriskProcess) -> None:
    async with asyncio.timeout(DEADLINE_S), app_of(asterisk, "first") as (ari, events), agent_of(asterisk) as agent:
        async with caller_of(asterisk) as caller:
            started = await wait_for(events, StasisStart)
            await ari.answer(started.channel.id)
            call = await handed_over(agent, caller)
            assert call.header(REASON_HEADER) == HandoffReason.FAULT


@pytest.mark.parametrize("reason", [HandoffReason.FAULT, HandoffReason.BUSY])
async def test_a_caller_whom_the_program_told_nothing_is_told_to_wait(
    asterisk: AsteriskProcess, reason: HandoffReason
) -> None:
    write_tone(asterisk.sounds_dir / HANDOFF_SOUND, 500)
    async with asyncio.timeout(DEADLINE_S), app_of(asterisk, "first") as (ari, events), agent_of(asterisk) as agent:
        async with caller_of(asterisk) as caller:
            channel = (await wait_for(events, StasisStart)).channel.id
            await ari.answer(channel)
            await ari.set_variable(channel, REASON_VARIABLE, reason)
            context, extension, priority = HANDOFF
            await ari.continue_in_dialplan(channel, context=context, extension=extension, priority=priority)
            await handed_over(agent, caller)
            heard = caller.received()
            assert max(level_of(heard[at : at + 1600], 500) for at in range(0, len(heard) - 1600, 800)) > -20


async def test_the_dead_mans_timer_can_be_renewed(asterisk: AsteriskProcess) -> None:
    async with asyncio.timeout(DEADLINE_S), app_of(asterisk, "first") as (ari, events), caller_of(asterisk):
        channel = (await wait_for(events, StasisStart)).channel.id
        await ari.set_variable(channel, DEADMAN_VARIABLE, "60")
        assert float(await ari.get_variable(channel, DEADMAN_VARIABLE)) > 50


async def test_calls_take_turns_among_the_applications_that_are_there(asterisk: AsteriskProcess) -> None:
    async with asyncio.timeout(DEADLINE_S):
        async with app_of(asterisk, "first") as (ari, first), app_of(asterisk, "second") as (_, second):
            await ari.set_global(STASIS_APPS_VARIABLE, "first&second")
            async with caller_of(asterisk), caller_of(asterisk):
                assert (await wait_for(first, StasisStart)).application == "first"
                assert (await wait_for(second, StasisStart)).application == "second"


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.9"])
async def test_strangers_are_not_answered(asterisk: AsteriskProcess, address: str) -> None:
    async with asyncio.timeout(DEADLINE_S), caller_of(asterisk, local_ip=address) as caller:
        with pytest.raises(CallRejected) as refused:
            await caller.wait_answered()
        assert refused.value.status == 401


async def test_a_caller_who_hangs_up_leaves_nothing_behind(asterisk: AsteriskProcess) -> None:
    async with asyncio.timeout(DEADLINE_S), app_of(asterisk, "first") as (ari, events):
        async with caller_of(asterisk) as caller:
            started = await wait_for(events, StasisStart)
            await ari.subscribe(f"channel:{started.channel.id}")
            await ari.answer(started.channel.id)
            await caller.wait_answered()
            await caller.hang_up()
            destroyed = await wait_for(events, ChannelDestroyed)
            assert destroyed.channel.id == started.channel.id
        assert await ari.channels() == ()

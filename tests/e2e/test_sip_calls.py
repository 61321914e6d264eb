"""The test caller and the agents' phones through the real Asterisk: trunk, queue, registration, digest, keys, ends.

No program answers here, so the dialplan brings every caller to a person.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import numpy as np
import pytest

from telephony.asterisk.process import AsteriskProcess
from telephony.asterisk.settings import AgentAccount
from telephony.errors import AuthenticationFailed, CallRejected
from telephony.sip.agent import Answer, Behaviour, Ignore, IncomingCall, SipAgent
from telephony.sip.call import Call, EndedBy
from telephony.sip.caller import SipCaller
from telephony.sip.digest import Credentials
from telephony.sip.measure import segments
from telephony.sip.tones import level_of, silence, tone


def account(asterisk: AsteriskProcess, number: int = 0) -> AgentAccount:
    return asterisk.settings.agents[number]


@asynccontextmanager
async def agent_at(
    asterisk: AsteriskProcess, number: int = 0, behaviour: Behaviour | None = None
) -> AsyncGenerator[SipAgent]:
    own = account(asterisk, number)
    behaviour = behaviour or Answer(after_ms=100)
    async with SipAgent(asterisk.sip_address, own.name, own.password, behaviour=behaviour) as agent:
        await agent.register()
        yield agent


@asynccontextmanager
async def joined(asterisk: AsteriskProcess) -> AsyncGenerator[tuple[SipCaller, IncomingCall]]:
    """A caller from the trunk and the agent who took the call, audio up both ways."""
    async with asyncio.timeout(60), agent_at(asterisk) as agent:
        async with SipCaller(f"{asterisk.settings.hotline}@{asterisk.sip_address}") as caller:
            await caller.place()
            await caller.wait_answered()
            call = await agent.next_call()
            await call.wait_answered()
            await until_heard(call, caller, 700)
            yield caller, call


async def until_heard(speaker: Call, listener: Call, frequency_hz: float) -> None:
    """The speaker sounds a tone until it comes through: whoever waits hears music, and the bridge takes its time."""
    found = False
    while not found:
        since = listener.position
        await speaker.say(tone(frequency_hz, 200))
        await listener.when(lambda since=since: listener.position >= since + 4000)
        found = level_of(listener.received(since), frequency_hz) > -30 and level_of(listener.received(since), 450) < -50


async def test_an_agent_registers_and_a_wrong_password_does_not(asterisk: AsteriskProcess) -> None:
    own = account(asterisk)
    async with asyncio.timeout(30), agent_at(asterisk), asterisk.ari() as ari:
        states = {endpoint.resource: endpoint.state for endpoint in await ari.endpoints()}
        assert states["agent1"] == "online"
    async with asyncio.timeout(30), SipAgent(asterisk.sip_address, own.name, "not-the-password") as stranger:
        with pytest.raises(AuthenticationFailed):
            await stranger.register()


async def test_a_caller_nobody_answers_for_reaches_a_person(asterisk: AsteriskProcess) -> None:
    async with joined(asterisk) as (caller, call):
        assert call.header("X-Tongdai-Reason") == "fault"
        await call.say(silence(600))
        since = call.position
        spoken = await caller.say(np.concatenate([tone(1000, 300), silence(400), tone(1000, 200)]))
        await call.when(lambda: call.position > since + 16_000)
        heard = call.received(since)
        one, two = segments(heard, gap=1600)
        assert level_of(heard[one.start : one.end], 1000) == pytest.approx(-12, abs=0.5)
        assert abs((two.start - one.start) - 5600) <= 2, "what was 700 ms apart still is"
        assert spoken.loud is not None
        keys = await asyncio.gather(caller.send_keys("0159*#"), call.send_keys("73"))
        assert len(keys) == 2
        await call.when(lambda: len(call.keys) >= 6)
        await caller.when(lambda: len(caller.keys) >= 2)
        await caller.say(silence(500))
        assert "".join(key.key for key in call.keys) == "0159*#"
        assert "".join(key.key for key in caller.keys) == "73"


async def test_the_agent_hangs_up_and_the_caller_is_released(asterisk: AsteriskProcess) -> None:
    async with joined(asterisk) as (caller, call):
        await call.hang_up()
        end = await caller.wait_ended()
        assert end.by is EndedBy.PEER and "cause=16" in end.reason


async def test_the_caller_hangs_up_and_the_agent_is_released(asterisk: AsteriskProcess) -> None:
    async with joined(asterisk) as (caller, call):
        await caller.hang_up()
        assert (await call.wait_ended()).by is EndedBy.PEER


async def test_a_caller_who_leaves_the_queue_stops_the_ringing(asterisk: AsteriskProcess) -> None:
    async with asyncio.timeout(60), agent_at(asterisk, behaviour=Ignore()) as agent:
        async with SipCaller(f"{asterisk.settings.hotline}@{asterisk.sip_address}") as caller:
            await caller.place()
            await caller.wait_answered()
            call = await agent.next_call()
        end = await call.wait_ended()
        assert (end.by, end.status) == (EndedBy.PEER, 487)


async def test_an_agent_calls_another_with_its_password(asterisk: AsteriskProcess) -> None:
    own, other = account(asterisk), account(asterisk, 1)
    to = f"{other.number}@{asterisk.sip_address}"
    async with asyncio.timeout(60), agent_at(asterisk, 1) as agent:
        credentials = Credentials(username=own.name, password=own.password)
        async with SipCaller(to, number=own.name, local_ip="127.0.0.4", credentials=credentials) as caller:
            await caller.place()
            await caller.wait_answered()
            call = await agent.next_call()
            await until_heard(caller, call, 900)
            await until_heard(call, caller, 1200)
        assert (await call.wait_ended()).by is EndedBy.PEER
        wrong = Credentials(username=own.name, password="not-the-password")
        async with SipCaller(to, number=own.name, local_ip="127.0.0.4", credentials=wrong) as stranger:
            await stranger.place()
            with pytest.raises(CallRejected) as refused:
                await stranger.wait_answered()
            assert refused.value.status in (401, 403)

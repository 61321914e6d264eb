"""A phone by others against ours, and through the real Asterisk: what both ends took for SIP and RTP really is."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
from baresip import BaresipPhone
from baresip_install import BaresipProgram, baresip_program

from telephony.asterisk.process import AsteriskProcess
from telephony.g711 import Pcm, decode_alaw, encode_alaw
from telephony.sip.agent import Answer, SipAgent
from telephony.sip.call import EndedBy
from telephony.sip.caller import SipCaller
from telephony.sip.measure import segments
from telephony.sip.tones import level_of, silence, tone

RNG = np.random.default_rng(11)
# Values that A-law keeps as they are: at the border of two steps baresip rounds negative samples another way.
SPEECH = decode_alaw(encode_alaw(np.clip(RNG.normal(0, 4000, 12_000), -32768, 32767).astype(np.int16)))
MICROPHONE = np.concatenate([silence(500), SPEECH])


@pytest.fixture(scope="session")
def baresip() -> BaresipProgram:
    return baresip_program()


def frames_found(said: Pcm, heard: Pcm) -> float:
    """The share of 20 ms pieces that are heard exactly as they were said."""
    recording = heard.tobytes()
    pieces = [said[at : at + 160].tobytes() for at in range(0, len(said) - 159, 160)]
    return sum(piece in recording for piece in pieces) / len(pieces)


async def test_it_calls_our_phone(baresip: BaresipProgram, tmp_path: Path) -> None:
    async with asyncio.timeout(60), SipAgent("127.0.0.1:5060", "a", behaviour=Answer(after_ms=50)) as agent:
        async with BaresipPhone(baresip, tmp_path, MICROPHONE) as phone:
            await phone.dial(f"sip:a@127.0.0.3:{agent.address[1]}")
            call = await agent.next_call()
            await call.wait_answered()
            await call.say(SPEECH)
            await call.when(lambda: call.last_loud >= 0 and call.position - call.last_loud > 4000)
            await phone.press("159*0#")
            await call.when(lambda: len(call.keys) >= 6)
            await phone.hang_up()
            assert (await call.wait_ended()).by is EndedBy.PEER
        assert "".join(key.key for key in call.keys) == "159*0#"
        assert frames_found(SPEECH, call.received()) == 1.0
        # Its jitter buffer may drop or repeat.
        assert frames_found(SPEECH, phone.heard()) > 0.9
        assert call.media.malformed == agent.user_agent.transport.malformed == 0


async def test_our_caller_calls_it(baresip: BaresipProgram, tmp_path: Path) -> None:
    async with asyncio.timeout(60):
        async with BaresipPhone(baresip, tmp_path, MICROPHONE, account=";regint=0;answermode=auto") as phone:
            to = f"0907654321@{phone.ip}:{phone.sip_port}"
            async with SipCaller(to) as caller:
                await caller.place()
                await caller.wait_answered()
                await caller.say(SPEECH)
                await caller.when(lambda: caller.last_loud > 8000 and caller.position - caller.last_loud > 4000)
                await phone.hang_up()
                assert (await caller.wait_ended()).by is EndedBy.PEER
        assert frames_found(SPEECH, caller.received()) == 1.0
        assert frames_found(SPEECH, phone.heard()) > 0.9


async def test_it_calls_the_hotline_and_is_handed_to_our_phone(
    asterisk: AsteriskProcess, baresip: BaresipProgram, tmp_path: Path
) -> None:
    own = asterisk.settings.agents[0]
    behaviour = Answer(after_ms=50)
    async with (
        asyncio.timeout(60),
        SipAgent(asterisk.sip_address, own.name, own.password, behaviour=behaviour) as agent,
    ):
        await agent.register()
        microphone = np.concatenate([tone(1000, 200), silence(200)] * 40)
        async with BaresipPhone(baresip, tmp_path, microphone) as phone:
            await phone.dial(f"sip:{asterisk.settings.hotline}@{asterisk.sip_address}")
            call = await agent.next_call()
            await call.wait_answered()
            await call.when(lambda: call.last_loud >= 0)
            await phone.press("12")
            await call.say(tone(700, 1000))
            await call.when(lambda: len(call.keys) >= 2)
            await call.hang_up()
            await phone.event("CALL_CLOSED")
        assert "".join(key.key for key in call.keys) == "12"
        assert any(level_of(call.received(part.start, part.end), 1000) > -15 for part in call.heard_active(gap_ms=50))
        heard = phone.heard()
        assert any(level_of(heard[part.start : part.end], 700) > -20 for part in segments(heard, gap=800))


async def test_it_takes_a_call_as_an_agent(asterisk: AsteriskProcess, baresip: BaresipProgram, tmp_path: Path) -> None:
    own = asterisk.settings.agents[0]
    account = f";auth_user={own.name};auth_pass={own.password};regint=600;answermode=auto"
    async with asyncio.timeout(60):
        async with BaresipPhone(
            baresip,
            tmp_path,
            tone(700, 8000),
            ip="127.0.0.3",
            user=own.name,
            domain=asterisk.sip_address,
            account=account,
        ) as phone:
            await phone.registered()
            async with SipCaller(f"{asterisk.settings.hotline}@{asterisk.sip_address}") as caller:
                await caller.place()
                await caller.wait_answered()
                await phone.event("CALL_ESTABLISHED")
                since = caller.position
                await caller.when(lambda: caller.position > since + 8000)
                assert level_of(caller.received(since + 4000), 700) > -20
            await phone.event("CALL_CLOSED")

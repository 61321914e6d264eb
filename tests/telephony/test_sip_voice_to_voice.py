"""A whole conversation between two phones: what the caller measures agrees with what the answering side did."""

import asyncio

import numpy as np

from telephony.sip.agent import Answer, IncomingCall, SipAgent
from telephony.sip.caller import SipCaller
from telephony.sip.conditions import Conditions
from telephony.sip.conversation import Conversation, Patience
from telephony.sip.measure import Segment
from telephony.sip.tones import silence, tone
from telephony.sip.turns import BargeInTurn, KeysTurn, SayTurn

STEADY = Conditions(hidden_lateness_ms=10_000.0)
PACKETS_MS = 40.0
"""One 20 ms packet must be full before it leaves, in each direction."""


async def answer_once(call: IncomingCall, since: int) -> tuple[int, int]:
    """Says something after 300 ms of silence; where the caller's words ended and the answer began, on this side."""
    await call.when(lambda: call.last_loud >= since and call.position - call.last_loud >= 2400)
    ended = call.last_loud
    spoken = await call.say(tone(500, 600))
    return ended, spoken.start


async def test_voice_to_voice_is_the_answering_sides_gap_and_the_packets() -> None:
    async with asyncio.timeout(60):
        greeting = Answer(after_ms=0, says=np.concatenate([silence(100), tone(500, 400)]))
        async with SipAgent("127.0.0.1:5060", "a", behaviour=greeting, conditions=STEADY) as agent:
            async with SipCaller(f"a@127.0.0.3:{agent.address[1]}", conditions=STEADY) as caller:
                await caller.place()
                call = await agent.next_call()
                await caller.wait_answered()
                speech = np.concatenate([silence(60), tone(900, 300), silence(60)])
                turns = [SayTurn(pcm=speech, text="một"), SayTurn(pcm=speech, text="hai")]
                running = asyncio.ensure_future(Conversation(caller, patience=Patience(quiet_ms=400)).run(turns))
                first = await answer_once(call, 0)
                second = await answer_once(call, first[1])
                result = await running
        assert result.greeting is not None and abs(result.greeting.ms - 400) < 2
        for turn, (ended, began) in zip(result.turns, (first, second), strict=True):
            assert turn.answered and not turn.cut_off and turn.voice_to_voice_ms is not None
            gap_ms = (began - ended) / 8
            # The positions on both sides come from one clock, rounded to a sample each.
            assert turn.voice_to_voice_ms - gap_ms >= PACKETS_MS - 1.0
            assert turn.answer is not None and abs(turn.answer.ms - 600) < 2
            assert 298 < turn.speech.ms < 302


async def test_a_barge_in_is_measured_to_the_last_sample_heard() -> None:
    async with asyncio.timeout(60):
        async with SipAgent("127.0.0.1:5060", "a", behaviour=Answer(after_ms=0), conditions=STEADY) as agent:
            async with SipCaller(f"a@127.0.0.3:{agent.address[1]}", conditions=STEADY) as caller:
                await caller.place()
                call = await agent.next_call()
                await caller.wait_answered()
                turns = [BargeInTurn(pcm=tone(900, 800), text="khoan", after_ms=500), KeysTurn(keys="1")]
                running = asyncio.ensure_future(Conversation(caller, patience=Patience(quiet_ms=400)).run(turns))
                talking = asyncio.ensure_future(call.say(tone(500, 10_000)))
                await call.when(lambda: call.last_loud >= 0)
                call.mute()
                await call.when(lambda: call.position - call.last_loud >= 2400)
                assert not talking.done()
                await call.hang_up()
                result = await running
                await asyncio.wait([talking])
                assert talking.exception() is not None
        (turn,) = result.turns
        assert turn.interrupted and turn.barge_in_ms is not None and turn.barge_in_ms > 0
        heard = caller.heard_active(gap_ms=100)
        assert heard == (Segment(start=heard[0].start, end=turn.speech.start + round(turn.barge_in_ms * 8) + 1),)
        assert not turn.answered and turn.voice_to_voice_ms is None

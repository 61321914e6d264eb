"""The demonstration: a simulated citizen phones the hotline over SIP, interrupts it, and is put through to a person."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, replace

from contracts.call_event import CallEvent
from hotline.caller_turns import interrupting, say_turn
from hotline.event_words import word
from hotline.placed_call import PlacedCall, place_call
from hotline.state import RunState
from telephony.asterisk.dialplan import REASON_HEADER, SUMMARY_HEADER, decode_text
from telephony.sip.agent import Answer, IncomingCall, SipAgent
from telephony.sip.turns import Turn
from tts.rendering import render

QUESTION = "cho tôi hỏi làm giấy khai sinh cho con thì cần những giấy tờ gì"
INTERRUPTION = "thế còn lệ phí hết bao nhiêu tiền"
PERSON = "cho tôi gặp cán bộ tư vấn"
TO_THE_AGENT = "chào em, bác muốn hỏi thêm về việc khai sinh cho cháu"
AGENT_GREETING = "Dạ, cán bộ tư vấn xin nghe. Bác cần hỏi gì ạ?"
AGENT_REPLY = "Dạ vâng, em nghe rõ rồi ạ. Để em giúp bác."
AGENT_VOICE = "caller2"
INTERRUPT_AFTER_MS = 2500.0


@dataclass(slots=True)
class AgentSide:
    """What happened at the person's phone."""

    rang: bool = False
    greeted: bool = False
    """The person has picked up and said the greeting."""
    reason: str = ""
    summary: str = ""
    heard_caller: bool = False


def demo_turns(voice: str, side: AgentSide) -> list[Turn]:
    return [
        say_turn(QUESTION, voice),
        interrupting(say_turn(INTERRUPTION, voice), INTERRUPT_AFTER_MS),
        say_turn(PERSON, voice),
        replace(say_turn(TO_THE_AGENT, voice), ready=lambda: side.greeted),
    ]


async def run_demo(
    state: RunState, voice: str, *, observe: Callable[[CallEvent], None], note: Callable[[str], None]
) -> tuple[PlacedCall, AgentSide]:
    """Raises `SipError`."""
    side = AgentSide()
    turns = await asyncio.to_thread(demo_turns, voice, side)
    async with agent_phone(state, side, note):
        note(f"bác gọi số {state.number} qua SIP tới {state.sip}")
        call = await place_call(f"{state.number}@{state.sip}", turns, state=state, observe=observe)
        return call, side


@contextlib.asynccontextmanager
async def agent_phone(state: RunState, side: AgentSide, note: Callable[[str], None]) -> AsyncGenerator[None]:
    """A person's phone that is registered, and answers and talks with whoever is put through."""
    account = state.agents[0]
    greeting = await asyncio.to_thread(lambda: render(AGENT_GREETING, variant=AGENT_VOICE))
    behaviour = Answer(after_ms=1500, says=greeting)
    async with SipAgent(state.sip, account.name, account.password, behaviour=behaviour) as phone:
        await phone.register()
        note(f"điện thoại của cán bộ ({account.name}) đã đăng ký")
        task = asyncio.create_task(_attend(phone, side, len(greeting), note), name="agent")
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def _attend(phone: SipAgent, side: AgentSide, greeting: int, note: Callable[[str], None]) -> None:
    """`greeting`: how long it is, in samples."""
    reply = await asyncio.to_thread(lambda: render(AGENT_REPLY, variant=AGENT_VOICE))
    while True:
        call = await phone.next_call()
        side.rang = True
        side.reason = decode_text(call.header(REASON_HEADER) or "")
        side.summary = decode_text(call.header(SUMMARY_HEADER) or "")
        note(f"điện thoại của cán bộ đổ chuông: {word('reason', side.reason)} – {side.summary}")
        await call.wait_answered()
        note(f"cán bộ nhấc máy: “{AGENT_GREETING}”")
        side.greeted = await _has_lasted(call, greeting)
        if await _caller_has_spoken(call, greeting):
            side.heard_caller = True
            note("cán bộ nghe thấy người gọi và trả lời: “" + AGENT_REPLY + "”")
            await call.say(reply)
        await call.wait_ended()


async def _has_lasted(call: IncomingCall, samples: int) -> bool:
    return await call.when(lambda: call.position > samples)


async def _caller_has_spoken(call: IncomingCall, after: int, quiet_samples: int = 6400) -> bool:
    """The caller has said something and has been quiet for 0.8 s since; False: the call ended before."""
    return await call.when(lambda: after < call.last_loud < call.position - quiet_samples)

"""Calls to a whole hotline: what happens in them as the hotline tells it, and what is left of them afterwards."""

import asyncio
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import numpy as np
from line_hotline import nothing_left

from contracts.call_event import CallEvent
from hotline.caller_turns import say_turn
from hotline.feed_reader import CallLog, following
from hotline.hearing import hear_all
from hotline.settings import load_settings
from hotline.state import RunState
from telephony.ari.client import AriClient
from telephony.g711 import Pcm
from telephony.sip.agent import Answer, Behaviour, SipAgent
from telephony.sip.call import Call
from telephony.sip.caller import SipCaller
from telephony.sip.measure import segments
from telephony.sip.tones import level_of, tone

DEADLINE_S = 60.0
QUESTION = "cho tôi hỏi làm giấy khai sinh cho con thì cần những giấy tờ gì"
FEE = "thế còn lệ phí hết bao nhiêu tiền"
PERSON = "cho tôi gặp cán bộ"
FREQUENCIES_HZ = (900.0, 1200.0)
"""What caller and agent sound to each other; whoever waits hears music at others."""


class Told:
    """What the hotline's feed tells of one call, waited for."""

    def __init__(self, number: str) -> None:
        self.log = CallLog(number)
        self._new = asyncio.Event()

    @property
    def events(self) -> list[CallEvent]:
        return self.log.events

    def put(self, event: CallEvent) -> None:
        self.log.put(event)
        self._new.set()

    async def event(self, kind: str, **fields: object) -> CallEvent:
        """The first event of that kind with those fields, come or to come; the caller sets the deadline."""
        return await self._find(0, kind, fields)

    async def next(self, kind: str, **fields: object) -> CallEvent:
        """The same, of those to come."""
        return await self._find(len(self.events), kind, fields)

    async def _find(self, at: int, kind: str, fields: dict[str, object]) -> CallEvent:
        while True:
            for event in self.events[at:]:
                if event.kind == kind and all(event.fields.get(name) == value for name, value in fields.items()):
                    return event
            self._new.clear()
            await self._new.wait()

    def said(self) -> list[str]:
        return [str(event.fields["text"]) for event in self.events if event.kind == "say.started"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCall:
    caller: SipCaller
    told: Told
    number: str
    """The caller's."""

    async def say(self, text: str) -> None:
        # Not in the phone's loop: while that stands still nothing is sent, and of the burst that makes up for it the
        # exchange drops what is older than 100 ms, which are the first words.
        await self.caller.say((await asyncio.to_thread(say_turn, text)).pcm)

    async def heard_quiet(self, ms: int = 700) -> None:
        """Until something was heard from here on and then nothing for so long."""
        caller, since = self.caller, self.caller.position
        await caller.when(lambda: caller.last_loud > since and caller.position - caller.last_loud > ms * 8)

    async def pass_time(self, ms: int) -> None:
        """Of the call's clock."""
        since = self.caller.position
        await self.caller.when(lambda: self.caller.position >= since + ms * 8)


@asynccontextmanager
async def dialling(state: RunState, *, local_ip: str = "127.0.0.2") -> AsyncGenerator[OnCall]:
    """A call that rings or is just being answered; hung up at the end of the block."""
    number = f"09{secrets.randbelow(10**8):08d}"
    async with (
        told_of(state, number) as told,
        SipCaller(f"{state.number}@{state.sip}", number=number, local_ip=local_ip) as caller,
    ):
        await caller.place()
        yield OnCall(caller=caller, told=told, number=number)


@asynccontextmanager
async def told_of(state: RunState, number: str) -> AsyncGenerator[Told]:
    """The deadline of a call; where it passes, the failure shows what happened in the call."""
    told = Told(number)
    try:
        async with asyncio.timeout(DEADLINE_S), following(state.feeds, told.put):
            yield told
    except TimeoutError as error:
        error.add_note("\n".join(f"{event.kind} {dict(event.fields)}"[:200] for event in told.events))
        raise


@asynccontextmanager
async def calling(state: RunState) -> AsyncGenerator[OnCall]:
    """An answered call in which the greeting has been heard for a second."""
    async with dialling(state) as call:
        await call.caller.wait_answered()
        await call.told.event("say.started")
        await call.caller.when(lambda: call.caller.last_loud >= 0)
        await call.pass_time(1000)
        yield call


@asynccontextmanager
async def agent_of(state: RunState, behaviour: Behaviour | None = None) -> AsyncGenerator[SipAgent]:
    """The first agent's phone, registered."""
    account = state.agents[0]
    behaviour = behaviour or Answer(after_ms=100)
    async with SipAgent(state.sip, account.name, account.password, behaviour=behaviour) as phone:
        await phone.register()
        yield phone


@asynccontextmanager
async def ari_of(state: RunState) -> AsyncGenerator[AriClient]:
    async with AriClient(state.ari, state.ari_user, state.ari_password, "test") as ari:
        yield ari


def calls_url(state: RunState) -> str:
    """Of the web server in the calls' process."""
    return state.feeds[0].url.replace("ws://", "http://").removesuffix("/feed")


async def calls_now(state: RunState) -> int:
    async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
        health = (await http.get(f"{calls_url(state)}/healthz")).json()
        assert health["status"] == "ok"
        return int(health["calls"])


async def all_gone(state: RunState) -> None:
    """Until neither Asterisk nor the hotline has anything left of any call; the deadline is the test's failure."""
    async with ari_of(state) as ari, asyncio.timeout(DEADLINE_S):
        await nothing_left(ari)
        while await calls_now(state):
            # A request is what passes the time here.
            pass


async def hear_each_other(caller: Call, agent: Call) -> None:
    """Each sounds a tone until it comes through to the other, at the level at which it was sent."""
    for speaker, listener, frequency in ((caller, agent, FREQUENCIES_HZ[0]), (agent, caller, FREQUENCIES_HZ[1])):
        level = -120.0
        while abs(level + 12) > 1:
            since = listener.position
            await speaker.say(tone(frequency, 300))
            assert await listener.when(lambda listener=listener, since=since: listener.position >= since + 5600)
            heard = listener.received(since)
            level = max((level_of(heard[one.start : one.end], frequency) for one in segments(heard)), default=-120.0)


async def words_in(*sounds: Pcm) -> list[str]:
    """What our recogniser hears in each."""
    return await asyncio.to_thread(hear_all, sounds, load_settings())


def is_sound(pcm: Pcm) -> bool:
    return bool(np.abs(pcm.astype(int)).max(initial=0) > 1000)

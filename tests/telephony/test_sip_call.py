"""Caller and agent against each other on the loopback address: set-up, ends, loss, authentication."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from telephony.errors import CallEnded, CallRejected, SipBindError, SipTimeout
from telephony.sip.agent import Answer, Behaviour, Ignore, IncomingCall, Refuse, SipAgent
from telephony.sip.call import SDP_TYPE, End, EndedBy
from telephony.sip.caller import SipCaller, Target
from telephony.sip.codec import PCMA, PCMU, Codec
from telephony.sip.message import Headers, Request, response_to
from telephony.sip.sdp import describe, read
from telephony.sip.tones import silence
from telephony.sip.transaction import ServerTransaction, Timers
from telephony.sip.useragent import UserAgent

QUICK = Timers(t1_s=0.02, t2_s=0.08)
AT_ONCE = Answer(after_ms=0)


@asynccontextmanager
async def phones(
    behaviour: Behaviour = AT_ONCE,
    *,
    codecs: tuple[Codec, ...] = (PCMA, PCMU),
    headers: tuple[tuple[str, str], ...] = (),
) -> AsyncGenerator[tuple[SipCaller, SipAgent]]:
    async with asyncio.timeout(30), SipAgent("127.0.0.1:5060", "agent1", behaviour=behaviour, timers=QUICK) as agent:
        to = f"agent1@127.0.0.3:{agent.address[1]}"
        async with SipCaller(to, timers=QUICK, codecs=codecs, headers=headers) as caller:
            yield caller, agent


async def answered(caller: SipCaller, agent: SipAgent) -> IncomingCall:
    await caller.place()
    call = await agent.next_call()
    await caller.wait_answered()
    return call


async def test_rings_then_answers_and_carries_headers() -> None:
    headers = (("X-Tongdai-Reason", "caller_asked"), ("X-Tongdai-Summary", "hỏi lệ phí đăng ký kết hôn"))
    async with phones(headers=headers) as (caller, agent):
        call = await answered(caller, agent)
        assert [step.status for step in caller.progress] == [180]
        assert caller.setup_ms is not None and caller.answered and call.answered
        assert call.header("X-Tongdai-Summary") == "hỏi lệ phí đăng ký kết hôn"
        assert call.header("X-Tongdai-Nothing") is None
        assert "0901234567" in call.invite.header("From")


async def test_the_caller_hangs_up() -> None:
    async with phones() as (caller, agent):
        call = await answered(caller, agent)
        await caller.hang_up()
        assert (await call.wait_ended()).by is EndedBy.PEER
        assert (await caller.wait_ended()).by is EndedBy.US
        await caller.hang_up()


async def test_the_agent_hangs_up() -> None:
    async with phones() as (caller, agent):
        call = await answered(caller, agent)
        await call.hang_up()
        assert (await caller.wait_ended()).by is EndedBy.PEER
        assert call.end is not None and call.end.by is EndedBy.US


async def test_a_hang_up_while_it_rings_is_a_cancel() -> None:
    async with phones(Ignore()) as (caller, agent):
        await caller.place()
        call = await agent.next_call()
        await caller.hang_up()
        assert await call.wait_ended() == End(by=EndedBy.PEER, status=487)
        assert await caller.wait_ended() == End(by=EndedBy.US, status=487)
        with pytest.raises(CallRejected):
            await caller.wait_answered()


async def test_a_cancelled_call_is_not_answered_later() -> None:
    async with phones(Answer(after_ms=60_000)) as (caller, agent):
        await caller.place()
        call = await agent.next_call()
        await caller.hang_up()
        await call.wait_ended()
        call.answer()
        assert not call.answered


async def test_an_answer_that_crosses_the_hang_up_is_hung_up() -> None:
    async with phones(Ignore()) as (caller, agent):
        await caller.place()
        call = await agent.next_call()
        agent.user_agent.transport.drop_in = lambda datagram: datagram.startswith(b"CANCEL")
        leaving = asyncio.ensure_future(caller.hang_up())
        await asyncio.sleep(0)
        call.answer()
        await leaving
        assert (await call.wait_ended()).by is EndedBy.PEER
        assert (await caller.wait_ended()).by is EndedBy.US


@pytest.mark.parametrize("status", [486, 603, 480])
async def test_a_refusal_carries_its_status(status: int) -> None:
    async with phones(Refuse(status=status)) as (caller, agent):
        await caller.place()
        with pytest.raises(CallRejected) as refused:
            await caller.wait_answered()
        assert refused.value.status == status
        assert await caller.wait_ended() == End(by=EndedBy.REFUSAL, status=status)
        assert [call.end for call in agent.calls] == [End(by=EndedBy.US, status=status)]


async def test_an_agent_on_the_phone_is_busy() -> None:
    async with phones() as (caller, agent):
        await answered(caller, agent)
        async with SipCaller(f"agent1@127.0.0.3:{agent.address[1]}", timers=QUICK) as second:
            await second.place()
            with pytest.raises(CallRejected) as refused:
                await second.wait_answered()
            assert refused.value.status == 486
        assert caller.end is None


async def test_an_agent_can_refuse_while_it_rings() -> None:
    async with phones(Ignore()) as (caller, agent):
        await caller.place()
        (await agent.next_call()).refuse(603)
        assert (await caller.wait_ended()).status == 603


async def test_nobody_there() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.3", 0))
        port = deaf.getsockname()[1]
        async with asyncio.timeout(30):
            async with SipCaller(f"a@127.0.0.3:{port}", timers=Timers(t1_s=0.005)) as caller:
                await caller.place()
                with pytest.raises(SipTimeout):
                    await caller.wait_answered()
            async with SipCaller(f"a@127.0.0.3:{port}", timers=Timers(t1_s=0.005)) as caller:
                await caller.place()
                await caller.hang_up()
                assert (await caller.wait_ended()).by is EndedBy.US


async def test_what_was_never_placed_can_be_closed() -> None:
    caller = SipCaller("19001009@127.0.0.1:5060")
    await caller.close()
    await caller.close()


class EverySecond:
    """A network that loses every second datagram."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self, datagram: bytes) -> bool:
        self._count += 1
        return self._count % 2 == 1


async def test_a_call_survives_the_loss_of_every_second_datagram() -> None:
    async with phones() as (caller, agent):
        agent.user_agent.transport.drop_out = EverySecond()
        caller.user_agent.transport.drop_out = EverySecond()
        call = await answered(caller, agent)
        await caller.hang_up()
        await call.wait_ended()
        assert len(agent.calls) == 1


async def test_a_caller_that_never_acknowledges_is_given_up() -> None:
    async with phones() as (caller, agent):
        caller.user_agent.transport.drop_out = lambda datagram: datagram.startswith(b"ACK")
        call = await answered(caller, agent)
        assert (await call.wait_ended()).by is EndedBy.TIMEOUT


async def test_talking_ends_with_the_call() -> None:
    async with phones() as (caller, agent):
        call = await answered(caller, agent)
        never = asyncio.ensure_future(call.when(lambda: False))
        await call.hang_up()
        assert not await never and not await call.when(lambda: True)
        with pytest.raises(CallEnded):
            await call.send_keys("1")
        await caller.wait_ended()
        with pytest.raises(CallEnded):
            caller.mute()


async def test_the_other_side_may_move_its_audio_or_ask_for_ours() -> None:
    async with phones() as (caller, agent):
        call = await answered(caller, agent)
        assert call.dialog is not None
        bare = await call.user_agent.ask(call.dialog.request("INVITE"), call.dialog.destination())
        assert bare.status == 200 and read(bare.body).codec is PCMA
        for codec, status in ((PCMA, 200), (PCMU, 488)):
            offer = describe(address="127.0.0.3", port=call.media.port, codecs=(codec,))
            again = replace(call.dialog.request("INVITE", [SDP_TYPE]), body=offer)
            assert (await call.user_agent.ask(again, call.dialog.destination())).status == status
        for method, status in (("OPTIONS", 200), ("INFO", 200), ("UPDATE", 200), ("CANCEL", 481), ("PUBLISH", 405)):
            response = await call.user_agent.ask(call.dialog.request(method), call.dialog.destination())
            assert (method, response.status) == (method, status)
        assert caller.end is None


async def test_requests_of_no_call_are_told_so() -> None:
    async with phones() as (caller, agent):
        call = await answered(caller, agent)
        assert call.dialog is not None
        stranger = replace(call.dialog, call_id="other")
        for method, status in (("OPTIONS", 200), ("INVITE", 480), ("BYE", 481)):
            response = await call.user_agent.ask(stranger.request(method), call.dialog.destination())
            assert (method, response.status) == (method, status)


async def test_an_offer_without_common_codec_is_refused() -> None:
    async with phones() as (caller, agent):
        await caller.place()
        call = await agent.next_call()
        offer = call.invite.body.replace(b"RTP/AVP 8 0 101", b"RTP/AVP 3")
        kept = [item for item in call.invite.headers.items if item[0] != "Call-ID"]
        strange = replace(call.invite, headers=Headers((*kept, ("Call-ID", "x"))), body=offer)
        assert (await caller.user_agent.ask(strange, agent.address)).status == 488


@pytest.mark.parametrize("to", ["", "19001009", "@host", "a@b:99999", "a b@c", "a@b:0", "a@b\r\nX: 1"])
def test_a_bad_target_is_refused(to: str) -> None:
    with pytest.raises(ValueError, match="number@host:port"):
        SipCaller(to)


def test_targets() -> None:
    assert Target.parse("sip:19001009@host:5080") == Target(user="19001009", host="host", port=5080)
    assert Target.parse("1@host").uri == "sip:1@host:5060"


async def test_an_address_that_is_not_ours_is_named() -> None:
    with pytest.raises(SipBindError, match="192\\.0\\.2\\.1"):
        SipCaller("1@127.0.0.1", local_ip="192.0.2.1")


class Scripted:
    """Answers an INVITE with the given responses."""

    def __init__(self, *responses: tuple[int, bytes]) -> None:
        self._responses = responses
        self.methods: list[str] = []
        self.agent = UserAgent("127.0.0.1", self._on_request, QUICK)

    def _on_request(self, transaction: ServerTransaction) -> None:
        request = transaction.request
        self.methods.append(request.method)
        for status, body in self._responses if request.method == "INVITE" else ((200, b""),):
            transaction.respond(response_to(request, status, to_tag="s", headers=[SDP_TYPE], body=body))


@asynccontextmanager
async def scripted(*responses: tuple[int, bytes]) -> AsyncGenerator[tuple[SipCaller, Scripted]]:
    server = Scripted(*responses)
    await server.agent.open()
    try:
        async with asyncio.timeout(30), SipCaller(f"1@127.0.0.1:{server.agent.address[1]}", timers=QUICK) as caller:
            yield caller, server
    finally:
        server.agent.close()


async def test_early_media_is_heard_before_the_answer() -> None:
    early = describe(address="127.0.0.1", port=9, codecs=(PCMU,))
    async with scripted((183, b"junk"), (183, early)) as (caller, _):
        await caller.place()
        assert await caller.when(lambda: caller.position >= 160)
        await caller.say(silence(40))
        assert not caller.answered
        assert [step.status for step in caller.progress] == [183, 183]
    async with scripted((183, early), (200, early)) as (caller, server):
        await caller.place()
        await caller.wait_answered()
        await caller.hang_up()
        assert server.methods == ["INVITE", "BYE"]


@pytest.mark.parametrize("body", [b"", b"junk", describe(address="127.0.0.1", port=0, codecs=(PCMA,))])
async def test_an_answer_without_audio_for_us_is_hung_up(body: bytes) -> None:
    async with scripted((200, body)) as (caller, server):
        await caller.place()
        with pytest.raises(CallRejected) as refused:
            await caller.wait_answered()
        assert refused.value.status == 488
        await server.agent.ask(_options(server), server.agent.address)
        assert server.methods[:2] == ["INVITE", "BYE"]


def _options(server: Scripted) -> Request:
    items = (("From", "<sip:a>;tag=1"), ("To", "<sip:b>"), ("Call-ID", "o"), ("CSeq", "1 OPTIONS"))
    return Request(method="OPTIONS", uri=f"sip:b@127.0.0.1:{server.agent.address[1]}", headers=Headers(items))

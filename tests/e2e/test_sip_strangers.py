"""Strangers, and datagrams that are no SIP: who has neither address nor password is not let in, nobody is disturbed."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from telephony.asterisk.process import AsteriskProcess
from telephony.asterisk.settings import AgentAccount
from telephony.errors import AuthenticationFailed
from telephony.sip.agent import Answer, SipAgent
from telephony.sip.caller import TRUNK_IP, SipCaller

STRANGER_IP = "127.0.0.9"
DEADLINE_S = 20.0

MALFORMED = (
    b"\x00\x01\x02\xff" * 64,
    b"INVITE\r\n\r\n",
    b"INVITE sip:19001009@127.0.0.1 SIP/2.0\r\n\r\n",
    b"SIP/2.0 200 OK\r\nCall-ID: nobody\r\nCSeq: 1 INVITE\r\n\r\n",
    b"INVITE sip:19001009@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP\r\nCSeq: -1 BYE\r\nContent-Length: 99999\r\n\r\nv=",
    b"INVITE sip:" + b"9" * 20_000 + b"@127.0.0.1 SIP/2.0\r\n\r\n",
    b"OPTIONS sip:a SIP/2.0\r\n" + b"Via: SIP/2.0/UDP 127.0.0.9:1;branch=z9hG4bKx\r\n" * 200 + b"\r\n",
)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.received: asyncio.Queue[bytes] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.received.put_nowait(data)


@asynccontextmanager
async def socket_at(
    asterisk: AsteriskProcess, local_ip: str
) -> AsyncGenerator[tuple[asyncio.DatagramTransport, _Datagrams, int]]:
    host, port = asterisk.sip_address.rsplit(":", 1)
    transport, datagrams = await asyncio.get_running_loop().create_datagram_endpoint(
        _Datagrams, local_addr=(local_ip, 0), remote_addr=(host, int(port))
    )
    try:
        yield transport, datagrams, transport.get_extra_info("sockname")[1]
    finally:
        transport.close()


def request(method: str, port: int, *, user: str) -> bytes:
    own = f"{STRANGER_IP}:{port}"
    return (
        f"{method} sip:{user}@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bK{method}{user};rport\r\n"
        f"Max-Forwards: 70\r\nFrom: <sip:{user}@{own}>;tag=1\r\nTo: <sip:{user}@127.0.0.1>\r\n"
        f"Call-ID: {method}-{user}\r\nCSeq: 1 {method}\r\nContact: <sip:{user}@{own}>\r\nExpires: 60\r\n"
        "Content-Length: 0\r\n\r\n"
    ).encode()


async def test_strangers_get_nothing_and_noise_disturbs_nobody(asterisk: AsteriskProcess) -> None:
    """Whoever is no trunk and knows no password is challenged or refused, whatever he asks for."""
    async with asyncio.timeout(DEADLINE_S), asterisk.ari() as ari:
        async with socket_at(asterisk, STRANGER_IP) as (transport, datagrams, port):
            for method in ("OPTIONS", "REGISTER", "INVITE", "SUBSCRIBE", "MESSAGE"):
                for user in ("19001009", "agent1", "nobody"):
                    transport.sendto(request(method, port, user=user))
                    assert await _final_status(datagrams, method, user) in (401, 403, 404), (method, user)
            for datagram in MALFORMED:
                transport.sendto(datagram)
        async with socket_at(asterisk, TRUNK_IP) as (transport, _, _):
            for datagram in MALFORMED:
                transport.sendto(datagram)
        with pytest.raises(AuthenticationFailed):
            async with SipAgent(asterisk.sip_address, "agent1", "guessed", local_ip=STRANGER_IP) as phone:
                await phone.register()
        assert await ari.channels() == ()
        await _still_answers(asterisk, asterisk.settings.agents[0])


async def _final_status(datagrams: _Datagrams, method: str, user: str) -> int:
    """Of the answer to that request."""
    while True:
        answer = (await datagrams.received.get()).decode()
        status = re.match(r"SIP/2\.0 (\d{3})", answer)
        if status is not None and f"Call-ID: {method}-{user}\r\n" in answer and int(status[1]) >= 200:
            return int(status[1])


async def _still_answers(asterisk: AsteriskProcess, account: AgentAccount) -> None:
    """No program runs here: a caller from the trunk reaches a person."""
    async with SipAgent(asterisk.sip_address, account.name, account.password, behaviour=Answer(after_ms=0)) as phone:
        await phone.register()
        async with SipCaller(f"{asterisk.settings.hotline}@{asterisk.sip_address}") as caller:
            await caller.place()
            await (await phone.next_call()).wait_answered()
            await caller.wait_answered()

"""Lost datagrams, repeated datagrams and junk, between two user agents on the loopback address."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from telephony.errors import SipBindError, SipTimeout
from telephony.sip.message import Headers, Request, Response, response_to
from telephony.sip.transaction import ServerTransaction, Timers
from telephony.sip.useragent import UserAgent

QUICK = Timers(t1_s=0.01, t2_s=0.04)


def request(method: str, number: int = 1) -> Request:
    items = (
        ("Max-Forwards", "70"),
        ("From", "<sip:a@127.0.0.1>;tag=1"),
        ("To", "<sip:b@127.0.0.1>"),
        ("Call-ID", "c1"),
        ("CSeq", f"{number} {method}"),
    )
    return Request(method=method, uri="sip:b@127.0.0.1", headers=Headers(items))


class Server:
    """Answers everything with `status`, and counts."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.received: list[ServerTransaction] = []
        self.unacknowledged = asyncio.Event()
        self.agent = UserAgent("127.0.0.1", self._on_request, QUICK)

    def _on_request(self, transaction: ServerTransaction) -> None:
        self.received.append(transaction)
        transaction.on_unacknowledged = self.unacknowledged.set
        transaction.respond(response_to(transaction.request, 100))
        transaction.respond(response_to(transaction.request, self.status, to_tag="t"))
        transaction.respond(response_to(transaction.request, 500))


@asynccontextmanager
async def pair(status: int = 200) -> AsyncGenerator[tuple[UserAgent, Server]]:
    server = Server(status)
    client = UserAgent("127.0.0.1", lambda transaction: None, QUICK)
    await server.agent.open()
    await client.open()
    try:
        yield client, server
    finally:
        client.close()
        server.agent.close()


class Losing:
    """A network that loses the first `count` datagrams that begin with `start`."""

    def __init__(self, count: int, start: bytes = b"") -> None:
        self._left = count
        self._start = start

    def __call__(self, datagram: bytes) -> bool:
        if not datagram.startswith(self._start):
            return False
        self._left -= 1
        return self._left >= 0


async def test_a_lost_request_is_sent_again() -> None:
    async with pair() as (client, server), asyncio.timeout(10):
        client.transport.drop_out = Losing(3)
        response = await client.ask(request("OPTIONS"), server.agent.address)
        assert response.status == 200 and len(server.received) == 1


async def test_a_lost_response_is_sent_again_without_a_second_request() -> None:
    async with pair() as (client, server), asyncio.timeout(10):
        server.agent.transport.drop_out = Losing(4)
        response = await client.ask(request("BYE"), server.agent.address)
        assert response.status == 200 and len(server.received) == 1


async def test_nobody_there_is_a_timeout_that_names_the_address() -> None:
    async with pair() as (client, server), asyncio.timeout(10):
        client.transport.drop_out = lambda datagram: True
        with pytest.raises(SipTimeout, match=str(server.agent.address[1])):
            await client.ask(request("OPTIONS"), server.agent.address)


async def test_a_refused_invite_is_acknowledged_however_often_the_ack_is_lost() -> None:
    async with pair(486) as (client, server), asyncio.timeout(10):
        client.transport.drop_out = Losing(2, b"ACK")
        refused: list[int] = []
        acknowledged = asyncio.Event()

        def take(response: Response | None) -> None:
            assert response is not None
            refused.append(response.status)

        client.request(request("INVITE"), server.agent.address, take)
        while not (server.received and server.received[0].acknowledged):
            await _next_datagram(server, acknowledged)
        assert [status for status in refused if status >= 200] == [486]
        assert len(server.received) == 1


async def _next_datagram(server: Server, arrived: asyncio.Event) -> None:
    arrived.clear()

    def notice(datagram: bytes) -> bool:
        asyncio.get_running_loop().call_soon(arrived.set)
        return False

    server.agent.transport.drop_in = notice
    await arrived.wait()


async def test_a_final_response_that_nobody_acknowledges_is_given_up() -> None:
    async with pair(200) as (client, server), asyncio.timeout(10):
        answers: list[Response | None] = []
        client.request(request("INVITE"), server.agent.address, answers.append)
        await server.unacknowledged.wait()
        assert len([answer for answer in answers if answer and answer.status == 200]) > 2


async def test_junk_is_counted_and_harmless() -> None:
    async with pair() as (client, server), asyncio.timeout(10):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as junk:
            for datagram in (b"\r\n\r\n", b"\0" * 4, b"junk", b"\xff" * 2000, b"SIP/2.0 200 OK\r\n\r\n", b""):
                junk.sendto(datagram, server.agent.address)
        response = await client.ask(request("OPTIONS"), server.agent.address)
        assert response.status == 200
        assert server.agent.transport.malformed == 3


async def test_the_source_is_filled_into_via() -> None:
    async with pair() as (client, server), asyncio.timeout(10):
        response = await client.ask(request("OPTIONS"), server.agent.address)
        assert f"rport={client.address[1]};received=127.0.0.1" in response.header("Via")


async def test_a_port_in_use_is_named() -> None:
    async with pair() as (_, server):
        other = UserAgent("127.0.0.1", lambda transaction: None, QUICK)
        other.address = server.agent.address
        with pytest.raises(SipBindError, match=str(server.agent.address[1])):
            await other.open()

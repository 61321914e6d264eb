"""The client over real sockets: answers, refusals, and an event stream that nothing kills."""

import asyncio
import gc
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import httpx
import pytest
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

from telephony.ari.client import AriClient
from telephony.ari.events import ApplicationReplaced, Connected, Disconnected, UnknownEvent
from telephony.ari.stream import FIRST_WAIT_S, LONGEST_WAIT_S
from telephony.errors import AriAuthError, AriError, AriNotFound, AriUnreachable

DEADLINE_S = 10.0
REPLACED = {"type": "ApplicationReplaced", "application": "tongdai"}


class ImpatientClock:
    """Never waits; notes for how long it was asked to."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def now(self) -> float:
        return 0.0

    def utc(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        await asyncio.sleep(0)


@asynccontextmanager
async def asterisk_that(
    behaves: Callable[[ServerConnection], Awaitable[None]], *, status: int | None = None
) -> AsyncGenerator[tuple[AriClient, ImpatientClock]]:
    def refuse(connection: ServerConnection, request: Request) -> Response | None:
        return connection.respond(HTTPStatus(status), "") if status else None

    async with serve(behaves, "127.0.0.1", 0, process_request=refuse) as server:
        clock = ImpatientClock()
        async with AriClient(address(server), "tongdai", "secret", "tongdai", clock=clock) as ari:
            yield ari, clock


def address(server: Server) -> str:
    port: int = next(iter(server.sockets)).getsockname()[1]
    return f"http://127.0.0.1:{port}/ari"


async def test_malformed_messages_are_counted_and_do_not_end_the_stream() -> None:
    async def say(socket: ServerConnection) -> None:
        for message in ("{", "[]", '{"type": "StasisStart"}', json.dumps(REPLACED)):
            await socket.send(message)
        await socket.wait_closed()

    async with asyncio.timeout(DEADLINE_S), asterisk_that(say) as (ari, _), aclosing(ari.events()) as events:
        assert await anext(events) == Connected(attempt=1)
        assert await anext(events) == ApplicationReplaced(application="tongdai")
        assert ari.stream.malformed == {"not JSON": 1, "not an object": 1, "StasisStart.application": 1}


async def test_unknown_events_are_passed_on_by_name_and_counted() -> None:
    async def say(socket: ServerConnection) -> None:
        await socket.send('{"type": "SomethingNew", "secret": 1}')
        await socket.wait_closed()

    async with asyncio.timeout(DEADLINE_S), asterisk_that(say) as (ari, _), aclosing(ari.events()) as events:
        assert await anext(events) == Connected(attempt=1)
        assert await anext(events) == UnknownEvent(type="SomethingNew")
        assert ari.stream.unknown == {"SomethingNew": 1}


async def test_a_broken_stream_is_opened_again() -> None:
    async def hang_up(socket: ServerConnection) -> None:
        await socket.close()

    async with asyncio.timeout(DEADLINE_S), asterisk_that(hang_up) as (ari, clock), aclosing(ari.events()) as events:
        seen = [await anext(events) for _ in range(6)]
        assert [event.attempt for event in seen[::2] if isinstance(event, Connected)] == [1, 2, 3]
        assert all(isinstance(event, Disconnected) for event in seen[1::2])
        # A connection that worked starts the waiting anew.
        assert clock.waits == [FIRST_WAIT_S, FIRST_WAIT_S]


async def test_a_request_that_breaks_while_it_is_sent_leaves_no_failure_behind() -> None:
    broken = asyncio.Event()
    failures: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, failure: failures.append(failure))

    async def take_nothing(socket: ServerConnection) -> None:
        socket.transport.pause_reading()
        await broken.wait()
        socket.transport.abort()

    async with asyncio.timeout(DEADLINE_S), asterisk_that(take_nothing) as (ari, _), aclosing(ari.events()) as events:
        assert await anext(events) == Connected(attempt=1)
        asking = asyncio.create_task(ari.set_variable("1", "HANDOFF_SUMMARY", "x" * (32 << 20)))
        await asyncio.sleep(0)
        broken.set()
        assert isinstance(await anext(events), Disconnected)
        with pytest.raises(AriUnreachable):
            await asking
        del asking
        gc.collect()
        await asyncio.sleep(0)
    assert not failures


async def test_the_wait_grows_to_its_limit_while_nobody_answers() -> None:
    async def never(socket: ServerConnection) -> None:
        raise AssertionError("refused before")

    async with asyncio.timeout(DEADLINE_S), asterisk_that(never, status=503) as (ari, clock):
        async with aclosing(ari.events()) as events:
            seen = [await anext(events) for _ in range(8)]
    assert all(isinstance(event, Disconnected) for event in seen)
    assert clock.waits[:3] == [FIRST_WAIT_S, 2 * FIRST_WAIT_S, 4 * FIRST_WAIT_S]
    assert clock.waits[-1] == LONGEST_WAIT_S


async def test_a_refused_password_ends_the_stream() -> None:
    async def never(socket: ServerConnection) -> None:
        raise AssertionError("refused before")

    async with asyncio.timeout(DEADLINE_S), asterisk_that(never, status=401) as (ari, _):
        with pytest.raises(AriAuthError):
            await anext(ari.events())


async def test_nobody_there_is_waited_out(unused_tcp_port: int) -> None:
    clock = ImpatientClock()
    async with AriClient(f"http://127.0.0.1:{unused_tcp_port}/ari", "u", "p", "tongdai", clock=clock) as ari:
        async with asyncio.timeout(DEADLINE_S), aclosing(ari.events()) as events:
            assert isinstance(await anext(events), Disconnected)
            assert isinstance(await anext(events), Disconnected)
        with pytest.raises(AriUnreachable):
            await ari.info()


def client_of(status: int, content: Any) -> AriClient:
    def answer(_: httpx.Request) -> httpx.Response:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return httpx.Response(status, content=body)

    return AriClient("http://asterisk/ari", "u", "p", "tongdai", transport=httpx.MockTransport(answer))


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, AriAuthError), (404, AriNotFound), (409, AriError), (422, AriError), (500, AriError)],
)
async def test_refusals_carry_their_status(status: int, kind: type[AriError]) -> None:
    async with client_of(status, {"message": "Channel not in Stasis application"}) as ari:
        with pytest.raises(kind, match=f"{status} Channel not in Stasis") as refused:
            await ari.answer("1")
        assert refused.value.status == status


@pytest.mark.parametrize("content", [b"<html>", b"", b"[1]", b'{"message": 5}'])
async def test_a_refusal_that_is_no_json_is_still_a_refusal(content: bytes) -> None:
    async with client_of(500, content) as ari:
        with pytest.raises(AriError, match="500"):
            await ari.info()


@pytest.mark.parametrize("content", [{}, [], {"system": {"version": 1}}, b"<html>", b""])
async def test_an_answer_that_cannot_be_read_is_an_error_of_ari(content: Any) -> None:
    async with client_of(200, content) as ari:
        with pytest.raises(AriError, match="unexpected answer"):
            await ari.info()


async def test_values_that_are_none_are_not_sent() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(204)

    transport = httpx.MockTransport(answer)
    async with AriClient("http://asterisk/ari/", "u", "p", "tongdai", transport=transport) as ari:
        assert await ari.request("POST", "/channels/1/ring", a=None, b="ă&=") is None
    assert str(seen[0].url) == "http://asterisk/ari/channels/1/ring?b=%C4%83%26%3D"


async def test_what_a_caller_said_stands_in_no_address() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(204)

    async with AriClient("http://asterisk/ari", "u", "p", "tongdai", transport=httpx.MockTransport(answer)) as ari:
        await ari.set_variable("1.1", "HANDOFF_SUMMARY", "hỏi lệ phí")
    assert str(seen[0].url) == "http://asterisk/ari/channels/1.1/variable"
    assert json.loads(seen[0].content) == {"variable": "HANDOFF_SUMMARY", "value": "hỏi lệ phí"}

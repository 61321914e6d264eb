"""The chat over a websocket, on a real server."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from chat_rig import FEE, PAPERS, PHONE, Rig, keys
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from chat.socket import AWAY, MOST_OF_ONE, SILENT_S


@pytest.fixture
async def host(chat: Rig) -> AsyncGenerator[str]:
    async with chat.served() as host:
        yield host


def connected(host: str, origin: str | None = None) -> connect:
    return connect(f"ws://{host}/api/chat/ws", origin=Origin(origin) if origin else None, proxy=None)


async def ask(socket: ClientConnection, **frame: Any) -> dict[str, Any]:
    await socket.send(json.dumps(frame))
    return json.loads(await socket.recv())


async def test_the_same_messages_as_over_http(chat: Rig, host: str) -> None:
    async with connected(host) as socket, httpx.AsyncClient(base_url=f"http://{host}", trust_env=False) as client:
        begun = await ask(socket, open=True)
        assert begun["session"] and "trợ lý tự động" in begun["says"][0] and keys(begun) == ["0"]
        answer = await ask(socket, text=PAPERS)
        assert answer["behaviour"] == "answer" and keys(answer) == ["yes", "no", "0"]
        over_http = await client.post(f"/api/chat/sessions/{begun['session']}/messages", json={"choice": "no"})
        assert answer.keys() == over_http.json().keys()
        assert (await ask(socket, choice="0"))["handoff"] == {"reason": "caller_asked"}
        contact = {"phone": PHONE, "consent": True}
        assert await ask(socket, contact=contact) == {"kept": True, "phone": "09xxxxx567"}
        assert [one.number for one in chat.call_backs.all()] == [PHONE]


async def test_another_socket_goes_on_with_the_session(host: str) -> None:
    async with connected(host) as socket:
        session = (await ask(socket, open=True))["session"]
        await ask(socket, text=PAPERS)
    async with connected(host) as socket:
        again = await ask(socket, session=session)
        assert again["says"] == [] and keys(again) == ["yes", "no", "0"]
        assert "chứng sinh thì nộp" in (await ask(socket, choice="yes"))["says"][0]


async def test_problems_are_told_and_the_socket_stays(chat: Rig, host: str) -> None:
    async with connected(host) as socket:
        assert (await ask(socket, text=FEE))["error"]["status"] == 404
        await ask(socket, open=True)
        for frame, status, field in (
            ({"text": "a" * 1001}, 422, "text"),
            ({"text": "a" * 100_000}, 413, "body"),
            ({"choice": "7"}, 422, "choice"),
            ({"contact": {"phone": PHONE}}, 422, "consent"),
            ({"contact": {"phone": PHONE, "consent": True}}, 409, ""),
            ({"word": "a"}, 422, "word"),
            ({"session": "x"}, 404, "session"),
        ):
            error = (await ask(socket, **frame))["error"]
            assert (error["status"], error["field"]) == (status, field) and error["detail"]
        for raw in ("", "{", "[]", "null", b"\x00\xff"):
            await socket.send(raw)
            assert json.loads(await socket.recv())["error"]["status"] == 422
        assert chat.interpreter.asked == []
        assert (await ask(socket, text=FEE))["behaviour"] == "answer"


async def test_pages_of_others_do_not_connect(host: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connected(host, "https://elsewhere.example"):
            pass
    assert refused.value.response.status_code == 403
    async with connected(host, f"http://{host}") as socket:
        assert (await ask(socket, open=True))["session"]


async def test_an_address_has_few_sockets(host: str) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(MOST_OF_ONE):
            await stack.enter_async_context(connected(host))
        with pytest.raises(InvalidStatus):
            async with connected(host):
                pass
    async with connected(host) as socket:
        assert (await ask(socket, open=True))["session"]


async def test_a_silent_socket_is_closed_and_its_session_goes_on(chat: Rig, host: str) -> None:
    async with connected(host) as socket:
        session = (await ask(socket, open=True))["session"]
        closed = asyncio.ensure_future(socket.recv())
        await chat.clock.advance(SILENT_S)
        with pytest.raises(ConnectionClosed):
            await closed
        assert socket.close_code == AWAY
    async with connected(host) as socket:
        assert (await ask(socket, session=session))["session"] == session

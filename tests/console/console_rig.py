"""A console with users, and a calls process without calls that are heard: both served over loopback."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from calls.api import create_api
from calls.control import CallControl
from calls.feed import EventFeed
from console.app import create_console
from console.config import ConsoleConfig, Phone
from console.figures import Figures
from console.users import FILE_NAME, Role, Users
from contracts.call_event import CallEvent, Value
from contracts.clock import Clock, SystemClock
from contracts.events import OnAirChanged, TakenOver
from contracts.feeds import FeedAddress

TOKEN = "a-token"
PASSWORD = "mot mat khau dai"
CALL = "1700000000.7"
UTC_0 = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


class Taken:
    """A call that does what it is told."""

    def __init__(self) -> None:
        self.taken_over: TakenOver | None = None

    def take_over(self, event: TakenOver) -> None:
        self.taken_over = event

    def put_on_air(self, event: OnAirChanged) -> None:
        """Nothing is said here."""


def event(kind: str, call_id: str = CALL, sequence: int = 0, **fields: Value) -> CallEvent:
    return CallEvent(
        call_id=call_id, sequence=sequence, sample=0, utc=UTC_0, bundle_id="b", kind=kind, fields=fields
    )  # fmt: skip


@asynccontextmanager
async def served(app: FastAPI, listening: socket.socket | None = None) -> AsyncGenerator[str]:
    """host:port."""
    if listening is None:
        listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="websockets-sansio", timeout_graceful_shutdown=1))
    task = asyncio.create_task(server.serve([listening]))
    try:
        yield f"127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listening.close()


@dataclass(slots=True, kw_only=True)
class Rig:
    """Browsers are made with `browser`."""

    users: Users
    folder: Path
    feed: EventFeed
    control: CallControl
    console: FastAPI
    figures: Figures
    url: str
    stack: AsyncExitStack

    async def browser(self, **options: Any) -> httpx.AsyncClient:
        client = httpx.AsyncClient(base_url=self.url, trust_env=False, headers={"Accept": "text/html"}, **options)
        return await self.stack.enter_async_context(client)

    async def signed_in(self, name: str) -> httpx.AsyncClient:
        client = await self.browser()
        assert (await sign_in(client, name)).status_code == 303
        return client

    def audit(self) -> list[dict[str, Any]]:
        file = self.folder / "audit.jsonl"
        return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


async def sign_in(client: httpx.AsyncClient, name: str, password: str = PASSWORD) -> httpx.Response:
    csrf = token_of((await client.get("/sign-in")).text)
    return await client.post("/sign-in", data={"name": name, "password": password, "csrf": csrf})


def token_of(page: str) -> str:
    found = re.search(r'name="csrf" (?:value|content)="([^"]+)"', page)
    assert found is not None
    return found[1]


@asynccontextmanager
async def rig(
    folder: Path, *, clock: Clock | None = None, users: dict[str, Role] | None = None, link_key: str = "",
    https: bool = False,
) -> AsyncGenerator[Rig]:  # fmt: skip
    clock = clock or SystemClock()
    known = Users(folder / FILE_NAME)
    for name, role in (users if users is not None else {"hoa": Role.SUPERVISOR, "minh": Role.SUPERVISOR}).items():
        known.add(name, role, PASSWORD)
    feed, control = EventFeed(), CallControl(frozenset({"1001"}))
    figures = Figures(clock)
    async with AsyncExitStack() as stack:
        api = create_api(feed=feed, token=TOKEN, calls_now=lambda: 0, control=control)
        calls = await stack.enter_async_context(served(api))
        config = ConsoleConfig(
            feeds=[FeedAddress(url=f"ws://{calls}/feed", token=TOKEN)],
            folder=folder,
            phones=[Phone(name="agent1", number="1001")],
            link_key=link_key,
            https=https,
        )
        console = create_console(config, figures, clock)
        url = await stack.enter_async_context(served(console))
        browsers = await stack.enter_async_context(AsyncExitStack())
        async with asyncio.timeout(60):
            yield Rig(
                users=known, folder=folder, feed=feed, control=control, console=console, figures=figures,
                url=f"http://{url}", stack=browsers,
            )  # fmt: skip


@dataclass(slots=True)
class Heard:
    """One server-sent event."""

    name: str
    data: Any

    @property
    def kind(self) -> str:
        return self.data.get("kind", "") if self.name == "message" else self.name


async def server_sent(answer: httpx.Response) -> AsyncIterator[Heard]:
    name = "message"
    async for line in answer.aiter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield Heard(name, json.loads(line.removeprefix("data: ")))
            name = "message"


async def until(stream: AsyncIterator[Heard], wanted: Callable[[Heard], bool]) -> Heard:
    async for heard in stream:
        if wanted(heard):
            return heard
    raise AssertionError("the stream has ended")


@asynccontextmanager
async def watching(client: httpx.AsyncClient) -> AsyncGenerator[AsyncIterator[Heard]]:
    async with client.stream("GET", "/live") as answer:
        assert answer.status_code == 200
        yield server_sent(answer)


def all_connected(heard: Heard) -> bool:
    return heard.name == "feeds" and heard.data["connected"] == heard.data["of"]

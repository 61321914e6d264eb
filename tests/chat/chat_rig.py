"""A chat on the content that ships; what texts mean is listed, and the clock is scripted."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from at_once import AtOnce
from fastapi import FastAPI

from calls.call_backs import CallBacks
from chat.app import ChatConfig, create_chat
from chat.conversation import ChatParts
from chat.sessions import Sessions
from contracts.call_event import CallEvent
from contracts.clock import ScriptedClock
from contracts.context import Context
from contracts.expectation import Expecting
from contracts.heard import Heard, Hypothesis
from contracts.meaning import Aspect, Candidate, Intent, Meaning
from dialogs.content import Content
from dialogs.engine import Engine

CONTENT = Content.load(Path(__file__).parents[2] / "config" / "content").written()
BIRTH = "1.001193"
PAPERS = "làm giấy khai sinh cần giấy tờ gì"
FEE = "lệ phí khai sinh bao nhiêu"
NO_SOURCE = "khai sinh theo luật nào"
BYE = "chào tạm biệt"
BROKEN = "câu làm máy hỏng"
PHONE = "0901234567"
NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)


def meaning(text: str, *aspects: Aspect, intent: Intent = Intent.ASK) -> Meaning:
    candidates = (Candidate(procedure_code=BIRTH, name="đăng ký khai sinh", score=1.0),) if aspects else ()
    return Meaning(
        text=text, intent=intent, intent_confidence=0.95, aspects=aspects, candidates=candidates, acceptance=0.95
    )


MEANINGS = {
    PAPERS: meaning(PAPERS, Aspect.DOCUMENTS),
    FEE: meaning(FEE, Aspect.FEE),
    BYE: meaning(BYE, intent=Intent.GOODBYE),
}


class Listed:
    """The meanings of texts; anything else means nothing."""

    def __init__(self, meanings: Mapping[str, Meaning] = MEANINGS) -> None:
        self._meanings = meanings
        self.asked: list[str] = []

    def understand(self, heard: Heard | Sequence[Hypothesis], context: Context) -> Meaning:
        text = heard.text if isinstance(heard, Heard) else heard[0].text
        self.asked.append(text)
        if text == BROKEN:
            raise RuntimeError("a broken model")
        nothing = Meaning(text=text, intent=Intent.NOTHING, intent_confidence=1.0)
        return self._meanings.get(text, nothing)

    def completeness(self, text: str, expecting: Expecting = Expecting.QUESTION) -> float:
        return 1.0


def parts_of(content: Content, interpreter: Listed) -> ChatParts:
    return ChatParts(
        bundle_id=content.bundle_id,
        engine=Engine(content),
        interpreter=interpreter,
        typed=lambda text: (Hypothesis(text=text, confidence=1.0),),
    )


@dataclass(slots=True, kw_only=True)
class Rig:
    folder: Path
    interpreter: Listed = field(default_factory=Listed)
    clock: ScriptedClock = field(default_factory=lambda: ScriptedClock(NOW))
    most: int = 50
    events: list[CallEvent] = field(default_factory=list[CallEvent])
    parts: ChatParts = field(init=False)
    sessions: Sessions = field(init=False)
    call_backs: CallBacks = field(init=False)
    app: FastAPI = field(init=False)

    def __post_init__(self) -> None:
        self.parts = parts_of(CONTENT, self.interpreter)
        self.sessions = Sessions(
            current=lambda: self.parts, clock=self.clock, thinking=AtOnce(), listeners=(self.events.append,),
            most=self.most,
        )  # fmt: skip
        self.call_backs = CallBacks(self.folder / "call_backs")
        self.app = create_chat(ChatConfig(number="19001009"), self.sessions, self.call_backs, self.clock)

    def client(self, host: str = "192.0.2.1") -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app, client=(host, 1), raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://chat.test")

    @asynccontextmanager
    async def served(self) -> AsyncGenerator[str]:
        """host:port, of a real server."""
        listening = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(self.app, log_level="error", ws="websockets-sansio", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve([listening]))
        try:
            async with asyncio.timeout(30):
                yield f"127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task
            listening.close()

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]


@dataclass(slots=True, kw_only=True)
class Chatting:
    """One chat of a client."""

    client: httpx.AsyncClient
    url: str
    begun: dict[str, Any]

    async def post(self, **message: Any) -> httpx.Response:
        return await self.client.post(f"{self.url}/messages", json=message)

    async def says(self, **message: Any) -> dict[str, Any]:
        answer = await self.post(**message)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def contact(self, **given: Any) -> httpx.Response:
        return await self.client.post(f"{self.url}/contact", json=given)


async def chatting(client: httpx.AsyncClient) -> Chatting:
    answer = await client.post("/api/chat/sessions")
    assert answer.status_code == 201, answer.text
    return Chatting(client=client, url=f"/api/chat/sessions/{answer.json()['session']}", begun=answer.json())


def keys(answer: dict[str, Any]) -> list[str]:
    return [choice["key"] for choice in answer["choices"]]

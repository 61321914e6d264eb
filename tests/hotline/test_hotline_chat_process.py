"""The web chat's own process, as the guard starts it: the content that ships, the real meaning, its journal."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from calls.call_backs import CallBacks
from calls.on_air.board import OnAirBoard
from contracts.clock import SystemClock
from contracts.meaning import Aspect
from hotline.chat_process import NICE
from hotline.errors import NotReadyError
from hotline.guard.chat import chat_keeper, chat_socket
from hotline.guard.keeper import Keeper
from hotline.settings import Settings
from hotline.web import port_of

DEADLINE_S = 120.0
TYPED = "lam giay khai sinh can giay to gi"


def settings_of(folder: Path, *, port: int = 0) -> Settings:
    return Settings.model_validate({"run_dir": folder, "chat": {"enabled": True, "port": port}})


@asynccontextmanager
async def chatting(settings: Settings) -> AsyncGenerator[tuple[Keeper, httpx.AsyncClient]]:
    listening = chat_socket(settings)
    assert listening is not None
    keeper = chat_keeper(settings, listening, SystemClock())
    url = f"http://127.0.0.1:{port_of(listening)}/api/chat"
    async with asyncio.timeout(DEADLINE_S), httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as client:
        try:
            await keeper.start()
            yield keeper, client
        finally:
            await keeper.stop(10)
            listening.close()


async def test_a_chat_from_question_to_contact(tmp_path: Path) -> None:
    board = OnAirBoard(tmp_path / "content", SystemClock())
    board.stop("1.001193", Aspect.FEE, by="hoa")
    async with chatting(settings_of(tmp_path)) as (keeper, client):
        assert keeper.child is not None
        assert os.getpriority(os.PRIO_PROCESS, keeper.child.pid) >= NICE
        session = (await client.post("/sessions")).json()["session"]
        answer = (await client.post(f"/sessions/{session}/messages", json={"text": TYPED})).json()
        assert answer["procedure_codes"] == ["1.001193"] and answer["aspects"] == ["documents"]
        answer = (await client.post(f"/sessions/{session}/messages", json={"text": "the con le phi"})).json()
        assert answer["handoff"] == {"reason": "no_source"} and "để lại số điện thoại" in answer["says"][-1]
        left = await client.post(f"/sessions/{session}/contact", json={"phone": "0901234567", "consent": True})
        assert left.status_code == 200
        (kept,) = CallBacks(tmp_path / "call_backs").all()
        assert "khai sinh" in kept.about
    (spooled,) = (tmp_path / "journal" / "spool").rglob("chat-*.jsonl")
    record = spooled.read_text("utf-8")
    assert kept.call_id in record
    for kind in ("call.started", "turn.heard", "say.started", "contact.left", "call.ended"):
        assert f'"kind":"{kind}"' in record
    assert "0901234567" not in record and session not in record


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    first = chat_socket(settings_of(tmp_path))
    assert first is not None
    with first, pytest.raises(NotReadyError, match=r"chat\.port"):
        chat_socket(settings_of(tmp_path, port=port_of(first)))


def test_there_is_no_chat_unless_it_is_asked_for() -> None:
    assert chat_socket(Settings()) is None

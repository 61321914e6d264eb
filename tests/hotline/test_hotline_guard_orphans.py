"""What a guard finds that was killed before: ports that are taken, numbers of processes that are others' now."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from contracts.clock import ScriptedClock
from hotline.errors import NotReadyError
from hotline.guard.disposal import dispose
from hotline.guard.exchange import _left_open, _wanted  # pyright: ignore[reportPrivateUsage]
from hotline.guard.exchange_state import same_but_for_chance
from hotline.guard.media_ports import LET_GO_S, MediaPorts
from hotline.guard.slots import MODULE
from hotline.settings import Agent, Settings, Telephony
from hotline.state import RunState, read_state, started_at, write_state
from hotline.web import listening_socket, port_of
from telephony.ari.client import AriClient

HOLDS = "import socket, sys; s = socket.socket(fileno=int(sys.argv[1])); print(1, flush=True); sys.stdin.read()"


@asynccontextmanager
async def held_by(*words: str) -> AsyncGenerator[tuple[int, asyncio.subprocess.Process]]:
    """A port that a process with these words in its command line listens on."""
    listening = listening_socket("test", "127.0.0.1", 0)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDS, str(listening.fileno()), *words, pass_fds=[listening.fileno()],
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None and process.stdin is not None
    try:
        await process.stdout.readline()
        port = port_of(listening)
        listening.close()
        yield port, process
    finally:
        process.stdin.close()
        await process.wait()


async def opened(*ports: int) -> MediaPorts:
    clock = ScriptedClock()
    media = MediaPorts(1, 0, clock=clock)
    opening = asyncio.create_task(media.open(ports))
    while not opening.done():
        await clock.advance(LET_GO_S / 2)
        await asyncio.sleep(0)
    await opening
    return media


async def test_the_port_of_a_frozen_process_without_a_guard_is_taken_back() -> None:
    async with held_by(MODULE) as (port, orphan):
        media = await opened(port)
        assert [port_of(one) for one in media.sockets] == [port]
        media.close()
        assert await orphan.wait() == -9


async def test_the_port_of_another_program_is_not() -> None:
    async with held_by("something") as (port, other):
        with pytest.raises(NotReadyError, match=str(port)):
            await opened(port)
        assert other.returncode is None


@pytest.fixture(params=["module", "installed"])
def our_own_guard(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """This program is a guard: begun with `python -m`, or as the file that pip installs."""
    word = Path("/proc/self/cmdline").read_text("utf-8").split("\0")[0]
    if request.param == "module":
        monkeypatch.setattr("hotline.guard.orphans._GUARD", word)
    else:
        monkeypatch.setattr("hotline.guard.orphans._PROGRAM", Path(word).name)


@pytest.mark.usefixtures("our_own_guard")
async def test_a_living_guards_process_stays() -> None:
    async with held_by(MODULE) as (port, other):
        with pytest.raises(NotReadyError):
            await opened(port)
        assert other.returncode is None


async def test_a_port_that_is_let_go_of_in_time_is_waited_for() -> None:
    listening = listening_socket("test", "127.0.0.1", 0)
    port, clock = port_of(listening), ScriptedClock()
    media = MediaPorts(1, 0, clock=clock)
    opening = asyncio.create_task(media.open((port,)))
    await clock.advance(LET_GO_S / 2)
    listening.close()
    await clock.advance(LET_GO_S / 4)
    assert await opening == (port,)
    media.close()


def state(pid: int, started: int | None) -> RunState:
    return RunState(
        pid=pid, started=started, asterisk_pid=1, sip="", number="", console="", feeds=(), ari="", ari_user="",
        ari_password="", agents=(),
    )  # fmt: skip


def test_a_number_that_another_process_has_now_is_no_hotline(tmp_path: Path) -> None:
    began = started_at(os.getpid())
    assert began is not None
    assert read_state(write_state(tmp_path, state(os.getpid(), began))) is not None
    assert read_state(write_state(tmp_path, state(os.getpid(), began - 1))) is None
    assert read_state(write_state(tmp_path, state(os.getpid(), None))) is not None


def with_agents(*agents: Agent) -> Settings:
    return Settings(telephony=Telephony(agents=agents))  # pyright: ignore[reportCallIssue]


@pytest.mark.parametrize(
    ("then", "same"),
    [
        ((Agent(name="a", number="1001"), Agent(name="b", number="1002", password="given-1")), True),
        ((Agent(name="a", number="1001"),), False),
        ((Agent(name="a", number="1005"), Agent(name="b", number="1002", password="given-1")), False),
        ((Agent(name="a", number="1001"), Agent(name="b", number="1002", password="given-2")), False),
    ],
)
def test_phones_of_an_adopted_exchange_are_those_of_the_settings(then: tuple[Agent, ...], *, same: bool) -> None:
    """By chance is a password only where none is given; another phone, or another number, is another exchange."""
    now = with_agents(Agent(name="a", number="1001"), Agent(name="b", number="1002", password="given-1"))
    left = _wanted(now, (1,))
    wanted = _wanted(with_agents(*then), (1,), left.agents)
    assert same_but_for_chance(wanted, left, free=_left_open(now) | {"sip_port", "http_port"}) is same


def channel(name: str, app: str) -> dict[str, object]:
    dialplan = {"context": "from-trunk", "exten": "s", "app_name": "Stasis", "app_data": f"{app},inbound"}
    return {"id": name, "name": "PJSIP/x", "state": "Up", "caller": {"number": ""}, "dialplan": dialplan}


def bridge(name: str) -> dict[str, object]:
    return {"id": name, "technology": "softmix", "bridge_type": "mixing", "channels": []}


async def test_a_bridge_whose_caller_is_gone_goes_too() -> None:
    asked = list[tuple[str, str]]()

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/ari")
        if request.method == "GET":
            found = [bridge("b-gone"), bridge("b-other"), bridge("x")]
            return httpx.Response(200, text=json.dumps(found if path == "/bridges" else [channel("other", "alive")]))
        asked.append((request.method, path))
        return httpx.Response(204)

    async with AriClient("http://a/ari", "u", "p", "t", transport=httpx.MockTransport(answer)) as ari:
        assert await dispose(ari, "dead") == 0
    assert ("DELETE", "/bridges/b-gone") in asked
    assert not any("other" in path or path.endswith("/x") for _, path in asked)

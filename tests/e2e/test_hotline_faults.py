"""Strangers, floods and dead processes: a call that is going on goes on."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import websockets
from hotline_calls import DEADLINE_S, QUESTION, OnCall, all_gone, calling, calls_now, calls_url, dialling, words_in

from hotline.bench.process_cost import descendants
from hotline.serve_process import FREE_PORTS, serving
from hotline.settings import ROOT
from hotline.state import RunState
from telephony.asterisk.installation import Installation
from telephony.errors import CallRejected

WEDDING = "làm giấy kết hôn thì bao lâu mới xong"
"""Asked nowhere else in these tests, so that its answer is in no cache."""


@asynccontextmanager
async def going_on(state: RunState) -> AsyncGenerator[OnCall]:
    """A call that must be understood and answered whatever happened in the block."""
    async with calling(state) as call:
        yield call
        await call.say(QUESTION)
        answer = await call.told.event("say.started", behaviour="answer")
        assert "giấy chứng sinh" in str(answer.fields["text"])
        assert call.caller.end is None


async def test_a_media_socket_without_an_invitation_is_closed(hotline_state: RunState) -> None:
    async with going_on(hotline_state):
        for query in ("", "?token=", "?token=0123456789abcdef0123456789abcdef"):
            url = hotline_state.feeds[0].url.replace("/feed", f"/media{query}")
            async with websockets.connect(url, subprotocols=[websockets.Subprotocol("media")]) as socket:
                with pytest.raises(websockets.ConnectionClosed):
                    await socket.send('{"event": "MEDIA_START"}')
                    await socket.send("not JSON \x00 " * 1000)
                    await socket.send(bytes(100_000))
                    await socket.recv()
                assert socket.close_code == 1008
    await all_gone(hotline_state)


async def test_what_is_no_websocket_is_refused(hotline_state: RunState) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        for path in ("/media", "/feed", "/none"):
            assert (await http.post(calls_url(hotline_state) + path, content=b"\x00" * 1000)).status_code in (404, 405)
    assert await calls_now(hotline_state) == 0


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer "}, {"Authorization": "Bearer not-the-token"}])
async def test_the_feed_wants_its_token(hotline_state: RunState, headers: dict[str, str]) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with websockets.connect(hotline_state.feeds[0].url, additional_headers=headers):
            pass
    assert refused.value.response.status_code == 403


async def test_a_stranger_is_not_put_through(hotline_state: RunState) -> None:
    async with going_on(hotline_state) as call:
        async with dialling(hotline_state, local_ip="127.0.0.9") as stranger:
            with pytest.raises(CallRejected) as refused:
                await stranger.caller.wait_answered()
            assert refused.value.status == 401
            assert not stranger.told.events
        assert await calls_now(hotline_state) == 1
        assert call.caller.end is None
    await all_gone(hotline_state)


async def test_two_hundred_keys_in_a_row(hotline_state: RunState) -> None:
    keys = "12345678" * 25
    async with going_on(hotline_state) as call:
        await call.caller.send_keys(keys, key_ms=20)
        await call.pass_time(500)
        pressed = [event.fields["key"] for event in call.told.events if event.kind == "key.pressed"]
        assert "".join(map(str, pressed)) == keys
    await all_gone(hotline_state)


def ports_of(state: RunState) -> dict[str, tuple[str, int]]:
    """Setting → kind and number of a port that the running hotline owns."""
    found = {
        "TONGDAI__TELEPHONY__SIP_PORT": ("udp", int(state.sip.rpartition(":")[2])),
        "TONGDAI__TELEPHONY__MEDIA_PORT": ("tcp", urlsplit(state.feeds[0].url).port),
        "TONGDAI__TELEPHONY__ARI_PORT": ("tcp", urlsplit(state.ari).port),
        "TONGDAI__CONSOLE__PORT": ("tcp", urlsplit(state.console).port),
    }
    return {name: (kind, port or 0) for name, (kind, port) in found.items()}


async def test_a_second_hotline_names_the_port_and_its_owner(hotline_state: RunState, tmp_path: Path) -> None:
    owners = {hotline_state.pid, hotline_state.asterisk_pid}

    async def started(setting: str, kind: str, port: int) -> None:
        folder = json.dumps(str(tmp_path / setting))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "hotline", "serve"),
            stderr=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT), "TONGDAI__RUN_DIR": folder} | FREE_PORTS | {setting: str(port)},
        )
        output, errors = await process.communicate()
        words = errors.decode()
        assert process.returncode == 1 and not output, words
        assert str(port) in words and kind in words and "Traceback" not in words
        assert any(f"(pid {pid})" in words for pid in owners), words

    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as tasks:
        for setting, (kind, port) in ports_of(hotline_state).items():
            tasks.create_task(started(setting, kind, port))
    assert await calls_now(hotline_state) == 0


def workers(state: RunState, *words: str) -> set[int]:
    """Processes below the hotline whose command line has all the words."""
    found = set[int]()
    for pid in descendants(state.pid):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue
        if set(words) <= set(command):
            found.add(pid)
    return found


async def test_dead_recognisers_are_replaced_and_no_turn_is_lost(hotline_state: RunState) -> None:
    async with calling(hotline_state) as call:
        before = workers(hotline_state, "asr.people.worker")
        assert before
        # A turn lost over our own words would only let them go on.
        await call.caller.send_keys("#")
        await call.told.event("say.started", text="Bác cần hỏi gì thêm không ạ?")
        await call.heard_quiet()
        asking = asyncio.create_task(call.say(WEDDING))
        await call.told.next("speech.started")
        # The one that was started first has the only turn; another one goes on with it.
        os.kill(min(before), signal.SIGKILL)
        await asking
        answer = await call.told.event("say.started", behaviour="answer")
        assert "kết hôn" in str(answer.fields["text"])
        assert not any(event.kind == "recognition.failed" for event in call.told.events)
        await call.heard_quiet(1500)
        for pid in before - {min(before)}:
            os.kill(pid, signal.SIGKILL)
        while len(workers(hotline_state, "asr.people.worker") - before) < len(before):
            await call.pass_time(100)
        await call.say(QUESTION)
        await call.told.next("say.started", behaviour="answer")
    await all_gone(hotline_state)


async def test_while_the_recognisers_are_silent_further_callers_go_to_people(hotline_state: RunState) -> None:
    async with calling(hotline_state) as call:
        before = workers(hotline_state, "asr.people.worker")
        for pid in before:
            os.kill(pid, signal.SIGSTOP)
        # They are given up after 3 s, and others take a second or more until they run.
        await call.pass_time(1500)
        async with dialling(hotline_state) as further:
            refused = await further.told.event("call.refused")
            assert refused.fields["why"] in ("recogniser_behind", "recogniser_down")
            await further.told.event("handoff.started", reason="busy")
            await further.told.event("handoff.done")
            await further.told.event("call.ended")
        while len(workers(hotline_state, "asr.people.worker") - before) < len(before):
            await call.pass_time(100)
        assert call.caller.end is None
    await all_gone(hotline_state)


async def test_dead_voices_are_replaced_and_the_answer_is_said(hotline_state: RunState) -> None:
    async with calling(hotline_state) as call:
        before = workers(hotline_state, "tts.worker", "vais")
        assert before
        await call.say(WEDDING)
        since = call.caller.position
        await call.told.event("turn.heard")
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        answer = await call.told.event("say.started", behaviour="answer")
        await call.heard_quiet(1500)
        (words,) = await words_in(call.caller.received(since))
        assert "kết hôn" in str(answer.fields["text"]) and "kết hôn" in words
        assert not any(event.kind == "handoff.started" for event in call.told.events)
        while len(workers(hotline_state, "tts.worker", "vais") - before) < len(before):
            await call.pass_time(100)
    await all_gone(hotline_state)


async def ended(pid: int) -> None:
    """Until that process has ended (pidfd_open(2))."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    over, loop = asyncio.Event(), asyncio.get_running_loop()
    loop.add_reader(descriptor, over.set)
    try:
        await over.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_no_process_outlives_the_hotline(
    asterisk_installation: Installation, tmp_path_factory: pytest.TempPathFactory, number: signal.Signals
) -> None:
    async with serving(tmp_path_factory.mktemp("run")) as served:
        below = set(descendants(served.process.pid))
        assert served.state.asterisk_pid in below
        # Recognisers, voices, Asterisk, console.
        assert len(below) >= 6
        served.process.send_signal(number)
        async with asyncio.timeout(DEADLINE_S):
            status = await served.process.wait()
            for pid in below:
                await ended(pid)
        assert status == (0 if number is signal.SIGTERM else -signal.SIGKILL)

"""Watching calls: the live view, the running hotline's state, its feed, the load of the benchmark."""

import asyncio
import io
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import websockets
from rich.console import Console

from contracts.acts import HandoffReason
from contracts.audio import ms_to_samples
from contracts.call_event import CallEvent
from contracts.meaning import Aspect, Intent
from hotline.bench.load import PAUSE_MS, Plan, Sounds, make_script
from hotline.bench.questions import QUESTIONS
from hotline.event_words import word
from hotline.feed_reader import CallLog, following
from hotline.live_view import LiveView
from hotline.placed_call import STAGES
from hotline.settings import Settings
from hotline.state import Feed, RunState, read_state, run_dir, write_state
from telephony.g711 import Pcm
from telephony.sip.measure import PAUSE_SAMPLES, segments
from telephony.sip.turns import BargeInTurn, SayTurn


def event(kind: str, call_id: str = "c1", **fields: Any) -> CallEvent:
    return CallEvent(
        call_id=call_id, sequence=0, sample=0, utc=datetime(2026, 1, 1, tzinfo=UTC), bundle_id="b", kind=kind,
        fields=fields,
    )  # fmt: skip


HEARD = event(
    "turn.heard", text="lệ phí khai sinh", confidence=0.93, acceptance=0.81, endpoint_ms=220.0, recognition_ms=4.2,
    meaning_ms=6.0, intent="ask", aspects=["fee"], procedures=["1.001193", "2.000635"],
)  # fmt: skip
PARTIAL = event("turn.partial", text="lệ phí khai")
COURSE = [
    event("call.started", caller="0901234567"),
    event("say.started", text="Xin chào.", voice_ms=12.4, sources=[]),
    event("speech.started"),
    PARTIAL,
    HEARD,
    event("turn.decided", decision_ms=1.0, acts=["Say"]),
    event("say.started", text="Dạ, tám nghìn đồng.", voice_ms=20.0, sources=["1.001193@95f9"]),
    event("barge_in.interrupted", act_id=3, heard_chars=10),
    event("barge_in.false_alarm"),
    event("key.pressed", key="7"),
    event("silence"),
    event("turn.heard", text="", confidence=0, acceptance=0),
    event("fault", error="RuntimeError"),
    event("handoff.started", reason="caller_asked", summary="Hỏi: lệ phí."),
    event("handoff.failed", code="transfer.no_agent"),
    event("call.ended"),
    event("something.new", any=1),
]


def shown(*events: CallEvent, terminal: bool = False) -> str:
    console = Console(file=io.StringIO(), width=200, force_terminal=terminal, highlight=False, color_system=None)
    view = LiveView(console)
    for one in events:
        view(one)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_call_is_shown_line_by_line() -> None:
    lines = [line.strip() for line in shown(*COURSE).splitlines()]
    assert lines == [
        "── cuộc gọi đến, máy trả lời ──",
        "Máy  Xin chào.",
        "giọng 12 ms",
        "Người gọi  “lệ phí khai sinh”",
        "nghe 93% · hiểu 81% (hỏi lệ phí 1.001193) · chờ hết câu 220 + nhận dạng 4 + hiểu nghĩa 6 ms",
        "Máy  Dạ, tám nghìn đồng.",
        "giọng 20 ms · nguồn 1.001193@95f9",
        "người gọi ngắt lời sau 10 ký tự",
        "tiếng động, máy nói tiếp",
        "người gọi bấm phím",
        "người gọi im lặng",
        "lỗi: RuntimeError",
        "── nối máy cho cán bộ (người gọi muốn gặp cán bộ): Hỏi: lệ phí. ──",
        "nối máy không được: không có cán bộ nào nghe máy",
        "── máy rời cuộc gọi ──",
    ]


def test_every_code_of_a_turn_and_a_handover_has_words() -> None:
    for kind, codes in (("intent", Intent), ("aspect", Aspect), ("reason", HandoffReason)):
        assert all(word(kind, code.value) != code.value for code in codes)
    stages = [stage.removesuffix("_ms") for stage in STAGES]
    assert all(word("stage", stage) != stage for stage in stages)
    assert word("transfer", "transfer.new") == "transfer.new"


def test_partials_are_written_over_on_a_terminal_only() -> None:
    on_terminal = shown(PARTIAL, HEARD, terminal=True)
    assert on_terminal.startswith("\r\033[K  Người gọi … lệ phí khai\r\033[K")
    assert "\033[K" not in shown(PARTIAL, HEARD)


# --- the running hotline's state


def state(pid: int) -> RunState:
    return RunState(
        pid=pid, asterisk_pid=1, sip="127.0.0.1:5060", number="19001009", console="http://127.0.0.1/",
        feeds=(Feed(url="ws://127.0.0.1/feed", token="secret"),), ari="http://127.0.0.1", ari_user="u",
        ari_password="p", agents=(),
    )  # fmt: skip


def test_the_state_is_for_this_user_only(tmp_path: Path) -> None:
    file = write_state(tmp_path, state(os.getpid()))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert read_state(file) == state(os.getpid())
    write_state(tmp_path, state(os.getppid()))
    assert read_state(file) == state(os.getppid()) and [one.name for one in tmp_path.iterdir()] == ["state.json"]


def test_a_hotline_that_is_gone_has_no_state(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    assert read_state(write_state(tmp_path, state(ended.pid))) is None
    assert read_state(tmp_path / "none.json") is None
    for broken in ("", "{", "[]", '{"pid": 1}'):
        (tmp_path / "state.json").write_text(broken)
        assert read_state(tmp_path / "state.json") is None


def test_each_sip_port_has_its_run_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TONGDAI_CACHE", str(tmp_path))
    assert run_dir(Settings()) == tmp_path / "run" / "15060"
    assert run_dir(Settings(run_dir=tmp_path / "x")) == tmp_path / "x"


# --- its feed


def test_only_the_own_call_is_kept() -> None:
    seen: list[CallEvent] = []
    log = CallLog("0901", seen.append)
    ours = [event("call.started", caller="0901"), event("say.started", text="a"), event("call.ended")]
    other = [event("call.started", "c2", caller="0902"), event("call.ended", "c2")]
    log.put(event("say.started", text="before it began"))
    for one in (other[0], ours[0], other[1], ours[1]):
        log.put(one)
    assert not log.ended.is_set()
    log.put(ours[2])
    assert log.ended.is_set() and log.events == ours == seen


async def test_the_feed_is_followed_over_what_is_unreadable() -> None:
    arrived: asyncio.Queue[CallEvent] = asyncio.Queue()
    tokens: list[str | None] = []

    async def feed(socket: websockets.ServerConnection) -> None:
        assert socket.request is not None
        tokens.append(socket.request.headers.get("Authorization"))
        await socket.send("no event")
        await socket.send(COURSE[0].to_json())
        await socket.send(COURSE[1].to_json().encode())
        await socket.wait_closed()

    async with asyncio.timeout(10), websockets.serve(feed, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        async with following([Feed(url=f"ws://127.0.0.1:{port}", token="secret")], arrived.put_nowait):
            assert [await arrived.get(), await arrived.get()] == COURSE[:2]
    assert tokens == ["Bearer secret"]


async def test_a_feed_that_ends_ends_nothing_else() -> None:
    closed = asyncio.Event()

    async def feed(socket: websockets.ServerConnection) -> None:
        await socket.close()
        closed.set()

    async with asyncio.timeout(10), websockets.serve(feed, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        async with following([Feed(url=f"ws://127.0.0.1:{port}", token="secret")], lambda event: None):
            await closed.wait()
    with pytest.raises(OSError):
        async with following([Feed(url=f"ws://127.0.0.1:{port}", token="secret")], lambda event: None):
            pass


# --- the benchmark's callers


class Beeps(Sounds):
    """A sound of 100 ms for each word, as loud as speech, with 30 ms of silence around it all."""

    def _render(self, text: str, voice: str) -> Pcm:
        words = np.full(800 * len(text.split()), 8000, np.int16)
        return np.concatenate([np.zeros(240, np.int16), words, np.zeros(240, np.int16)])


def test_a_callers_script_is_the_same_each_time() -> None:
    plan, sounds = Plan(turns_per_call=6), Beeps()
    one, again, other = (make_script(number, plan, sounds) for number in (3, 3, 4))
    for left, right in zip(one.turns, again.turns, strict=True):
        assert isinstance(left, SayTurn | BargeInTurn) and isinstance(right, SayTurn | BargeInTurn)
        assert left.text == right.text and np.array_equal(left.pcm, right.pcm)
    assert [type(turn) for turn in one.turns] == [SayTurn] * 5 + [BargeInTurn]
    assert one.paused == {1, 3} == other.paused
    assert len({turn.text for turn in one.turns if isinstance(turn, SayTurn)}) == 5


def test_a_pause_is_really_in_the_sound() -> None:
    sounds, plan = Beeps(), Plan(turns_per_call=6)
    least, most = (ms_to_samples(ms, 8000) for ms in PAUSE_MS)
    for number in range(8):
        script = make_script(number, plan, sounds)
        for at, turn in enumerate(script.turns):
            assert isinstance(turn, SayTurn | BargeInTurn)
            parts = segments(turn.pcm)
            assert len(parts) == (2 if at in script.paused else 1)
            if at in script.paused:
                assert least <= parts[1].start - parts[0].end <= most and least > PAUSE_SAMPLES
                assert sum(part.end - part.start for part in parts) == 800 * len(turn.text.split())


def test_every_question_can_be_paused_in() -> None:
    assert all(len(question.text.split()) >= 4 for question in QUESTIONS)
    plan = Plan(turns_per_call=len(QUESTIONS))
    assert len(make_script(0, plan, Beeps()).turns) == len(QUESTIONS)

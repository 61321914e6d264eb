"""The test caller's turns, and what `call` tells about a finished call."""

import socket
import wave
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import Command

from contracts.call_event import CallEvent
from hotline.caller_turns import interrupting, keys_turn, play_turn, say_turn
from hotline.commands.call import make_turns, print_document
from hotline.errors import UsageError
from hotline.placed_call import PlacedCall, stages
from telephony.sip.call import End, EndedBy
from telephony.sip.measure import Segment
from telephony.sip.transaction import Timers
from telephony.sip.turns import BargeInTurn, ConversationResult, KeysTurn, SayTurn, TurnKind, TurnResult
from telephony.wav import write_wav
from tts.errors import UnknownCaller

SILENCE = np.zeros(0, np.int16)
TURN_FIELDS = [
    "kind", "said", "heard_text", "answer", "answer_heard", "answered", "cut_off", "voice_to_voice_ms", "barge_in_ms",
    "stages_ms",
]  # fmt: skip


def sound(file: Path, *, channels: int = 1, width: int = 2, rate_hz: int = 16000, frames: int = 1600) -> Path:
    with wave.open(str(file), "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(width)
        out.setframerate(rate_hz)
        out.writeframes(b"\x10" * (frames * channels * width))
    return file


# --- what the caller does


def test_a_text_is_said_in_the_voice(tmp_path: Path) -> None:
    turn = say_turn("xin chào", "caller3")
    assert turn.text == "xin chào" and len(turn.pcm) > 2000
    with pytest.raises(UnknownCaller, match="nobody"):
        say_turn("xin chào", "nobody")
    for empty in ("", "  ", "…"):
        with pytest.raises(UsageError, match="--say: nothing to say"):
            say_turn(empty)


@pytest.mark.parametrize(("rate_hz", "channels"), [(8000, 1), (16000, 2), (44100, 1)])
def test_a_file_is_played_at_the_phone_rate(tmp_path: Path, rate_hz: int, channels: int) -> None:
    file = sound(tmp_path / "a.wav", rate_hz=rate_hz, channels=channels, frames=rate_hz // 2)
    turn = play_turn(file)
    assert turn.text == "a.wav" and turn.pcm.dtype == np.int16 and abs(len(turn.pcm) - 4000) <= 4


def test_files_that_cannot_be_played_are_named(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("no sound")
    sound(tmp_path / "empty.wav", frames=0)
    sound(tmp_path / "bytes.wav", width=1)
    for name in ("none.wav", "text.wav", "empty.wav", "bytes.wav"):
        with pytest.raises(UsageError, match=rf"^--play: .*{name}"):
            play_turn(tmp_path / name)
    with pytest.raises(UsageError, match="--play"):
        play_turn(tmp_path)


def test_a_file_that_was_cut_off_is_played_as_far_as_it_goes(tmp_path: Path) -> None:
    file = sound(tmp_path / "cut.wav", rate_hz=8000)
    file.write_bytes(file.read_bytes()[:-1001])
    assert 1000 < len(play_turn(file).pcm) < 1200


def test_keys() -> None:
    assert keys_turn("0*#9A").keys == "0*#9A"
    for bad in ("", "12x", "1 2", "a"):
        with pytest.raises(UsageError, match="--dtmf"):
            keys_turn(bad)


def test_the_options_are_turns_in_order(tmp_path: Path) -> None:
    file = sound(tmp_path / "a.wav")
    given = [("dtmf", "1"), ("say", "xin chào"), ("play", str(file))]
    assert [type(turn) for turn in make_turns(given, "caller1", barge_in=False)] == [KeysTurn, SayTurn, SayTurn]
    interrupted = make_turns(given, "caller1", barge_in=True)
    assert [type(turn) for turn in interrupted] == [KeysTurn, BargeInTurn, BargeInTurn]
    (only,) = make_turns([("play", str(file))], "caller1", barge_in=True)
    assert isinstance(only, BargeInTurn) and only.text == "a.wav"
    assert interrupting(KeysTurn(keys="1")) == KeysTurn(keys="1")


# --- the command


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotline.placed_call.TIMERS", Timers(t1_s=0.005))


def test_without_a_hotline_it_says_how_to_start_one(tongdai: Command, impatient: None) -> None:
    to = f"19001009@127.0.0.1:{free_port()}"
    ran = tongdai("call", "--to", to, "--dtmf", "0", "--json")
    assert ran.status == 1 and ran.lines[0]["error"]["code"] == "program.not_ready"
    assert ran.err.startswith(f"tongdai: {to}: ") and "./tongdai serve" in ran.err


def test_the_running_hotline_is_the_default(tongdai: Command, monkeypatch: pytest.MonkeyPatch, impatient: None) -> None:
    port = free_port()
    monkeypatch.setenv("TONGDAI__TELEPHONY__SIP_PORT", str(port))
    assert f"19001009@127.0.0.1:{port}" in tongdai("call").err
    assert f"113@127.0.0.1:{port}" in tongdai("call", "--to", "113").err
    monkeypatch.setenv("TONGDAI__TELEPHONY__SIP_PORT", "0")
    ran = tongdai("call")
    assert ran.status == 2 and "--to: give NUMBER@HOST:PORT" in ran.err


# --- the document


def turn(kind: TurnKind = TurnKind.SAY, **changes: Any) -> TurnResult:
    values: dict[str, Any] = {
        "kind": kind, "said": "lệ phí", "speech": Segment(start=0, end=800), "answered": True, "cut_off": False,
        "audio": SILENCE,
    }  # fmt: skip
    return TurnResult(**(values | changes))


def event(kind: str, **fields: Any) -> CallEvent:
    return CallEvent(
        call_id="c", sequence=0, sample=0, utc=datetime(2026, 1, 1, tzinfo=UTC), bundle_id="b", kind=kind, fields=fields
    )  # fmt: skip


def placed(
    turns: Sequence[TurnResult], events: Sequence[Sequence[CallEvent]] = (), by: EndedBy = EndedBy.US
) -> PlacedCall:
    result = ConversationResult(greeting=None, greeting_audio=SILENCE, turns=tuple(turns), end=End(by=by))
    return PlacedCall(result=result, events=tuple(map(tuple, events)), heard=SILENCE, setup_ms=12.345)


def test_the_hotlines_events_stand_beside_what_was_heard() -> None:
    said = turn(voice_to_voice_ms=432.16)
    barging = turn(TurnKind.BARGE_IN, cut_off=True, barge_in_ms=120.04)
    keys = turn(TurnKind.KEYS, said="0", answered=False)
    events = [
        [event("call.started", caller="09"), event("say.started", text="Xin chào.", voice_ms=3)],
        [
            event("turn.heard", text="lệ", endpoint_ms=230.0, recognition_ms=4, meaning_ms=5.5),
            event("turn.decided", decision_ms=0.5),
            event("turn.heard", text="lệ phí", endpoint_ms=999.0),
            event("say.started", text="Dạ.", voice_ms=8.0),
            event("say.started", text="Còn gì không ạ?", voice_ms=70.0),
        ],
        [],
    ]
    document = placed([said, barging, keys], events, EndedBy.PEER).document(["dạ", "vâng"])
    assert list(document) == ["turns", "greeting", "setup_ms", "end"]
    assert (document["greeting"], document["setup_ms"], document["end"]) == ("Xin chào.", 12.3, "hotline")
    first, second, third = document["turns"]
    assert all(list(one) == TURN_FIELDS for one in document["turns"])
    assert (first["heard_text"], first["answer"], first["answer_heard"]) == ("lệ / lệ phí", "Dạ. Còn gì không ạ?", "dạ")
    assert first["voice_to_voice_ms"] == 432.2
    assert first["stages_ms"] == {
        "endpoint": 230.0, "recognition": 4.0, "meaning": 5.5, "decision": 0.5, "voice": 8.0,
    }  # fmt: skip
    assert (second["kind"], second["answer"], second["barge_in_ms"]) == ("barge_in", "vâng", 120.0)
    assert second["cut_off"] and second["heard_text"] is None and second["stages_ms"] == {}
    assert (third["answer"], third["answered"]) == (None, False)


@pytest.mark.parametrize(
    ("by", "end"),
    [(EndedBy.US, "caller"), (EndedBy.PEER, "hotline"), (EndedBy.REFUSAL, "refused"), (EndedBy.TIMEOUT, "timeout")],
)
def test_without_the_feed_there_is_what_was_heard(by: EndedBy, end: str, capsys: pytest.CaptureFixture[str]) -> None:
    document = placed([turn()], by=by).document(["tám nghìn đồng"])
    assert document["turns"][0]["answer"] == "tám nghìn đồng" and document["greeting"] == "" and document["end"] == end
    print_document(document)
    printed = capsys.readouterr().out
    assert "Người gọi: lệ phí" in printed and "Máy:       tám nghìn đồng" in printed and end in printed


def test_the_first_time_of_each_stage_counts() -> None:
    assert stages([event("a", endpoint_ms=1, voice_ms=None), event("b", endpoint_ms=2)]) == {"endpoint": 1.0}


def test_wav_files_are_written_in_full(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", np.arange(100, dtype=np.int16), rate_hz=8000)
    assert len(play_turn(tmp_path / "a.wav").pcm) == 100

"""A call from sound files: turns at the right time, everything at its exact sample."""

import asyncio
import wave
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from contracts.clock import ScriptedClock
from telephony.errors import NoAgentError, TransferCallerGone, WavError
from telephony.line import Frame, HungUp, Key, LineEvent, Played
from telephony.sip.tones import level_of, tone
from telephony.wav import read_wav, write_wav
from telephony.wav_caller import PATIENCE_MS, QUIET_MS
from telephony.wav_line import WavLine
from telephony.wav_script import HangUp, Press, Say, Stall, Step, When, say_files

TURN = tone(600, 400).tobytes()
GREETING = tone(300, 1000).tobytes()


async def converse(line: WavLine, *sayings: bytes) -> list[LineEvent]:
    """A hotline that says the first at once, and one more after each turn of the caller."""
    events: list[LineEvent] = []
    waiting = list(sayings)
    loud = False
    await say(line, waiting.pop(0)) if waiting else None
    async for event in line.events():
        events.append(event)
        if isinstance(event, Frame):
            was, loud = loud, any(event.pcm)
            if was and not loud and waiting:
                await say(line, waiting.pop(0))
    return events


async def say(line: WavLine, pcm: bytes) -> None:
    await line.play(f"u{id(pcm)}", pcm)
    await line.end_utterance(f"u{id(pcm)}")


def loud_from(pcm: bytes) -> list[int]:
    """Where sounds begin, in samples, after 100 ms of silence at least."""
    at = np.flatnonzero(np.abs(np.frombuffer(pcm, "<i2").astype(int)) > 300)
    return [int(at[0]), *(int(b) for a, b in pairwise(at) if b - a > 800)] if len(at) else []


async def test_each_turn_comes_when_the_hotline_has_stopped() -> None:
    line = WavLine([Say(pcm=TURN), Say(pcm=TURN)])
    events = await converse(line, GREETING, GREETING, GREETING)
    assert events[-1] == HungUp(line.position)
    assert len(loud_from(line.heard)) == 3 and len(loud_from(line.spoken)) == 2
    first_answer_end = 8000
    assert loud_from(line.heard)[0] == 0
    assert loud_from(line.spoken)[0] == first_answer_end + QUIET_MS * 8
    assert loud_from(line.heard)[1] == loud_from(line.spoken)[0] + 3200 + 160
    assert sum(isinstance(event, Played) for event in events) == 3
    assert [event.sample for event in events if isinstance(event, Frame)] == list(range(0, line.position, 160))


async def test_the_same_call_takes_the_same_course_by_a_clock() -> None:
    script: tuple[Step, ...] = (Say(pcm=TURN), Press(keys="12#"), Stall(ms=200), Say(pcm=TURN, when=When.NOW))
    free = WavLine(script)
    events = await converse(free, GREETING, GREETING)
    clock = ScriptedClock()
    paced = WavLine(script, clock=clock)
    talking = asyncio.ensure_future(converse(paced, GREETING, GREETING))
    await clock.advance(free._ticks * 0.02 - 0.01)
    assert not talking.done()
    await clock.advance(0.02)
    assert talking.done()
    assert (await talking) == events and paced.heard == free.heard and paced.spoken == free.spoken


async def test_keys_come_once_each() -> None:
    line = WavLine([Press(keys="0123456789*#ABCD")])
    events = await converse(line, GREETING)
    keys = [event for event in events if isinstance(event, Key)]
    assert "".join(key.key for key in keys) == "0123456789*#ABCD"
    assert {b.sample - a.sample for a, b in pairwise(keys)} == {11 * 160}


async def test_a_stall_is_filled_and_what_comes_late_is_dropped() -> None:
    line = WavLine([Stall(ms=1000, late=True), Say(pcm=TURN, when=When.NOW)])
    events = await converse(line, GREETING)
    frames = [event for event in events if isinstance(event, Frame)]
    assert line.inserted_frames == line.late_frames == 50
    assert sum(frame.inserted for frame in frames) == 50
    assert [frame.sample for frame in frames] == list(range(0, line.position, 160))
    assert line.position == len(frames) * 160
    assert abs(len(line.spoken) - len(line.heard)) <= 320 and level_of_turn(line.spoken) > -20


def level_of_turn(pcm: bytes) -> float:
    start = loud_from(pcm)[0]
    return level_of(np.frombuffer(pcm, "<i2")[start : start + 3200], 600)


async def test_a_caller_may_interrupt() -> None:
    line = WavLine([Say(pcm=TURN, when=When.SPEAKING, after_ms=300), HangUp(when=When.NOW)])
    await converse(line, GREETING)
    assert loud_from(line.spoken)[0] in range(2400, 2400 + 320)


async def test_a_caller_whom_nobody_answers_goes_on_and_hangs_up() -> None:
    line = WavLine([Say(pcm=TURN)])
    events = await converse(line)
    assert loud_from(line.spoken)[0] == PATIENCE_MS * 8
    assert isinstance(events[-1], HungUp) and len(line.heard) > 2 * PATIENCE_MS * 16


async def test_what_the_hotline_says_during_a_turn_is_no_answer_to_it() -> None:
    second = tone(600, 2000).tobytes()
    line = WavLine([Say(pcm=TURN, when=When.NOW), Say(pcm=second, when=When.NOW, after_ms=200), Say(pcm=TURN)])
    # The first answer comes and ends within the second turn; what is awaited is the answer to that one.
    await converse(line, b"", GREETING, GREETING)
    turns, answers = loud_from(line.spoken), loud_from(line.heard)
    assert len(turns) == 3 and len(answers) == 2
    assert turns[1] < answers[0] + 8000 < turns[1] + 16000 < answers[1]
    assert turns[2] == answers[1] + 8000 + QUIET_MS * 8


async def test_what_goes_on_after_a_turn_counts_as_its_answer() -> None:
    line = WavLine([Say(pcm=TURN, when=When.SPEAKING, after_ms=300), Say(pcm=TURN)])
    await converse(line, GREETING)
    assert loud_from(line.spoken)[1] == 8000 + QUIET_MS * 8


async def test_a_stall_needs_no_answer() -> None:
    line = WavLine([Stall(ms=200), Say(pcm=TURN)])
    await converse(line, GREETING)
    assert loud_from(line.spoken)[0] < 8000 + 2 * QUIET_MS * 8


async def test_pause_and_flush_take_place_at_the_frame() -> None:
    line = WavLine([Say(pcm=TURN, when=When.NOW), HangUp(when=When.NOW, after_ms=1000)])
    await line.play("a", GREETING)
    events = line.events()
    for _ in range(10):
        await anext(events)
    await line.pause()
    for _ in range(10):
        await anext(events)
    await line.resume()
    for _ in range(10):
        await anext(events)
    assert line.heard_samples("a") == 20 * 160
    playout = await line.flush()
    assert (playout.utterance_id, playout.heard_samples, playout.queued_samples) == ("a", 3200, 8000)
    async for _ in events:
        pass
    assert line.heard[: 10 * 320] == GREETING[: 10 * 320]
    assert not any(line.heard[10 * 320 : 20 * 320])
    assert line.heard[20 * 320 : 30 * 320] == GREETING[10 * 320 : 20 * 320]
    assert not any(line.heard[30 * 320 :])


async def test_transfer_hang_up_and_close() -> None:
    line = WavLine([])
    await line.transfer("caller_asked", "tóm tắt")
    assert line.transferred == ("caller_asked", "tóm tắt")
    assert [event async for event in line.events()] == [HungUp(0, transferred=True)]
    with pytest.raises(TransferCallerGone):
        await line.transfer("caller_asked", "")
    alone = WavLine([], agents=False)
    with pytest.raises(NoAgentError):
        await alone.transfer("caller_asked", "")
    await alone.hang_up()
    await alone.close()
    await alone.close()
    assert [event async for event in alone.events()] == [HungUp(0)]


async def test_who_works_on_the_call_is_waited_for() -> None:
    done: list[int] = []

    async def settle() -> None:
        done.append(line.position)

    line = WavLine([HangUp(when=When.NOW)], settle=settle)
    frames = [event async for event in line.events() if isinstance(event, Frame)]
    assert len(done) == len(frames) + 1


def test_sound_files_are_read_at_the_line_rate(tmp_path: Path) -> None:
    path = tmp_path / "lượt.wav"
    sixteen = np.repeat(tone(600, 400), 2)
    write_wav(path, sixteen.astype("<i2").tobytes(), bytes(100), rate_hz=16000)
    (turn,) = say_files([path])
    pcm = np.frombuffer(turn.pcm, "<i2")
    assert abs(len(pcm) - 3200) <= 2
    assert -19.5 < level_of(pcm, 600) < -17.0


@pytest.mark.parametrize("content", [b"", b"RIFF", b"no sound at all" * 10])
def test_what_is_no_sound_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(content)
    with pytest.raises(WavError, match=r"x\.wav"):
        read_wav(path, 8000)
    (tmp_path / "short.wav").write_text("hello\n")
    with pytest.raises(WavError, match=r"short\.wav: ends too early"):
        read_wav(tmp_path / "short.wav", 8000)
    with pytest.raises(WavError, match=r"gone\.wav"):
        read_wav(tmp_path / "gone.wav", 8000)


def test_other_sample_sizes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(bytes(100))
    with pytest.raises(WavError, match="8 bits"):
        read_wav(path, 8000)


def test_samples_and_bytes_are_the_same_tracks(tmp_path: Path) -> None:
    samples = tone(600, 400)
    write_wav(tmp_path / "samples.wav", samples, samples[:10], rate_hz=8000)
    write_wav(tmp_path / "bytes.wav", samples.tobytes(), samples[:10].tobytes(), rate_hz=8000)
    assert (tmp_path / "samples.wav").read_bytes() == (tmp_path / "bytes.wav").read_bytes()
    assert len((tmp_path / "bytes.wav").read_bytes()) == 44 + len(samples) * 4


def test_a_path_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match=tmp_path.name):
        write_wav(tmp_path, bytes(2), rate_hz=8000)


def test_a_call_is_written_with_both_sides(tmp_path: Path) -> None:
    async def run(script: Iterable[Step]) -> WavLine:
        line = WavLine(script)
        await converse(line, GREETING)
        return line

    line = asyncio.run(run([Say(pcm=TURN)]))
    line.write(tmp_path / "call.wav")
    with wave.open(str(tmp_path / "call.wav"), "rb") as file:
        assert file.getnchannels() == 2 and file.getframerate() == 8000
        both = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    assert both[:, 1].tobytes()[: len(GREETING)] == GREETING
    assert both[:, 0].tobytes()[: len(line.spoken)] == line.spoken

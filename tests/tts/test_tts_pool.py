"""The pool with its real worker processes."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from tts.cache import AudioCache
from tts.errors import UnknownEngine, VoiceUnavailable
from tts.pool import PooledVoice, open_voice
from tts.rendering import render
from tts.telling import Deadlines

PATIENT = Deadlines(start_ms=20_000, stall_ms=20_000)
"""Other work on the machine must not decide what these tests see."""
LONG = "Trường hợp thông thường, bác mang tờ khai theo mẫu, bản chính giấy chứng sinh, và giấy tờ tùy thân của bác" + (
    ", cùng với bản sao giấy chứng nhận kết hôn của hai vợ chồng" * 6
)


def _open(**options: object) -> PooledVoice:
    options = {"cache": AudioCache(None), **options}
    voice = open_voice(deadlines=PATIENT, **options)  # pyright: ignore[reportArgumentType]
    assert isinstance(voice, PooledVoice)
    return voice


@pytest.fixture
async def voice() -> AsyncIterator[PooledVoice]:
    opened = _open(workers=2)
    async with asyncio.timeout(60):
        await opened.start()
        yield opened
        await opened.close()


async def _all(voice: PooledVoice, text: str) -> bytes:
    return b"".join([pcm async for pcm in voice.speak(text)])


async def test_streamed_audio_is_the_whole_audio(voice: PooledVoice) -> None:
    text = "Lệ phí là 8.000 đồng. Bác nộp tại UBND phường."
    parts = [audio async for audio in voice.utter(text)]
    streamed = np.frombuffer(b"".join(part.pcm for part in parts), "<i2")
    whole = np.concatenate([render("Lệ phí là 8.000 đồng."), render("Bác nộp tại UBND phường.")])
    assert len(parts) > 3
    assert len(streamed) == len(whole)
    # Another number of threads may round the last bit of the network's sums differently.
    assert np.abs(streamed.astype(int) - whole).max() <= 200
    assert text.index("Bác") in [part.text_at for part in parts]


async def test_audio_comes_before_the_sentence_is_finished(voice: PooledVoice) -> None:
    events: list[str] = []
    sound = voice.speak(LONG)
    await anext(sound)
    events.append("first")
    # No more is made ahead than is allowed, so the rest cannot have been finished.
    assert voice.crew.waiting() == 1
    async for _ in sound:
        pass
    events.append("last")
    assert voice.crew.waiting() == 0
    assert events == ["first", "last"]


async def test_closing_early_stops_the_work(voice: PooledVoice) -> None:
    sound = voice.speak(LONG)
    await anext(sound)
    await sound.aclose()
    assert voice.crew.waiting() == 0
    assert await _all(voice, "Dạ vâng.")


async def test_a_killed_worker_costs_no_word(voice: PooledVoice) -> None:
    whole = await _all(voice, LONG)
    voice.forget()
    sound = voice.speak(LONG)
    parts = [await anext(sound)]
    for pid in voice.crew.pids():
        if voice.crew.speaking(pid):
            os.kill(pid, signal.SIGKILL)
    parts += [pcm async for pcm in sound]
    assert b"".join(parts) == whole
    assert voice.fallbacks_used == 0
    await voice.crew.wait_for(2)


async def test_a_hanging_worker_is_replaced() -> None:
    voice = _open(workers=1)
    async with asyncio.timeout(60):
        await voice.start()
        (pid,) = voice.crew.pids()
        voice.set_deadlines(Deadlines(start_ms=300, stall_ms=300))
        os.kill(pid, signal.SIGSTOP)
        assert len(await _all(voice, "Xin chào bác.")) > 8000
        assert voice.fallbacks_used == 1
        await voice.crew.wait_for_replacements(1)
        voice.set_deadlines(PATIENT)
        await _all(voice, "Dạ vâng ạ.")
        assert voice.fallbacks_used == 1
        assert pid not in voice.crew.pids()
        await voice.close()


async def test_the_fallback_speaks_when_no_worker_is_left() -> None:
    voice = _open(workers=1)
    async with asyncio.timeout(60):
        await voice.start()
        (pid,) = voice.crew.pids()
        os.kill(pid, signal.SIGKILL)
        assert len(await _all(voice, "Xin chào bác.")) > 8000
        await voice.crew.wait_for(1)
        await voice.close()


async def test_without_fallback_the_failure_has_a_name() -> None:
    voice = _open(workers=1, fallback=None)
    async with asyncio.timeout(60):
        await voice.start()
        voice.set_deadlines(Deadlines(start_ms=0, stall_ms=0))
        with pytest.raises(VoiceUnavailable):
            await _all(voice, "Xin chào bác.")
        await voice.close()


async def test_a_cached_sentence_is_the_same_and_needs_no_worker(voice: PooledVoice) -> None:
    first = await _all(voice, "Xin chào bác.")
    voice.set_deadlines(Deadlines(start_ms=0, stall_ms=0))
    assert await _all(voice, "Xin chào bác.") == first
    assert voice.fallbacks_used == 0


async def test_prompts_are_prepared_on_disk(tmp_path: Path) -> None:
    voice = open_voice(workers=1, fallback=None, deadlines=PATIENT, cache=AudioCache(tmp_path))
    async with asyncio.timeout(60):
        assert await voice.prepare(["Xin chào bác. Bác cần hỏi gì ạ?", "Xin chào bác."]) == 2
        assert await voice.prepare(["Xin chào bác."]) == 0
        await voice.close()
    assert len(list(tmp_path.rglob("*.pcm"))) == 2  # noqa: ASYNC240


async def test_prepared_prompts_are_spoken_from_memory(tmp_path: Path) -> None:
    first = open_voice(workers=1, fallback=None, deadlines=PATIENT, cache=AudioCache(tmp_path))
    second = _open(workers=1, fallback=None, cache=AudioCache(tmp_path))
    async with asyncio.timeout(60):
        await first.prepare(["Xin chào bác."])
        await first.close()
        assert await second.prepare(["Xin chào bác."]) == 0
        shutil.rmtree(tmp_path)
        # No worker is asked either.
        second.set_deadlines(Deadlines(start_ms=0, stall_ms=0))
        assert len(await _all(second, "Xin chào bác.")) > 8000
        await second.close()


async def test_a_waiting_sentence_comes_before_the_rest_of_a_running_one() -> None:
    voice = _open(workers=1)
    async with asyncio.timeout(60):
        await voice.start()
        order: list[str] = []

        async def listen(name: str, text: str) -> None:
            async for _ in voice.speak(text):
                order.append(name)  # noqa: PERF401 - one at a time, as it comes

        async with asyncio.TaskGroup() as group:
            group.create_task(listen("long", LONG))
            group.create_task(listen("short", "Dạ vâng ạ."))
        assert order.index("short") < len(order) - 1 - order[::-1].index("long")
        assert order.index("short") <= 3
        await voice.close()


async def test_nothing_and_junk(voice: PooledVoice) -> None:
    assert await _all(voice, "") == b""
    assert await _all(voice, " …—() \u200b") == b""
    assert await _all(voice, "\x00\ud800 @@@ 🙂 qwrtp %%% 12")
    assert voice.fallbacks_used == 0


async def test_espeak_is_an_engine_too() -> None:
    voice = _open(engine="espeak", workers=1)
    async with asyncio.timeout(60):
        sound = np.frombuffer(await _all(voice, "Xin chào bác, 115."), "<i2")
        await voice.close()
    assert len(sound) > 8000
    assert np.abs(sound.astype(int)).max() > 3000


def test_an_unknown_engine_is_refused_at_once() -> None:
    with pytest.raises(UnknownEngine):
        open_voice("nobody")

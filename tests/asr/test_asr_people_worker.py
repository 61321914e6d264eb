"""The real worker process."""

import asyncio
import os
import signal
from pathlib import Path

import pytest
from test_asr_people_model import buzzing

from asr.engines import names, start_engine
from asr.errors import RecognizerUnavailable, UnknownEngine
from asr.people.engine import PeopleRecognition, PeopleRecognizer
from asr.recognizer import Partial
from contracts.expectation import Expectation, Expecting

PCM = buzzing(1.6)


def opened(recognizer: PeopleRecognizer, expectation: Expectation | None = None) -> PeopleRecognition:
    return recognizer.open(rate_hz=8000, expectation=expectation or Expectation(), on_partial=lambda partial: None)


def feed(recognition: PeopleRecognition, pcm: bytes) -> None:
    for at in range(0, len(pcm), 320):
        recognition.feed(pcm[at : at + 320])


async def test_many_at_once_equal_one_alone(recognizer: PeopleRecognizer) -> None:
    alone = opened(recognizer)
    feed(alone, PCM)
    expected = await alone.finish()
    many = [opened(recognizer) for _ in range(6)]
    for at in range(0, len(PCM), 3200):
        for recognition in many:
            recognition.feed(PCM[at : at + 3200])
    found = await asyncio.gather(*(recognition.finish() for recognition in many))
    for hypotheses in found:
        ours = {one.text: one.confidence for one in hypotheses}
        for one in expected[:3]:
            assert ours[one.text] == pytest.approx(one.confidence, abs=0.15)


async def test_a_peek_gives_what_a_finish_would(recognizer: PeopleRecognizer) -> None:
    one, other = opened(recognizer), opened(recognizer)
    feed(one, PCM)
    feed(other, PCM)
    peeked = await one.peek()
    assert [h.text for h in peeked] == [h.text for h in await other.finish()]
    feed(one, PCM)
    assert await one.finish()
    with pytest.raises(RecognizerUnavailable):
        await one.finish()


async def test_cancelling_refuses_what_is_waited_for(recognizer: PeopleRecognizer) -> None:
    recognition = opened(recognizer)
    feed(recognition, PCM * 4)
    waiting = asyncio.create_task(recognition.peek())
    await asyncio.sleep(0)
    recognition.cancel()
    recognition.cancel()
    recognition.feed(PCM)
    async with asyncio.timeout(30):
        await asyncio.wait([waiting])
    assert waiting.done()
    if error := waiting.exception():
        assert isinstance(error, RecognizerUnavailable)


async def test_expectations_are_taken(recognizer: PeopleRecognizer) -> None:
    for kind in Expecting:
        recognition = opened(recognizer, Expectation(kind=kind, phrases=("hộ chiếu", "khai sinh")))
        feed(recognition, PCM[:8000])
        assert await recognition.finish()


async def test_a_killed_worker_fails_its_turns_and_is_replaced(recognizer: PeopleRecognizer) -> None:
    recognition = opened(recognizer)
    feed(recognition, PCM)
    assert recognizer.pid is not None
    os.kill(recognizer.pid, signal.SIGKILL)
    with pytest.raises(RecognizerUnavailable):
        async with asyncio.timeout(30):
            await recognition.finish()
    async with asyncio.timeout(30):
        await recognizer.running()
    again = opened(recognizer)
    feed(again, PCM)
    assert await again.finish()


async def test_a_stopped_worker_fails_its_turns_and_is_replaced(recognizer: PeopleRecognizer) -> None:
    recognition = opened(recognizer)
    assert recognizer.pid is not None
    os.kill(recognizer.pid, signal.SIGSTOP)
    feed(recognition, PCM)
    async with asyncio.timeout(30):
        with pytest.raises(RecognizerUnavailable):
            await recognition.finish()
        await recognizer.running()
    again = opened(recognizer)
    feed(again, PCM)
    assert await again.finish()


async def test_the_worker_tells_how_far_it_is_behind(recognizer: PeopleRecognizer) -> None:
    for _ in range(4):
        feed(opened(recognizer), PCM * 8)
    async with asyncio.timeout(30):
        while (load := recognizer.load()).behind_ms < 100:
            await recognizer.cpu_s()
    assert load.open_streams == 4 and load.capacity > 4


async def test_processor_time_counts_up(recognizer: PeopleRecognizer) -> None:
    before = await recognizer.cpu_s()
    recognition = opened(recognizer)
    feed(recognition, PCM)
    await recognition.finish()
    assert await recognizer.cpu_s() > before > 0


async def test_partials_have_stable_beginnings(recognizer: PeopleRecognizer) -> None:
    partials: list[Partial] = []
    recognition = recognizer.open(rate_hz=8000, expectation=Expectation(), on_partial=partials.append)
    feed(recognition, PCM * 3)
    await recognition.finish()
    assert all(0 <= one.stable_chars <= len(one.text) and 0 <= one.confidence <= 1 for one in partials)


async def test_another_rate_is_refused(recognizer: PeopleRecognizer) -> None:
    with pytest.raises(ValueError, match="11025"):
        recognizer.open(rate_hz=11025, expectation=Expectation(), on_partial=lambda partial: None)


async def test_a_missing_model_does_not_start(tmp_path: Path) -> None:
    broken = PeopleRecognizer(tmp_path / "none.onnx", tmp_path / "none.txt")
    with pytest.raises(RecognizerUnavailable):
        await broken.start()
    with pytest.raises(RecognizerUnavailable):
        opened(broken)
    await broken.close()


async def test_an_unknown_engine_is_refused_by_name() -> None:
    assert "people" in names()
    with pytest.raises(UnknownEngine, match="'nobody'"):
        await start_engine("nobody")

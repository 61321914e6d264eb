"""Turns over several recognisers: scripted ones, and real processes with a stand-in for the model."""

import asyncio
import gc
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from standin_worker import DIE

from asr.adapted import AdaptedRecognizer
from asr.errors import EarError, RecognizerBusy, RecognizerUnavailable
from asr.people.engine import PeopleRecognizer
from asr.people.keeper import Watch
from asr.recognizer import OnPartial, Partial, Recognition, RecognizerLoad
from asr.sharing import SharedRecognition, SharedRecognizer
from contracts.expectation import Expectation
from contracts.heard import Hypothesis

PCM = bytes(320)


class OneTurn:
    def __init__(self, owner: "Named", on_partial: OnPartial) -> None:
        self._owner = owner
        self.language_model: Path | None = None
        self.on_partial = on_partial
        self.fed = b""
        self.failure: EarError | None = None

    def feed(self, pcm: bytes) -> None:
        self.fed += pcm

    async def peek(self) -> tuple[Hypothesis, ...]:
        if self.failure is not None:
            raise self.failure
        return (Hypothesis(text=f"{self._owner.name} {len(self.fed)}", confidence=1.0),)

    async def finish(self) -> tuple[Hypothesis, ...]:
        return await self.peek()

    def cancel(self) -> None:
        self._owner.log.append(f"{self._owner.name} cancelled")


class Named:
    def __init__(self, name: str, log: list[str]) -> None:
        self.name, self.log = name, log
        self.up = asyncio.Event()
        self.up.set()
        self.behind_ms = 0.0
        self.turns: list[OneTurn] = []

    def open(
        self, *, rate_hz: int, expectation: Expectation, on_partial: OnPartial, language_model: Path | None = None
    ) -> OneTurn:
        if not self.up.is_set():
            raise RecognizerUnavailable("down")
        self.log.append(self.name)
        self.turns.append(OneTurn(self, on_partial))
        self.turns[-1].language_model = language_model
        return self.turns[-1]

    def unload(self, language_model: Path) -> None:
        self.log.append(f"{self.name} unloads {language_model}")

    def lose(self, error: EarError | None = None) -> None:
        if error is None:
            self.up.clear()
        for turn in self.turns:
            turn.failure = error or RecognizerUnavailable("lost")

    def load(self) -> RecognizerLoad:
        return RecognizerLoad(
            behind_ms=self.behind_ms, open_streams=len(self.turns), capacity=64 if self.up.is_set() else 0
        )

    async def running(self) -> None:
        await self.up.wait()

    async def cpu_s(self) -> float:
        return 1.5

    async def close(self) -> None:
        self.log.append(f"{self.name} closed")


class Two:
    def __init__(self) -> None:
        self.log: list[str] = []
        self.a, self.b = Named("a", self.log), Named("b", self.log)
        self.shared = SharedRecognizer([self.a, self.b], replacement_s=0.05)
        self.partials: list[str] = []

    def open(self, expectation: Expectation | None = None) -> SharedRecognition:
        return self.shared.open(
            rate_hz=8000,
            expectation=expectation or Expectation(),
            on_partial=lambda partial: self.partials.append(partial.text),
        )


@pytest.fixture
def two() -> Two:
    return Two()


def told(text: str) -> Partial:
    return Partial(text=text, confidence=1.0, stable_chars=0)


async def test_turns_go_where_the_fewest_are_open(two: Two) -> None:
    first = two.open()
    two.open()
    two.open()
    assert two.log == ["a", "b", "a"]
    first.feed(PCM)
    assert (await first.peek())[0].text == "a 320"
    assert (await first.finish())[0].text == "a 320"
    first.cancel()
    two.open()
    assert two.log[3:] == ["a cancelled", "a"]
    assert await two.shared.cpu_s() == 3.0
    await two.shared.close()
    assert two.log[-2:] == ["a closed", "b closed"]


def test_one_that_is_late_gets_turns_only_when_all_are(two: Two) -> None:
    two.a.behind_ms = 3000
    for _ in range(2):
        two.open()
    two.b.behind_ms = 3000
    two.open()
    assert two.log == ["b", "b", "a"]


def test_the_load_is_that_of_those_that_run(two: Two) -> None:
    two.a.behind_ms, two.b.behind_ms = 200, 900
    two.open()
    assert two.shared.load() == RecognizerLoad(behind_ms=200, open_streams=1, capacity=128)
    two.a.lose()
    assert two.shared.load() == RecognizerLoad(behind_ms=900, open_streams=1, capacity=64)
    two.b.lose()
    assert two.shared.load().capacity == 0
    with pytest.raises(RecognizerUnavailable):
        two.open()


async def test_a_lost_turn_goes_on_with_the_next_audio(two: Two) -> None:
    turn = two.open()
    turn.feed(PCM)
    two.a.turns[0].on_partial(told("tôi muốn"))
    two.a.lose()
    turn.feed(PCM)
    assert two.b.turns[0].fed == PCM * 2
    for text in ("tôi", "tôi muốn", "tôi muốn hỏi"):
        two.b.turns[0].on_partial(told(text))
    assert two.partials == ["tôi muốn", "tôi muốn", "tôi muốn hỏi"]
    assert (await turn.finish())[0].text == "b 640"


async def test_a_lost_turn_goes_on_when_it_is_asked(two: Two) -> None:
    turn = two.open()
    turn.feed(PCM)
    two.a.lose()
    assert (await turn.peek())[0].text == "b 320"
    turn.feed(PCM)
    assert (await turn.finish())[0].text == "b 640"


async def test_a_turn_moves_once(two: Two) -> None:
    turn = two.open()
    two.a.lose()
    turn.feed(PCM)
    two.a.up.set()
    two.b.lose()
    turn.feed(PCM)
    with pytest.raises(RecognizerUnavailable):
        await turn.finish()
    assert two.log.count("a") == 1


async def test_one_that_refuses_is_not_asked_first_again(two: Two) -> None:
    turn = two.open()
    two.open()
    two.open()
    two.a.turns.pop()
    two.a.lose(RecognizerBusy("full"))
    turn.feed(PCM)
    assert (await turn.peek())[0].text == "b 320"


async def test_without_another_the_turn_waits_for_its_own(two: Two) -> None:
    two.b.lose()
    turn = two.open()
    turn.feed(PCM)
    two.a.lose()
    turn.feed(PCM)
    with pytest.raises(RecognizerUnavailable):
        await turn.peek()
    two.a.up.set()
    turn.feed(PCM)
    assert (await turn.peek())[0].text == "a 960"


@pytest.mark.parametrize("meanwhile", [0, 1])
async def test_a_result_waits_for_the_first_recogniser_that_runs(two: Two, meanwhile: int) -> None:
    turn = SharedRecognizer([two.a, two.b]).open(
        rate_hz=8000, expectation=Expectation(), on_partial=lambda partial: None
    )
    turn.feed(PCM)
    two.a.lose()
    two.b.lose()
    waiting = asyncio.create_task(turn.finish())
    for _ in range(5):
        await asyncio.sleep(0)
    assert not waiting.done()
    two.b.up.set()
    turn.feed(PCM * meanwhile)
    async with asyncio.timeout(20):
        assert (await waiting)[0].text == f"b {320 * (1 + meanwhile)}"


async def test_cancelling_a_result_that_waits_ends_it(two: Two) -> None:
    turn = two.open()
    two.a.lose()
    two.b.lose()
    waiting = asyncio.create_task(turn.peek())
    await asyncio.sleep(0)
    turn.cancel()
    two.b.up.set()
    with pytest.raises(RecognizerUnavailable):
        async with asyncio.timeout(20):
            await waiting
    assert not two.b.turns


async def test_a_turn_beyond_the_longest_is_not_kept(two: Two) -> None:
    turn = two.open(Expectation(max_turn_ms=1000))
    turn.feed(bytes(16 * 2501))
    two.a.lose()
    with pytest.raises(RecognizerUnavailable):
        await turn.finish()
    assert not two.b.turns


async def test_cancelling_moves_nothing(two: Two) -> None:
    turn = two.open()
    two.a.lose()
    turn.cancel()
    turn.feed(PCM)
    with pytest.raises(RecognizerUnavailable):
        await turn.peek()
    assert not two.b.turns


def opened(recognizer: AdaptedRecognizer) -> Recognition:
    return recognizer.open(rate_hz=8000, expectation=Expectation(), on_partial=lambda partial: None)


async def test_a_turn_leans_towards_its_own_content_also_when_it_moves(two: Two) -> None:
    old, new = AdaptedRecognizer(two.shared, Path("old")), AdaptedRecognizer(two.shared, Path("new"))
    turn = opened(old)
    opened(new)
    turn.feed(PCM)
    two.a.lose()
    turn.feed(PCM)
    assert [one.language_model for one in two.a.turns + two.b.turns] == [Path("old"), Path("new"), Path("old")]


async def unloaded(two: Two) -> list[str]:
    gc.collect()
    await asyncio.sleep(0)
    return [line for line in two.log if "unloads" in line]


async def test_a_language_model_that_nobody_uses_any_more_is_unloaded(two: Two) -> None:
    calls = [AdaptedRecognizer(two.shared, Path(name)) for name in ("old", "old", "new")]
    del calls[0]
    assert not await unloaded(two)
    del calls[0]
    assert await unloaded(two) == ["a unloads old", "b unloads old"]
    await calls[0].close()
    await calls[0].close()
    assert (await unloaded(two))[2:] == ["a unloads new", "b unloads new"]


@pytest.fixture
async def processes() -> AsyncIterator[tuple[SharedRecognizer, list[PeopleRecognizer]]]:
    both = [
        PeopleRecognizer(
            Path("none"), Path("none"), module="tests.asr.standin_worker", watch=Watch(ping_s=0.1, patience=5)
        )
        for _ in range(2)
    ]
    for one in both:
        await one.start()
    shared = SharedRecognizer(both)
    yield shared, both
    await shared.close()


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_caller_notices_no_lost_process(
    processes: tuple[SharedRecognizer, list[PeopleRecognizer]], fault: signal.Signals
) -> None:
    shared, (first, second) = processes
    turn = shared.open(rate_hz=8000, expectation=Expectation(), on_partial=lambda partial: None)
    turn.feed(PCM)
    assert (await turn.peek())[0].text == f"{first.pid} 320"
    assert first.pid is not None
    os.kill(first.pid, fault)
    turn.feed(PCM)
    async with asyncio.timeout(20):
        assert (await turn.finish())[0].text == f"{second.pid} 640"
        await first.running()
    assert shared.load().capacity == 128


async def test_audio_that_ends_every_process_ends_no_more_than_two(
    processes: tuple[SharedRecognizer, list[PeopleRecognizer]],
) -> None:
    shared, both = processes
    turn = shared.open(rate_hz=8000, expectation=Expectation(), on_partial=lambda partial: None)
    turn.feed(DIE)
    async with asyncio.timeout(20):
        with pytest.raises(RecognizerUnavailable):
            await turn.finish()
        for one in both:
            await one.running()

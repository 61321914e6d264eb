"""A recogniser and a voice in other processes, for a line whose time only passes when they have nothing to do."""

import asyncio
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import aclosing, contextmanager

from asr.recognizer import OnPartial, Recognition, Recognizer
from contracts.expectation import Expectation
from contracts.heard import Hypothesis
from tts.voice import Audio, Voice


class Work:
    """What is going on outside the loop."""

    def __init__(self) -> None:
        self._jobs = 0
        self._rest = asyncio.Event()
        self._rest.set()

    @contextmanager
    def job(self) -> Generator[None]:
        self._jobs += 1
        self._rest.clear()
        try:
            yield
        finally:
            self._jobs -= 1
            if not self._jobs:
                self._rest.set()

    async def settled(self) -> None:
        """For `WavLine(settle=…)`: everybody has done what there was to do."""
        while True:
            for _ in range(20):
                await asyncio.sleep(0)
            if self._rest.is_set():
                return
            await self._rest.wait()


class WaitedForRecognizer:
    def __init__(self, real: Recognizer, work: Work) -> None:
        self._real = real
        self._work = work

    def open(self, *, rate_hz: int, expectation: Expectation, on_partial: OnPartial) -> "WaitedForRecognition":
        real = self._real.open(rate_hz=rate_hz, expectation=expectation, on_partial=on_partial)
        return WaitedForRecognition(real, self._work)

    async def cpu_s(self) -> float:
        return await self._real.cpu_s()

    async def close(self) -> None:
        await self._real.close()


class WaitedForRecognition:
    def __init__(self, real: Recognition, work: Work) -> None:
        self._real = real
        self._work = work

    def feed(self, pcm: bytes) -> None:
        self._real.feed(pcm)

    async def peek(self) -> tuple[Hypothesis, ...]:
        with self._work.job():
            return await self._real.peek()

    async def finish(self) -> tuple[Hypothesis, ...]:
        with self._work.job():
            return await self._real.finish()

    def cancel(self) -> None:
        self._real.cancel()


class WaitedForVoice:
    def __init__(self, real: Voice, work: Work) -> None:
        self._real = real
        self._work = work

    @property
    def rate_hz(self) -> int:
        return self._real.rate_hz

    async def start(self) -> None:
        await self._real.start()

    async def utter(self, text: str, *, rate: float = 1.0) -> AsyncGenerator[Audio, None]:
        async with aclosing(self._real.utter(text, rate=rate)) as sound:
            while True:
                # Not while the line takes its time with what it was given.
                with self._work.job():
                    audio = await anext(sound, None)
                if audio is None:
                    return
                yield audio

    async def speak(self, text: str, *, rate: float = 1.0) -> AsyncGenerator[bytes, None]:
        async for audio in self.utter(text, rate=rate):
            yield audio.pcm

    async def prepare(self, texts: Sequence[str], *, rate: float = 1.0) -> int:
        return await self._real.prepare(texts, rate=rate)

    async def close(self) -> None:
        await self._real.close()

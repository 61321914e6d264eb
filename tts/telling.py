"""One sentence, said to its end by whoever can: the engine, another of its processes, the fallback engine."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from contracts.workers import WorkerBusy, WorkerDead
from tts.crew import Chunk, Crew, Spoken
from tts.errors import EngineBroken, VoiceUnavailable

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    start_ms: int = 400
    """From the order to the first audio of an utterance; after that the fallback says it."""
    stall_ms: int = 3000
    """Without audio in the middle of an utterance, or without any answer: the process hangs."""


class Telling:
    def __init__(
        self, words: str, rate: float, *, crew: Crew, fallback: Crew | None, start_ms: int, deadlines: Deadlines
    ) -> None:
        """`start_ms`: the time that the first audio may take; all attempts share it."""
        self._words = words
        self._rate = rate
        self._crew = crew
        self._fallback = fallback
        self._start_by = asyncio.get_running_loop().time() + start_ms / 1000
        self._stall_s = deadlines.stall_ms / 1000
        self._words_at = 0
        self.parts: list[bytes] = []
        """What the engine has said."""
        self.fell_back = False

    async def chunks(self) -> AsyncGenerator[Chunk, None]:
        """Raises `VoiceUnavailable`."""
        for _ in range(1 + len(self._crew.pids())):
            try:
                async with aclosing(self._rest(self._crew.speak(self._words, self._rate))) as rest:
                    async for chunk in rest:
                        yield chunk
                return
            except WorkerDead:
                continue
            except (TimeoutError, WorkerBusy, EngineBroken):
                break
        async with aclosing(self._by_fallback()) as rest:
            async for chunk in rest:
                yield chunk

    async def _rest(self, spoken: Spoken) -> AsyncGenerator[Chunk, None]:
        """What has not been handed out yet: the engine gives the same samples again, so what was heard is skipped."""
        skip = sum(len(part) for part in self.parts)
        try:
            while (chunk := await self._take(spoken)) is not None:
                fresh = chunk.pcm[skip:]
                skip -= len(chunk.pcm) - len(fresh)
                if fresh:
                    self.parts.append(fresh)
                    self._words_at = chunk.words_at
                    yield Chunk(pcm=fresh, words_at=chunk.words_at)
        finally:
            spoken.close()

    async def _take(self, spoken: Spoken) -> Chunk | None:
        """Raises `TimeoutError` when the sentence did not begin in time, `WorkerDead` when it stopped in the middle."""
        if self.parts:
            try:
                return await spoken.take(self._stall_s)
            except TimeoutError:
                spoken.blame()
                raise WorkerDead("the process hangs") from None
        try:
            return await spoken.take(max(self._start_by - asyncio.get_running_loop().time(), 0))
        except TimeoutError:
            spoken.suspect(self._stall_s)
            raise

    async def _by_fallback(self) -> AsyncGenerator[Chunk, None]:
        """The rest of the sentence in another voice, from the beginning of the phrase that was cut off."""
        self.fell_back = True
        log.warning("voice.fallback", extra={"engine": self._crew.engine})
        if self._fallback is None:
            raise VoiceUnavailable("the voice does not answer and there is no fallback")
        start = self._words_at
        spoken: Spoken | None = None
        try:
            spoken = self._fallback.speak(self._words[start:], self._rate)
            while (chunk := await spoken.take(self._stall_s)) is not None:
                yield Chunk(pcm=chunk.pcm, words_at=start + chunk.words_at)
        except (WorkerDead, WorkerBusy, EngineBroken, TimeoutError) as error:
            raise VoiceUnavailable(f"neither the voice nor its fallback answers: {error}") from error
        finally:
            if spoken is not None:
                spoken.close()

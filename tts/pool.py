"""The voice of a process: reading aloud, cache, worker processes, and the fallback when they fail."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from contracts.paths import cache_dir
from tts.cache import AudioCache, Key
from tts.crew import Chunk, Crew
from tts.engines import check_engine
from tts.reading import ON_CALL, read
from tts.sentences import Sentence, sentences
from tts.telling import Deadlines, Telling
from tts.vais.variants import caller_voice
from tts.voice import Audio, Voice

log = logging.getLogger(__name__)

_PIECE_MS = 500
"""Length in which cached audio is handed out."""
_UNHURRIED_MS = 60_000


class PooledVoice:
    def __init__(self, crew: Crew, fallback: Crew | None, *, rate_hz: int, variant: str | None, cache: AudioCache,
                 deadlines: Deadlines) -> None:  # fmt: skip
        self.rate_hz = rate_hz
        self.crew = crew
        self.fallback = fallback
        self.fallbacks_used = 0
        """Sentences that the fallback engine had to say; a counter for the metrics."""
        self._variant = variant or ""
        self._cache = cache
        self._deadlines = deadlines
        self._starting: asyncio.Lock = asyncio.Lock()
        self._started = False

    async def start(self) -> None:
        async with self._starting:
            if self._started:
                return
            crews = [self.crew] + ([self.fallback] if self.fallback else [])
            results = await asyncio.gather(*(crew.start() for crew in crews), return_exceptions=True)
            for crew, result in zip(crews, results, strict=True):
                if isinstance(result, BaseException):
                    log.error("voice.engine_broken", extra={"engine": crew.engine, "error": str(result)})
            if isinstance(results[0], BaseException):
                await asyncio.gather(*(crew.close() for crew in crews))
                raise results[0]
            self._started = True

    async def close(self) -> None:
        self._started = False
        await self.crew.close()
        if self.fallback is not None:
            await self.fallback.close()

    async def speak(self, text: str, *, rate: float = 1.0) -> AsyncGenerator[bytes, None]:
        async with aclosing(self.utter(text, rate=rate)) as sound:
            async for audio in sound:
                yield audio.pcm

    async def utter(self, text: str, *, rate: float = 1.0) -> AsyncGenerator[Audio, None]:
        await self.start()
        first = True
        for sentence in sentences(text):
            words = read(sentence.text, ON_CALL).words
            if not words:
                continue
            start_ms = self._deadlines.start_ms if first else self._deadlines.stall_ms
            async with aclosing(self._sentence(words, rate, start_ms)) as said:
                async for chunk in said:
                    first = False
                    yield Audio(pcm=chunk.pcm, text_at=_text_at(sentence, words, chunk.words_at))

    async def prepare(self, texts: Sequence[str], *, rate: float = 1.0) -> int:
        await self.start()
        made = 0
        for sentence in (sentence for text in texts for sentence in sentences(text)):
            words = read(sentence.text, ON_CALL).words
            key = self._key(words, rate)
            if words and await self._cache.fetch(key) is None:
                await self._cache.keep(key, await self._render(words, rate))
                made += 1
        return made

    async def _render(self, words: str, rate: float) -> bytes:
        """By the engine alone, however long it takes: a prompt must not be kept in the fallback's voice."""
        unhurried = Deadlines(start_ms=_UNHURRIED_MS, stall_ms=_UNHURRIED_MS)
        telling = Telling(words, rate, crew=self.crew, fallback=None, start_ms=_UNHURRIED_MS, deadlines=unhurried)
        async with aclosing(telling.chunks()) as chunks:
            return b"".join([chunk.pcm async for chunk in chunks])

    def _key(self, words: str, rate: float) -> Key:
        crew = self.crew
        return Key(engine=crew.engine, model=crew.model, variant=self._variant, words=words, rate=rate,
                   rate_hz=self.rate_hz)  # fmt: skip

    async def _sentence(self, words: str, rate: float, start_ms: int) -> AsyncGenerator[Chunk, None]:
        key = self._key(words, rate)
        cached = self._cache.get(key)
        if cached is not None:
            piece = self.rate_hz * _PIECE_MS // 1000 * 2
            for at in range(0, len(cached), piece):
                yield Chunk(pcm=cached[at : at + piece], words_at=len(words) * at // len(cached))
            return
        telling = Telling(
            words, rate, crew=self.crew, fallback=self.fallback, start_ms=start_ms, deadlines=self._deadlines
        )
        async with aclosing(telling.chunks()) as chunks:
            async for chunk in chunks:
                yield chunk
        if telling.fell_back:
            self.fallbacks_used += 1
        else:
            self._cache.put(key, b"".join(telling.parts))

    def set_deadlines(self, deadlines: Deadlines) -> None:
        self._deadlines = deadlines

    def forget(self) -> None:
        """Empties the cache in memory."""
        self._cache.forget()


def _text_at(sentence: Sentence, words: str, words_at: int) -> int:
    return sentence.start + (sentence.end - sentence.start) * words_at // max(len(words), 1)


def open_voice(
    engine: str = "vais",
    rate_hz: int = 8000,
    workers: int = 2,
    fallback: str | None = "espeak",
    variant: str | None = None,
    *,
    deadlines: Deadlines | None = None,
    cache: AudioCache | None = None,
) -> Voice:
    """A voice that is not started yet. `variant`: a simulated caller. Raises `UnknownEngine`, `UnknownCaller`."""
    check_engine(engine)
    caller_voice(variant)
    second: Crew | None = None
    if fallback is not None and fallback != engine:
        check_engine(fallback)
        second = Crew(fallback, rate_hz=rate_hz, variant=None, size=1)
    return PooledVoice(
        Crew(engine, rate_hz=rate_hz, variant=variant, size=workers),
        second,
        rate_hz=rate_hz,
        variant=variant,
        cache=cache if cache is not None else AudioCache(cache_dir() / "voice"),
        deadlines=deadlines or Deadlines(),
    )

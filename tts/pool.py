"""The voice of a process: reading aloud, cache, worker processes, and the fallback when they fail."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from contracts.paths import cache_dir
from contracts.workers import WorkerBusy, WorkerDead
from tts.cache import AudioCache, Key
from tts.crew import Chunk, Crew, Spoken
from tts.engines import check_engine
from tts.errors import EngineBroken, VoiceUnavailable
from tts.reading import ON_CALL, read
from tts.sentences import Sentence, sentences
from tts.vais.variants import caller_voice
from tts.voice import Audio, Voice

log = logging.getLogger(__name__)

_PIECE_MS = 500
"""Length in which cached audio is handed out."""
_UNHURRIED_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    start_ms: int = 400
    """From the order to the first audio of an utterance; after that the fallback says it."""
    stall_ms: int = 3000
    """Without audio in the middle of an utterance: the process hangs."""


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

    async def speak(self, text: str, *, rate: float = 1.0) -> AsyncIterator[bytes]:
        sound = self.utter(text, rate=rate)
        try:
            async for audio in sound:
                yield audio.pcm
        finally:
            await sound.aclose()

    async def utter(self, text: str, *, rate: float = 1.0):
        """See `Voice.utter`."""
        await self.start()
        first = True
        for sentence in sentences(text):
            words = read(sentence.text, ON_CALL).words
            if not words:
                continue
            said = self._sentence(words, rate, self._deadlines.start_ms if first else self._deadlines.stall_ms)
            try:
                async for chunk in said:
                    first = False
                    yield Audio(pcm=chunk.pcm, text_at=_text_at(sentence, words, chunk.words_at))
            finally:
                await said.aclose()

    async def prepare(self, texts: Sequence[str], *, rate: float = 1.0) -> int:
        await self.start()
        made = 0
        for sentence in (sentence for text in texts for sentence in sentences(text)):
            words = read(sentence.text, ON_CALL).words
            if words and not self._cache.kept(self._key(words, rate)):
                pcm = await self._render(words, rate)
                self._cache.put(self._key(words, rate), pcm, keep=True)
                made += 1
        return made

    async def _render(self, words: str, rate: float) -> bytes:
        spoken = self.crew.speak(words, rate)
        try:
            parts: list[bytes] = []
            while (chunk := await spoken.take(_UNHURRIED_S)) is not None:
                parts.append(chunk.pcm)
            return b"".join(parts)
        finally:
            spoken.close()

    def _key(self, words: str, rate: float) -> Key:
        crew = self.crew
        return Key(engine=crew.engine, model=crew.model, variant=self._variant, words=words, rate=rate,
                   rate_hz=self.rate_hz)  # fmt: skip

    async def _sentence(self, words: str, rate: float, start_ms: int):
        key = self._key(words, rate)
        cached = self._cache.get(key)
        if cached is not None:
            piece = self.rate_hz * _PIECE_MS // 1000 * 2
            for at in range(0, len(cached), piece):
                yield Chunk(pcm=cached[at : at + piece], words_at=len(words) * at // len(cached))
            return
        telling = Telling(self, words, rate, start_ms)
        try:
            async for chunk in telling.chunks():
                yield chunk
        finally:
            telling.close()
        if not telling.fell_back:
            self._cache.put(key, b"".join(telling.parts))

    @property
    def deadlines(self) -> Deadlines:
        return self._deadlines


class Telling:
    """One sentence, said to its end by whoever can: the engine, another of its processes, the fallback."""

    def __init__(self, voice: PooledVoice, words: str, rate: float, start_ms: int) -> None:
        self._voice = voice
        self._words = words
        self._rate = rate
        self._start_by = asyncio.get_running_loop().time() + start_ms / 1000
        self._spoken: Spoken | None = None
        self.parts: list[bytes] = []
        self.fell_back = False
        self._words_at = 0

    async def chunks(self):
        """Raises `VoiceUnavailable`."""
        attempts = 1 + len(self._voice.crew.pids())
        for _ in range(attempts):
            try:
                self._spoken = self._voice.crew.speak(self._words, self._rate)
                async for chunk in self._rest(self._spoken):
                    yield chunk
                return
            except TimeoutError:
                break
            except WorkerDead:
                continue
            except (WorkerBusy, EngineBroken):
                break
        async for chunk in self._by_fallback():
            yield chunk

    def close(self) -> None:
        if self._spoken is not None:
            self._spoken.close()

    async def _rest(self, spoken: Spoken):
        """What has not been handed out yet: the engine gives the same samples again, so what was heard is skipped."""
        skip = sum(len(part) for part in self.parts)
        stall_s = self._voice.deadlines.stall_ms / 1000
        loop = asyncio.get_running_loop()
        while True:
            limit = stall_s if self.parts else max(self._start_by - loop.time(), 0)
            try:
                chunk = await spoken.take(limit)
            except TimeoutError:
                if self.parts:
                    spoken.blame()
                    raise WorkerDead("hangs") from None
                spoken.close()
                raise
            if chunk is None:
                return
            fresh = chunk.pcm[skip:]
            skip -= len(chunk.pcm) - len(fresh)
            if fresh:
                self.parts.append(fresh)
                self._words_at = chunk.words_at
                yield Chunk(pcm=fresh, words_at=chunk.words_at)

    async def _by_fallback(self):
        """The rest of the sentence in another voice, from the beginning of the phrase that was cut off."""
        fallback = self._voice.fallback
        self.fell_back = True
        self._voice.fallbacks_used += 1
        log.warning("voice.fallback", extra={"engine": self._voice.crew.engine})
        if fallback is None:
            raise VoiceUnavailable("the voice does not answer and there is no fallback")
        start = self._words_at
        try:
            self._spoken = fallback.speak(self._words[start:], self._rate)
            while (chunk := await self._spoken.take(self._voice.deadlines.stall_ms / 1000)) is not None:
                yield Chunk(pcm=chunk.pcm, words_at=start + chunk.words_at)
        except (WorkerDead, WorkerBusy, EngineBroken, TimeoutError) as error:
            raise VoiceUnavailable(f"neither the voice nor its fallback answers: {error}") from error


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

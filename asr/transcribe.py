"""Audio files to text: voice activity cuts them into segments, the recogniser hears each, the results are joined."""

import asyncio
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asr.audio_file import Audio, read_audio
from asr.recognizer import Recognizer
from asr.segments import speech_segments
from asr.vad import RATE_HZ, VadStream
from contracts.expectation import Expectation
from contracts.heard import Hypothesis

_WIDEBAND_HZ = 16000
_NBEST = 10
_NBEST_PER_SEGMENT = 5
_FED_AT_ONCE_S = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedWord:
    word: str
    start_s: float
    end_s: float
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    text: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """The line of `tongdai transcribe --json`."""

    file: str
    text: str
    """Empty: no speech was found."""
    nbest: tuple[Alternative, ...]
    words: tuple[TimedWord, ...]
    cpu_s: float
    """Of this process and the recogniser's."""
    audio_s: float

    def as_json(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "text": self.text,
            "nbest": [{"text": one.text, "confidence": round(one.confidence, 4)} for one in self.nbest],
            "words": [
                {
                    "word": one.word,
                    "start_s": round(one.start_s, 3),
                    "end_s": round(one.end_s, 3),
                    "confidence": round(one.confidence, 4),
                }
                for one in self.words
            ],
            "cpu_s": round(self.cpu_s, 4),
            "audio_s": round(self.audio_s, 3),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Segment:
    start_s: float
    hypotheses: tuple[Hypothesis, ...]


async def transcribe_file(path: Path, recognizer: Recognizer, *, expectation: Expectation | None = None) -> Transcript:
    """One file; above 8 kHz it is heard in wideband. Raises `AudioUnreadable`, or what the recogniser raises."""
    outside, inside = await recognizer.cpu_s(), time.process_time()
    audio = await asyncio.to_thread(read_audio, path)
    segments = await _hear(audio, recognizer, expectation or Expectation())
    rate_hz = _heard_rate(audio)
    alternatives = _join([segment.hypotheses for segment in segments])
    words = tuple(
        TimedWord(
            word=word.text,
            start_s=segment.start_s + word.start_sample / rate_hz,
            end_s=min(segment.start_s + word.end_sample / rate_hz, audio.seconds),
            confidence=word.confidence,
        )
        for segment in segments
        for word in segment.hypotheses[0].words
    )
    return Transcript(
        file=str(path),
        text=" ".join(segment.hypotheses[0].text for segment in segments).strip(),
        nbest=alternatives,
        words=words,
        cpu_s=await recognizer.cpu_s() - outside + time.process_time() - inside,
        audio_s=audio.seconds,
    )


def _heard_rate(audio: Audio) -> int:
    return RATE_HZ if audio.rate_hz <= RATE_HZ else _WIDEBAND_HZ


async def _hear(audio: Audio, recognizer: Recognizer, expectation: Expectation) -> list[_Segment]:
    rate_hz = _heard_rate(audio)
    pcm = audio.resampled(rate_hz).pcm16()
    windows = await asyncio.to_thread(VadStream().feed, audio.resampled(RATE_HZ).pcm16())
    found: list[_Segment] = []
    for start, end in speech_segments(windows):
        scale = rate_hz // RATE_HZ * 2
        heard = await _recognise(pcm[start * scale : end * scale], rate_hz, recognizer, expectation)
        if heard[0].text:
            found.append(_Segment(start_s=start / RATE_HZ, hypotheses=heard))
    return found


async def _recognise(
    pcm: bytes, rate_hz: int, recognizer: Recognizer, expectation: Expectation
) -> tuple[Hypothesis, ...]:
    recognition = recognizer.open(rate_hz=rate_hz, expectation=expectation, on_partial=lambda partial: None)
    try:
        size = int(rate_hz * _FED_AT_ONCE_S) * 2
        for at in range(0, len(pcm), size):
            recognition.feed(pcm[at : at + size])
        return await recognition.finish()
    finally:
        recognition.cancel()


def _join(segments: Sequence[tuple[Hypothesis, ...]]) -> tuple[Alternative, ...]:
    """The best combinations; their confidences multiply. Segments are taken to be independent."""
    joined = [Alternative(text="", confidence=1.0)]
    for hypotheses in segments:
        pairs = itertools.product(joined, hypotheses if len(segments) == 1 else hypotheses[:_NBEST_PER_SEGMENT])
        longer = [
            Alternative(text=f"{before.text} {after.text}".strip(), confidence=before.confidence * after.confidence)
            for before, after in pairs
        ]
        joined = sorted(longer, key=lambda one: -one.confidence)[:_NBEST]
    return tuple(joined)

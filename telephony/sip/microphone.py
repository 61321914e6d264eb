"""What a phone sends: utterances and keys one after the other, silence or noise between them, echo over all of it."""

import asyncio
from collections import deque
from collections.abc import Generator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from contracts.audio import PHONE_RATE_HZ, frame_samples, ms_to_samples
from telephony.g711 import Pcm
from telephony.sip.codec import Codec
from telephony.sip.conditions import Conditions, Echo
from telephony.sip.dtmf import KEYS, event_payloads
from telephony.sip.measure import Segment, first_loud, last_loud
from telephony.sip.track import Track

FRAME = frame_samples(PHONE_RATE_HZ)
_NOISE_FRAMES = 101
"""A prime number of frames (2 s), so that the noise does not fall into step with anything."""
_KEY_GAP_FRAMES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """Where an utterance or a run of keys lies in the call; samples, ends exclusive."""

    start: int
    end: int
    loud: Segment | None
    """From the first to behind the last sample above −40 dBFS; None: no sample is. For keys: the whole run."""


class OutFrame(NamedTuple):
    payload: bytes
    event_start: int = -1
    """For a key: the position at which it went down; −1: the payload is audio."""


Frames = Generator[OutFrame, None, Spoken]
"""Frames of one queued thing; returns where it lay."""


class Microphone:
    """Makes one frame for each 20 ms of the call."""

    def __init__(self, codec: Codec, conditions: Conditions, heard: Track) -> None:
        self._codec = codec
        self._heard = heard
        self._dtx = conditions.dtx
        self._echo = conditions.echo
        self._noise = _noise(conditions)
        self._silence = self._silent_frames()
        self._queue: deque[tuple[Generator[OutFrame], asyncio.Future[Spoken | None]]] = deque()
        self._position = 0
        self.muted = False
        """Nothing is sent and time goes on: what is said meanwhile is lost."""

    def say(self, pcm: Pcm) -> asyncio.Future[Spoken | None]:
        """Queue an utterance. The result comes when its last frame has been sent; None: the call ended before."""
        return self._enqueue(self._utterance(pcm))

    def press(self, keys: str, *, key_ms: float) -> asyncio.Future[Spoken | None]:
        """Queue key presses. Raises `ValueError` for an unknown key."""
        if not keys or any(key not in KEYS for key in keys):
            raise ValueError("keys: only 0–9, *, #, A–D")
        return self._enqueue(self._keys(keys, max(1, round(key_ms / 20))))

    def _enqueue(self, frames: Frames) -> asyncio.Future[Spoken | None]:
        done: asyncio.Future[Spoken | None] = asyncio.get_running_loop().create_future()
        self._queue.append((_reporting(frames, done), done))
        return done

    def frame(self, position: int) -> OutFrame | None:
        """What the microphone picks up from `position` on, for one frame; None: nothing is sent."""
        self._position = position
        frame = self._next()
        if self.muted or (frame is None and self._dtx and self._echo is None):
            return None
        if frame is None:
            frame = OutFrame(self._silence[position // FRAME % len(self._silence)])
        if self._echo is None or frame.event_start >= 0:
            return frame
        return OutFrame(self._with_echo(frame.payload, self._echo))

    def close(self) -> None:
        """Whoever still waits for something to be said learns that it will not be."""
        while self._queue:
            _, done = self._queue.popleft()
            if not done.done():
                done.set_result(None)

    def _next(self) -> OutFrame | None:
        while self._queue:
            frame = next(self._queue[0][0], None)
            if frame is not None:
                return frame
            self._queue.popleft()
        return None

    def _utterance(self, pcm: Pcm) -> Frames:
        padded = np.zeros(-(-len(pcm) // FRAME) * FRAME, dtype=np.int16)
        padded[: len(pcm)] = pcm
        if self._noise is not None:
            padded = _mixed(padded, np.resize(self._noise, len(padded)))
        coded = self._codec.encode(padded)
        start = self._position
        for at in range(0, len(coded), FRAME):
            yield OutFrame(coded[at : at + FRAME])
        first, last = first_loud(pcm), last_loud(pcm)
        loud = None if first is None or last is None else Segment(start=start + first, end=start + last + 1)
        return Spoken(start=start, end=start + len(pcm), loud=loud)

    def _keys(self, keys: str, frames: int) -> Frames:
        begin = end = self._position
        for key in keys:
            start = self._position
            for payload in event_payloads(key, frames=frames):
                yield OutFrame(payload, start)
            end = start + frames * FRAME
            for _ in range(_KEY_GAP_FRAMES):
                yield OutFrame(self._silence[0])
        return Spoken(start=begin, end=end, loud=Segment(start=begin, end=end))

    def _silent_frames(self) -> list[bytes]:
        if self._noise is None:
            return [self._codec.silence * FRAME]
        coded = self._codec.encode(self._noise)
        return [coded[at : at + FRAME] for at in range(0, len(coded), FRAME)]

    def _with_echo(self, payload: bytes, echo: Echo) -> bytes:
        filtered = _LOUDSPEAKER if echo.narrow else _WIDE
        begin = self._position - ms_to_samples(echo.delay_ms, PHONE_RATE_HZ) - len(filtered) + 1
        heard = self._heard.pcm(max(begin, 0), max(begin + FRAME + len(filtered) - 1, 0))
        if not heard.any():
            return payload
        came = np.zeros(FRAME + len(filtered) - 1)
        missing = min(max(-begin, 0), len(came) - len(heard))
        came[missing : missing + len(heard)] = heard
        returned = np.convolve(came, filtered * 10 ** (-echo.attenuation_db / 20), "valid")
        return self._codec.encode(_mixed(self._codec.decode(payload), returned))


def _reporting(frames: Frames, done: asyncio.Future[Spoken | None]) -> Generator[OutFrame]:
    """The frames; when one more is asked for, the last has been sent and whoever waits is told."""
    spoken = yield from frames
    if not done.done():
        done.set_result(spoken)


def _band(low_hz: float, high_hz: float, taps: int = 33) -> NDArray[np.float64]:
    """A band-pass by the window method."""
    at = np.arange(taps) - taps // 2
    high, low = (2 * hertz / PHONE_RATE_HZ for hertz in (high_hz, low_hz))
    return (high * np.sinc(high * at) - low * np.sinc(low * at)) * np.hamming(taps)


_WIDE = np.ones(1)
_LOUDSPEAKER = _band(300, 2600)


def _noise(conditions: Conditions) -> Pcm | None:
    if conditions.noise_dbfs is None:
        return None
    scale = 32768 * 10 ** (conditions.noise_dbfs / 20)
    drawn = np.random.default_rng(conditions.seed).normal(0.0, scale, _NOISE_FRAMES * FRAME)
    return np.clip(np.rint(drawn), -32768, 32767).astype(np.int16)


def _mixed(one: Pcm, other: NDArray[np.int16] | NDArray[np.float64]) -> Pcm:
    return np.clip(np.rint(one + other.astype(np.float64)), -32768, 32767).astype(np.int16)

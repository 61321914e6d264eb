"""What a conversation measures at the caller's ear: pure functions on 8 kHz samples. Positions are sample indices, ends
are exclusive. "Loud" is a sample above −40 dBFS, the level in the definition of voice-to-voice.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contracts.audio import PHONE_RATE_HZ, samples_to_ms

Samples = NDArray[np.int16]
"""Shape [n]."""

LOUD = 32768 * 10 ** (-40 / 20)
"""−40 dBFS as a sample magnitude; 0 dBFS is 32768."""
WINDOW_SAMPLES = 80
"""10 ms: shorter gaps do not divide a sound."""
PAUSE_SAMPLES = 2400
"""300 ms: silence longer than any inside a spoken phrase, so what follows has begun anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of sound from its first to behind its last loud sample."""

    start: int
    end: int

    @property
    def ms(self) -> float:
        return samples_to_ms(self.end - self.start, PHONE_RATE_HZ)


def is_loud(pcm: Samples) -> NDArray[np.bool_]:
    return np.abs(pcm.astype(np.int32)) > LOUD


def first_loud(pcm: Samples, start: int = 0) -> int | None:
    """The first loud sample at or after `start`."""
    loud = np.flatnonzero(is_loud(pcm[start:]))
    return int(loud[0]) + start if len(loud) else None


def last_loud(pcm: Samples, end: int | None = None) -> int | None:
    """The last loud sample before `end`."""
    loud = np.flatnonzero(is_loud(pcm[:end]))
    return int(loud[-1]) if len(loud) else None


def segments(pcm: Samples, *, gap: int = WINDOW_SAMPLES, start: int = 0) -> tuple[Segment, ...]:
    """The sounds from `start` on, divided where more than `gap` samples lie between two loud ones."""
    loud = np.flatnonzero(is_loud(pcm[start:])) + start
    if not len(loud):
        return ()
    breaks = np.flatnonzero(np.diff(loud) > gap)
    starts = loud[np.concatenate(([0], breaks + 1))]
    ends = loud[np.concatenate((breaks, [len(loud) - 1]))] + 1
    return tuple(Segment(start=int(a), end=int(b)) for a, b in zip(starts, ends, strict=True))


def answer_after(heard: Samples, speech_end: int, *, until: int | None = None) -> tuple[Segment, ...]:
    """The phrases that began at or after `speech_end` (pauses divide them) and before `until`.

    Sound that was already going on at `speech_end` is no answer to what had not been said yet.
    """
    begin = max(0, speech_end - PAUSE_SAMPLES)
    found = segments(heard[:until], gap=PAUSE_SAMPLES, start=begin)
    return tuple(phrase for phrase in found if phrase.start >= speech_end)


def voice_to_voice_ms(speech_end: int, answer_start: int) -> float:
    """From the caller's last loud sample (at `speech_end` − 1) to the answer's first."""
    return samples_to_ms(answer_start - (speech_end - 1), PHONE_RATE_HZ)


def is_cut_off(heard: Samples, speech: Segment) -> bool:
    """Whether the hotline started to speak, after a pause, while the caller was still speaking."""
    begin = max(0, speech.start - PAUSE_SAMPLES)
    found = segments(heard[: speech.end], gap=PAUSE_SAMPLES, start=begin)
    return any(phrase.start > speech.start for phrase in found)


def barge_in_ms(heard: Samples, speech_start: int) -> float | None:
    """From the caller's first loud sample to the last one of what the hotline was saying then.

    0 if the hotline had just fallen silent by itself; None if it had not been speaking in the pause before.
    """
    begin = max(0, speech_start - PAUSE_SAMPLES)
    found = segments(heard, gap=PAUSE_SAMPLES, start=begin)
    interrupted = next((phrase for phrase in found if phrase.start <= speech_start), None)
    if interrupted is None:
        return None
    return max(0.0, samples_to_ms(interrupted.end - 1 - speech_start, PHONE_RATE_HZ))

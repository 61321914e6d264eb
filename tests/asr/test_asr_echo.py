"""Our own voice that comes back: never a speaker, and never in a speaker's way."""

from itertools import pairwise

import numpy as np
import pytest
from asr_sounds import buzzing
from numpy.typing import NDArray

from asr.speech_echo import EchoJudge, Origin
from contracts.audio import frame_bytes

RATE_HZ = 8000
WINDOW = 256

Floats = NDArray[np.float64]


def voice(seconds: float, seed: int) -> Floats:
    return np.frombuffer(buzzing(seconds, seed), "<i2").astype(np.float64) / 4


def echo_of(ours: Floats, *, db: float, ms: int) -> Floats:
    delayed = np.concatenate([np.zeros(ms * RATE_HZ // 1000), ours])[: len(ours)]
    return delayed * 10 ** (-db / 20)


def narrowed(sound: Floats) -> Floats:
    """Through a small loudspeaker: nothing below 300 and above 2,600 Hz."""
    spectrum = np.fft.rfft(sound)
    frequencies = np.fft.rfftfreq(len(sound), 1 / RATE_HZ)
    spectrum[(frequencies < 300) | (frequencies > 2600)] = 0
    return np.fft.irfft(spectrum, len(sound))


def pcm(sound: Floats) -> bytes:
    room = np.random.default_rng(5).normal(0, 4, len(sound))
    return np.rint(sound + room).astype("<i2").tobytes()


def judged(heard: Floats, ours: Floats) -> list[bool]:
    """For each window of 32 ms whether it is an echo."""
    return [origin is Origin.ECHO for origin in origins(heard, ours)]


def origins(heard: Floats, ours: Floats) -> list[Origin]:
    judge, found, size = EchoJudge(RATE_HZ), list[Origin](), frame_bytes(RATE_HZ)
    came, said, looked = pcm(heard), np.rint(ours).astype("<i2").tobytes(), 0
    for at in range(0, len(came), size):
        sounding = said[at : at + size]
        judge.take(came[at : at + size], sounding if any(sounding) else b"")
        while looked + WINDOW <= (at + size) // 2:
            looked += WINDOW
            found.append(judge.origin(looked))
    return found


@pytest.mark.parametrize("db", [15, 20, 25])
@pytest.mark.parametrize("ms", [50, 170, 300, 440])
def test_an_echo_is_known_from_its_first_windows_on(db: int, ms: int) -> None:
    ours = voice(4, 1)
    found = judged(echo_of(ours, db=db, ms=ms), ours)[ms // 32 + 3 :]
    assert np.mean(found) > 0.98


@pytest.mark.parametrize("db", [15, 25])
def test_an_echo_through_a_small_loudspeaker_is_one(db: int) -> None:
    ours = voice(4, 1)
    found = judged(narrowed(echo_of(ours, db=db, ms=150)), ours)[8:]
    # No two windows in a row: that would be the beginning of speech.
    assert not any(not one and not other for one, other in pairwise(found))


def test_the_end_of_an_echo_is_echo_too() -> None:
    ours = np.concatenate([voice(2, 1), np.zeros(RATE_HZ)])
    heard = echo_of(ours, db=20, ms=200)
    heard[17600:19200] += np.random.default_rng(3).normal(0, 30, 1600)
    assert all(judged(heard, ours)[10:68])


@pytest.mark.parametrize("db", [15, 20, 25, None])
def test_a_caller_who_speaks_over_it_is_none(db: int | None) -> None:
    ours = voice(4, 1)
    heard = np.zeros(len(ours)) if db is None else echo_of(ours, db=db, ms=150)
    heard[16000:24000] += voice(1, 2)
    found = judged(heard, ours)
    # What is left are the caller's own pauses between two syllables.
    assert np.mean(found[63:93]) <= 0.3
    assert db is None or all(found[8:60])


def test_without_our_voice_there_is_no_echo() -> None:
    heard = voice(2, 2)
    assert not any(judged(heard, np.zeros(len(heard))))
    before = np.concatenate([voice(1, 1), np.zeros(RATE_HZ)])
    assert not any(judged(np.concatenate([np.zeros(RATE_HZ), voice(1, 2)]), before)[52:])


def test_an_echo_that_moves_is_found_again() -> None:
    """The exchange corrects by whole frames what we think is heard."""
    ours = voice(6, 1)
    heard = np.concatenate([echo_of(ours, db=20, ms=150)[:24000], echo_of(ours, db=20, ms=190)[24000:]])
    found = judged(heard, ours)
    assert np.mean(found[8:90]) > 0.98 and np.mean(found[100:]) > 0.98

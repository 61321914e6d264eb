"""Changing the rate: whole telephone speech, nothing folded into it, no seams, little delay."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from telephony.resample import Resampler, resample

RATES = [(8000, 16000), (16000, 8000), (48000, 8000), (8000, 48000), (44100, 8000), (8000, 22050)]


def sine(frequency_hz: float, rate_hz: int, seconds: float = 1.0) -> NDArray[np.int16]:
    at = np.arange(round(rate_hz * seconds)) / rate_hz
    return np.rint(16000 * np.sin(2 * np.pi * frequency_hz * at)).astype(np.int16)


def level_db(pcm: NDArray[np.int16], frequency_hz: float, rate_hz: int) -> float:
    """Against 16,000, by projection on a windowed sine."""
    window = np.hanning(len(pcm))
    turning = np.exp(-2j * np.pi * frequency_hz * np.arange(len(pcm)) / rate_hz)
    return 20 * np.log10(2 * abs(np.sum(pcm * window * turning)) / np.sum(window) / 16000 + 1e-9)


@pytest.mark.parametrize(("from_hz", "to_hz"), RATES)
@pytest.mark.parametrize("frequency_hz", [300, 1000, 3400])
def test_telephone_speech_stays_whole(from_hz: int, to_hz: int, frequency_hz: int) -> None:
    made = Resampler(from_hz, to_hz).feed(sine(frequency_hz, from_hz))
    assert abs(len(made) - to_hz) <= 1
    assert abs(level_db(made[200:-200], frequency_hz, to_hz)) < 0.5


@pytest.mark.parametrize("from_hz", [16000, 48000, 44100])
@pytest.mark.parametrize("frequency_hz", [4900, 6000, 7500])
def test_nothing_is_folded_into_speech(from_hz: int, frequency_hz: int) -> None:
    made = Resampler(from_hz, 8000).feed(sine(frequency_hz, from_hz))
    assert level_db(made[200:-200], 8000 - frequency_hz, 8000) < -55


def test_no_mirror_image_above_the_telephone_band() -> None:
    made = Resampler(8000, 16000).feed(sine(3000, 8000))
    assert level_db(made[200:-200], 5000, 16000) < -55


@pytest.mark.parametrize(("from_hz", "to_hz"), RATES)
def test_the_delay_is_what_it_says(from_hz: int, to_hz: int) -> None:
    click = np.zeros(from_hz // 10, np.int16)
    click[from_hz // 20] = 20000
    resampler = Resampler(from_hz, to_hz)
    made = resampler.feed(click)
    delay_s = int(np.argmax(np.abs(made))) / to_hz - 0.05
    assert abs(delay_s - resampler.delay_s) < 1.5 / min(from_hz, to_hz)


@given(st.lists(st.integers(0, 400), max_size=12), st.sampled_from(RATES))
def test_pieces_give_the_same_as_the_whole(sizes: list[int], rates: tuple[int, int]) -> None:
    whole = np.random.default_rng(1).integers(-32768, 32767, sum(sizes)).astype(np.int16)
    resampler = Resampler(*rates)
    parts = np.split(whole, np.cumsum(sizes)[:-1]) if sizes else []
    made = [resampler.feed(part) for part in parts]
    expected = Resampler(*rates).feed(whole)
    assert np.array_equal(np.concatenate(made) if made else np.zeros(0, np.int16), expected)


def test_a_whole_sound() -> None:
    made = resample(sine(1000, 22050), 22050, 8000)
    assert abs(len(made) - 8000) <= 1 and abs(level_db(made[200:-200], 1000, 8000)) < 0.1
    same = sine(1000, 8000)
    assert resample(same, 8000, 8000) is same
    assert len(resample(np.zeros(0, np.int16), 22050, 8000)) == 0

"""The sounds that are no words."""

import numpy as np
import pytest

from telephony.g711 import Pcm
from telephony.sip.noises import NOISES, music, quieter


def level(pcm: Pcm) -> float:
    """RMS of the loudest 50 ms, dBFS."""
    padded = np.concatenate([pcm, np.zeros(-len(pcm) % 400)]).astype(np.float64) / 32768
    return float(10 * np.log10((padded.reshape(-1, 400) ** 2).mean(axis=1).max()))


@pytest.mark.parametrize("name", NOISES)
def test_each_seed_is_a_sound_of_its_own_and_always_the_same(name: str) -> None:
    make = NOISES[name]
    assert np.array_equal(make(3), make(3))
    assert len({make(seed).tobytes() for seed in range(20)}) == 20
    for seed in range(20):
        assert 120 * 8 <= len(make(seed)) <= 2000 * 8
        assert -35 < level(make(seed)) < -12


def test_music_lasts_as_long_as_it_should_at_its_level() -> None:
    tune = music(1, 3000, dbfs=-30)
    assert len(tune) == 24000
    assert abs(level(tune) + 30) < 0.5
    assert abs(level(quieter(tune, 12)) + 42) < 0.5

"""Made-up sounds that the recogniser makes syllables of."""

import numpy as np


def buzzing(seconds: float, seed: int = 0, rate_hz: int = 8000) -> bytes:
    """A voice-like sound: a gliding buzz through moving resonances; the model makes syllables of it."""
    chance = np.random.default_rng(seed)
    time = np.arange(int(seconds * rate_hz)) / rate_hz
    pitch = 130 + 40 * np.sin(2 * np.pi * (1.3 + seed) * time)
    source = np.cumsum(pitch) / rate_hz % 1.0 - 0.5
    sound = np.zeros_like(source)
    for centre, width in ((600, 350), (1400, 500)):
        formant = centre + width * np.sin(2 * np.pi * chance.uniform(1.5, 3.5) * time)
        sound += source * np.sin(2 * np.pi * np.cumsum(formant) / rate_hz)
    sound *= 0.5 + 0.5 * np.sin(2 * np.pi * 3.5 * time)
    return (sound / np.abs(sound).max() * 12000).astype("<i2").tobytes()

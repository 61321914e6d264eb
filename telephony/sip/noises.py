"""What is on a caller's line beside words, made up at 8 kHz: coughs, cleared throats, breath, knocks, music.

Each is deterministic by its seed, and as different by it as the sounds of different people. Levels are RMS of the
loudest 50 ms, in dBFS.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from contracts.audio import PHONE_RATE_HZ, ms_to_samples
from telephony.g711 import Pcm

Floats = NDArray[np.float64]
Chance = np.random.Generator

COUGH_DBFS = -18.0
"""As loud as speech on a phone."""
_LOUDEST_MS = 50


def cough(seed: int, *, dbfs: float = COUGH_DBFS) -> Pcm:
    """One to three bursts: a sharp opening, a noisy middle, in half of them a voiced end."""
    chance = _chance(seed)
    parts: list[Floats] = []
    for _ in range(chance.integers(1, 4)):
        opening = _noise(chance, 50, [(chance.uniform(900, 1500), 900), (2600, 900)]) * _decay(50, 20)
        length = chance.uniform(120, 260)
        middle = _noise(chance, length, [(chance.uniform(450, 750), 350), (chance.uniform(1200, 1700), 500)])
        burst = np.concatenate([opening, 0.7 * middle * _decay(length, length / 2)])
        if chance.random() < 0.5:
            voiced = _buzz(chance, 120, chance.uniform(110, 190)) * _decay(120, 60)
            burst[-len(voiced) :] += 0.5 * voiced
        parts += [burst, _quiet(chance.uniform(120, 300))]
    return _at_level(np.concatenate(parts[:-1]), dbfs)


def throat(seed: int, *, dbfs: float = COUGH_DBFS) -> Pcm:
    """A throat that is cleared: rough, low, with the mouth closed or half open."""
    chance = _chance(seed)
    parts: list[Floats] = []
    for _ in range(chance.integers(1, 3)):
        ms = chance.uniform(250, 420)
        rough = _buzz(chance, ms, chance.uniform(75, 120)) + 0.6 * _noise(chance, ms, [(500, 400), (1500, 700)])
        parts += [rough * _swell(ms), _quiet(chance.uniform(80, 160))]
    return _at_level(np.concatenate(parts[:-1]), dbfs)


def breath(seed: int, *, dbfs: float = -34.0) -> Pcm:
    """Breathed out into the microphone."""
    chance = _chance(seed)
    ms = chance.uniform(400, 900)
    return _at_level(_noise(chance, ms, [(700, 900), (2200, 1200)]) * _swell(ms), dbfs)


def knock(seed: int, *, dbfs: float = -16.0) -> Pcm:
    """A cup put down, a door: short, dull, once or twice."""
    chance = _chance(seed)
    parts: list[Floats] = []
    for _ in range(chance.integers(1, 3)):
        dull = _noise(chance, 140, [(chance.uniform(150, 500), 250), (1800, 600)]) * _decay(140, 25)
        parts += [dull, _quiet(chance.uniform(90, 260))]
    return _at_level(np.concatenate(parts[:-1]), dbfs)


def music(seed: int, ms: float, *, dbfs: float = -30.0) -> Pcm:
    """A tune over chords with a beat, as from a radio in the room."""
    chance = _chance(seed)
    beat_ms = chance.uniform(280, 420)
    root = chance.uniform(180, 260)
    bars: list[Floats] = []
    while sum(len(bar) for bar in bars) < ms_to_samples(ms, PHONE_RATE_HZ):
        chord = root * 2 ** (chance.choice([0, 5, 7, 9]) / 12)
        for at in range(4):
            note = chord * 2 ** (chance.choice([0, 4, 7, 12, 14]) / 12)
            tones = np.stack([_tone(tone, beat_ms) for tone in (chord, chord * 1.25, chord * 1.5, 2 * note)])
            drum = _noise(chance, beat_ms, [(120, 150) if at % 2 == 0 else (2500, 1200)]) * _decay(beat_ms, 40)
            bars.append(tones.sum(axis=0) + 2 * drum)
    return _at_level(np.concatenate(bars)[: ms_to_samples(ms, PHONE_RATE_HZ)], dbfs)


NOISES: dict[str, Callable[[int], Pcm]] = {"cough": cough, "throat": throat, "breath": breath, "knock": knock}
"""By name; each takes a seed."""


def quieter(pcm: Pcm, db: float) -> Pcm:
    return _to_pcm(pcm.astype(np.float64) * 10 ** (-db / 20))


def _chance(seed: int) -> Chance:
    return np.random.default_rng(seed)


def _quiet(ms: float) -> Floats:
    return np.zeros(ms_to_samples(ms, PHONE_RATE_HZ))


def _time(ms: float) -> Floats:
    return np.arange(ms_to_samples(ms, PHONE_RATE_HZ)) / PHONE_RATE_HZ


def _decay(ms: float, half_ms: float) -> Floats:
    return 0.5 ** (_time(ms) * 1000 / half_ms)


def _swell(ms: float) -> Floats:
    return np.sin(np.pi * np.linspace(0, 1, ms_to_samples(ms, PHONE_RATE_HZ))) ** 0.5


def _noise(chance: Chance, ms: float, peaks: list[tuple[float, float]]) -> Floats:
    """Noise with resonances of (centre, width) in Hz; its RMS is 1."""
    samples = ms_to_samples(ms, PHONE_RATE_HZ)
    spectrum = np.fft.rfft(chance.normal(size=samples))
    frequencies = np.fft.rfftfreq(samples, 1 / PHONE_RATE_HZ)
    shape = np.zeros(len(frequencies))
    for centre, width in peaks:
        shape += np.exp(-(((frequencies - centre) / width) ** 2))
    shaped = np.fft.irfft(spectrum * shape, samples)
    return shaped / (np.sqrt(np.mean(shaped**2)) + 1e-12)


def _buzz(chance: Chance, ms: float, hertz: float) -> Floats:
    """A voice without a word: pulses of an unsteady pitch through two resonances; its RMS is 1."""
    time = _time(ms)
    drift = np.cumsum(chance.normal(0, 0.02, len(time))) / 10
    phase = np.cumsum(hertz * (1 + np.clip(drift, -0.2, 0.2))) / PHONE_RATE_HZ
    source = 1 - 2 * (phase % 1.0)
    spectrum = np.fft.rfft(source)
    frequencies = np.fft.rfftfreq(len(time), 1 / PHONE_RATE_HZ)
    shape = np.exp(-(((frequencies - 350) / 300) ** 2)) + 0.3 * np.exp(-(((frequencies - 1300) / 400) ** 2))
    sound = np.fft.irfft(spectrum * shape, len(time))
    return sound / (np.sqrt(np.mean(sound**2)) + 1e-12)


def _tone(hertz: float, ms: float) -> Floats:
    time = _time(ms)
    wave = np.zeros(len(time))
    for part in (1, 2, 3, 4):
        if hertz * part < 3600:
            wave += np.sin(2 * np.pi * hertz * part * time) / part
    return wave * _decay(ms, ms / 2)


def _at_level(sound: Floats, dbfs: float) -> Pcm:
    size = ms_to_samples(_LOUDEST_MS, PHONE_RATE_HZ)
    padded = np.concatenate([sound, np.zeros(-len(sound) % size)])
    loudest = np.sqrt(np.mean(padded.reshape(-1, size) ** 2, axis=1).max())
    return _to_pcm(sound * (32768 * 10 ** (dbfs / 20) / (loudest + 1e-12)))


def _to_pcm(sound: Floats) -> Pcm:
    return np.clip(np.rint(sound), -32768, 32767).astype(np.int16)

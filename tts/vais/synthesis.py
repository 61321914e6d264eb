"""The engine: words → states → durations → features → sound, phrase by phrase, block by block."""

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tts.engine import Block, Pcm
from tts.loudness import level
from tts.vais.network import Floats, Ints, Network
from tts.vais.states import Phrase, States, frame_positions, phrases, states
from tts.vais.variants import HOTLINE, CallerVoice
from tts.vais.vocoder import Doubles, Tuning, Vocoder

MODEL_FILE = Path(__file__).parent / "model" / "voice.npz"
SOUND_VERSION = 1
"""Raised when a change of this code changes the sound: old cached audio is then not found any more."""

_FIRST_BLOCK_FRAMES = 20
_LATER_BLOCK_FRAMES = 80
_LEAD_IN_FRAMES = 3
"""Of silence before the first sound. The model makes 15; each would be waited for by the caller."""
_EDGE_STATES = 30
"""Silence at the ends of a sentence, as in training; units of 5 ms."""
_PAUSE_STATES = (24, 70)
_GAIN = 0.75
_LIFT_DB = 0.0
_SPREAD_CAP = 1.5
_FRAME_STATES = 2
_SPEEDS = (0.4, 2.5)


@lru_cache(maxsize=1)
def model_hash() -> str:
    """Of the model file and of what this code does with it."""
    return f"{hashlib.sha256(MODEL_FILE.read_bytes()).hexdigest()[:12]}-{SOUND_VERSION}"


class VaisEngine:
    """`rate_hz` 8000 or 16000; `voice` makes it speak as a simulated caller."""

    def __init__(self, rate_hz: int = 8000, voice: CallerVoice = HOTLINE) -> None:
        self.rate_hz = rate_hz
        self._voice = voice
        self._network = Network(MODEL_FILE)
        tuning = Tuning(pitch=voice.pitch, formants=voice.formants, lift_db=_LIFT_DB)
        self._vocoder = Vocoder(rate_hz, tuning)
        network = self._network
        # Predicted features are too even; this widens them to the spread of natural ones (not energy, noise, pitch).
        self._spread = np.minimum(network.spread, _SPREAD_CAP)
        self._spread[[0, 50, 51]] = 1

    @property
    def model(self) -> str:
        return model_hash()

    def speak(self, words: str, *, rate: float = 1.0) -> Iterator[Block]:
        spoken = phrases(words)
        speed = float(np.clip(rate * self._voice.speed, *_SPEEDS))
        noise = np.random.default_rng(0)
        for at, phrase in enumerate(spoken):
            features = self._features(spoken, at, speed)
            first_frames = _FIRST_BLOCK_FRAMES if at == 0 else _LATER_BLOCK_FRAMES
            for sound in self._vocoder.blocks(features, first_frames):
                yield Block(pcm=self._finish(sound, noise), words_at=phrase.words_at)

    def _finish(self, sound: Doubles, noise: np.random.Generator) -> Pcm:
        if self._voice.noise_dbfs is not None:
            sound = sound + noise.standard_normal(len(sound)) * 10 ** (self._voice.noise_dbfs / 20) / _GAIN
        return level(sound * _GAIN)

    def _features(self, spoken: tuple[Phrase, ...], at: int, speed: float) -> Floats:
        """Of one phrase and the pause after it (before it too, for the first): [frames, 53]."""
        # The encoder looks less than one phrase to either side.
        around = spoken[max(0, at - 1) : at + 2]
        seen = states(around, self._network.sound_ids)
        hidden, log_durations = self._network.encode(seen.sound, seen.tone, seen.role, seen.place)
        durations = _frames(seen, log_durations, speed, first=at == 0, last=at >= len(spoken) - 1)
        silences = np.flatnonzero(seen.role == 0)
        which = min(at, 1)
        part = slice(int(silences[which]), int(silences[which + 1]) + 1)
        state, position = frame_positions(durations[part], seen.syllable[part])
        raw = self._network.decode(hidden[part], state, position)
        features = self._natural(raw, seen.role[part][state] > 0)
        # A pause between phrases belongs to the phrase before it.
        lead = int(durations[part][0])
        return features[lead - _LEAD_IN_FRAMES if at == 0 else lead :]

    def _natural(self, raw: Floats, speech: npt.NDArray[np.bool_]) -> Floats:
        network = self._network
        widened = network.predicted_mean + (raw[:, :52] - network.predicted_mean) * self._spread
        values = np.where(speech[:, None], widened, raw[:, :52]) * network.deviation + network.mean
        return np.concatenate([values, raw[:, 52:]], axis=1)


def _frames(seen: States, log_durations: Floats, speed: float, *, first: bool, last: bool) -> Ints:
    """Durations of sub-states in whole frames; rounding does not add up over the sentence."""
    durations = np.maximum(np.exp(log_durations) / speed, 1)
    silent = seen.role == 0
    durations[silent] = np.clip(durations[silent], *_PAUSE_STATES)
    if first:
        durations[0] = _EDGE_STATES
    if last:
        durations[-1] = _EDGE_STATES
    return np.diff(np.round(np.cumsum(durations) / _FRAME_STATES), prepend=0).astype(np.int64)

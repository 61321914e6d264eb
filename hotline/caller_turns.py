"""What a test caller says, from texts, sound files and keys."""

import wave
from pathlib import Path

import numpy as np
import soxr

from contracts.audio import PHONE_RATE_HZ
from hotline.errors import UsageError
from telephony.g711 import Pcm
from telephony.sip.turns import BargeInTurn, KeysTurn, SayTurn, Turn
from tts.rendering import render

DEFAULT_VOICE = "caller1"
BARGE_IN_AFTER_MS = 1500.0
KEYS = frozenset("0123456789*#ABCD")


def say_turn(text: str, voice: str = DEFAULT_VOICE) -> SayTurn:
    """Raises `VoiceError`, and `UsageError` for a text without words."""
    pcm = render(text, variant=voice)
    if not len(pcm):
        raise UsageError(f"--say: nothing to say in {text!r}")
    return SayTurn(pcm=pcm, text=text)


def play_turn(file: Path) -> SayTurn:
    """Raises `UsageError` naming the file."""
    try:
        with wave.open(str(file)) as sound:
            if sound.getsampwidth() != 2:
                raise UsageError(f"--play: {file}: not 16-bit PCM")
            rate, channels = sound.getframerate(), sound.getnchannels()
            raw = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
    except OSError as error:
        raise UsageError(f"--play: {file}: {error.strerror}") from error
    except (wave.Error, EOFError) as error:
        raise UsageError(f"--play: {file}: not a WAV file: {error}") from error
    return SayTurn(pcm=_to_phone(raw[::channels], rate), text=file.name)


def keys_turn(keys: str) -> KeysTurn:
    if not keys or set(keys) - KEYS:
        raise UsageError(f"--dtmf: {keys!r} holds other than 0–9 * # A–D")
    return KeysTurn(keys=keys)


def interrupting(turn: Turn, after_ms: float = BARGE_IN_AFTER_MS) -> Turn:
    """The same words, said into what the hotline is saying; keys stay as they are."""
    return turn if not isinstance(turn, SayTurn) else BargeInTurn(pcm=turn.pcm, text=turn.text, after_ms=after_ms)


def _to_phone(pcm: Pcm, rate_hz: int) -> Pcm:
    if rate_hz == PHONE_RATE_HZ:
        return pcm.astype(np.int16)
    return np.asarray(soxr.resample(pcm.astype(np.int16), rate_hz, PHONE_RATE_HZ, "HQ"), np.int16)

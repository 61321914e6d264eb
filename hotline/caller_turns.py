"""What a test caller says, from texts, sound files and keys."""

from pathlib import Path

import numpy as np

from contracts.audio import PHONE_RATE_HZ
from hotline.errors import UsageError
from telephony.errors import WavError
from telephony.sip.turns import BargeInTurn, KeysTurn, SayTurn, Turn
from telephony.wav import read_wav
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
        pcm = np.frombuffer(read_wav(file, PHONE_RATE_HZ), "<i2").astype(np.int16)
    except WavError as error:
        raise UsageError(f"--play: {error}") from error
    if not len(pcm):
        raise UsageError(f"--play: {file}: holds no sound")
    return SayTurn(pcm=pcm, text=file.name)


def keys_turn(keys: str) -> KeysTurn:
    if not keys or set(keys) - KEYS:
        raise UsageError(f"--dtmf: {keys!r} holds other than 0–9 * # A–D")
    return KeysTurn(keys=keys)


def interrupting(turn: Turn, after_ms: float = BARGE_IN_AFTER_MS) -> Turn:
    """The same words, said into what the hotline is saying; keys stay as they are."""
    return turn if not isinstance(turn, SayTurn) else BargeInTurn(pcm=turn.pcm, text=turn.text, after_ms=after_ms)

"""What the caller of a wav line does, step by step."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from contracts.audio import PHONE_RATE_HZ
from telephony.wav import read_wav


class When(StrEnum):
    """When a step begins, after the one before has ended."""

    NOW = "now"
    QUIET = "quiet"
    """The hotline has said something and has been silent for a while, or says nothing for long."""
    SPEAKING = "speaking"
    """The hotline speaks, for as long as `after_ms` says: to interrupt it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    pcm: bytes
    """PCM16 mono at the line's rate."""
    when: When = When.QUIET
    after_ms: int = 0
    """More time to wait once `when` has come, in milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    keys: str
    """Each of 0–9 * # A–D; one every 200 ms."""
    when: When = When.QUIET
    after_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall:
    """The carrier delivers nothing."""

    ms: int
    late: bool = False
    """What was held up comes in one burst afterwards."""
    when: When = When.NOW
    after_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    when: When = When.QUIET
    after_ms: int = 0


Step = Say | Press | Stall | HangUp


def say_files(paths: Iterable[Path], *, rate_hz: int = PHONE_RATE_HZ) -> tuple[Say, ...]:
    """One turn a file, each when the hotline has stopped speaking. Raises `WavError`."""
    return tuple(Say(pcm=read_wav(path, rate_hz)) for path in paths)

"""The interface of the voice towards a call."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Audio:
    """Some sound of an utterance, in order."""

    pcm: bytes
    """PCM16 mono at the voice's `rate_hz`."""
    text_at: int
    """How far into the written text this sound begins; characters, exact at the beginnings of sentences."""


class Voice(Protocol):
    @property
    def rate_hz(self) -> int: ...

    async def start(self) -> None:
        """Starts what speaks; the first sentence would else wait for it. Raises `EngineBroken`."""
        ...

    def speak(self, text: str, *, rate: float = 1.0) -> AsyncGenerator[bytes, None]:
        """PCM16 as it is made, from written Vietnamese; `rate` 0.8 is slower. Nothing to say: nothing comes.

        Closing the iterator early (`aclose`) stops the work at once. Raises `VoiceUnavailable`.
        """
        ...

    def utter(self, text: str, *, rate: float = 1.0) -> AsyncGenerator[Audio, None]:
        """As `speak`, with the place in the text."""
        ...

    async def prepare(self, texts: Sequence[str], *, rate: float = 1.0) -> int:
        """Has fixed prompts ready in memory: from disk, or made and kept there; returns how many were new."""
        ...

    async def close(self) -> None:
        """Idempotent; ends the processes."""
        ...

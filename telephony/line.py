"""What a call is to the rest of the program: frames and keys come, audio goes, whatever carries them.

A line's clock counts samples at its rate from 0, one frame of 20 ms after the other without gaps. Time in a call is
this count; it runs on when nothing arrives (`telephony.gap`).
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Frame:
    """20 ms of what the caller says."""

    pcm: bytes
    """PCM16 mono at the line's rate."""
    sample: int
    """Position of its first sample on the line's clock."""
    inserted: bool = False
    """Silence put in because nothing came."""


@dataclass(frozen=True, slots=True)
class Key:
    key: str
    """One of 0–9 * # A–D."""
    sample: int


@dataclass(frozen=True, slots=True)
class Played:
    """The utterance was heard to its end."""

    utterance_id: str
    sample: int


@dataclass(frozen=True, slots=True)
class HungUp:
    """The call is over for this line: always the last event."""

    sample: int
    transferred: bool = False
    """The caller went to the queue of people."""


LineEvent = Frame | Key | Played | HungUp


@dataclass(frozen=True, slots=True, kw_only=True)
class Playout:
    """How far an utterance was heard when it was cut."""

    utterance_id: str | None
    """None: nothing was being said."""
    heard_samples: int
    queued_samples: int
    """What `play` was given of it."""


class Line(Protocol):
    """One caller. Used from one event loop; every method may be called at any time, also when the caller is gone."""

    @property
    def call_id(self) -> str: ...

    @property
    def rate_hz(self) -> int: ...

    @property
    def caller_number(self) -> str:
        """Personal; empty if withheld."""
        ...

    def events(self) -> AsyncIterator[LineEvent]:
        """For one consumer; ends after `HungUp`."""
        ...

    async def play(self, utterance_id: str, pcm: bytes) -> None:
        """Queue audio at `rate_hz`, any length; waits while about 5 s are queued. Utterances follow each other.

        What belongs to an utterance that `flush` has cut is dropped. Raises `LineClosed` when the caller is gone.
        """
        ...

    async def end_utterance(self, utterance_id: str) -> None:
        """No more audio for it: `Played` follows when it has been heard. Raises `LineClosed`."""
        ...

    async def pause(self) -> None:
        """The caller hears silence from the next frame on; nothing is lost."""
        ...

    async def resume(self) -> None:
        """Goes on at the exact place."""
        ...

    async def flush(self) -> Playout:
        """Stops at once and forgets everything queued; also ends a pause. `Playout` tells of what was cut."""
        ...

    def heard_samples(self, utterance_id: str) -> int:
        """How much of the utterance has been heard, as far as is known now; 0 for one that is not being said."""
        ...

    async def transfer(self, reason: str, summary: str, *, to: str = "") -> None:
        """The caller goes to the queue of people, or first to the phone with the number `to`, and the line ends.

        Raises `TransferError`; then the call goes on.
        """
        ...

    async def hang_up(self) -> None:
        """Ends the call in good order."""
        ...

    async def close(self) -> None:
        """Frees everything; may be called again. A caller who was neither hung up nor transferred goes to a person."""
        ...

"""The hotline's phrases as they are heard, for a caller who waits for them: cheap enough to look at every 20 ms."""

from collections.abc import Callable
from typing import Protocol

from telephony.g711 import Pcm
from telephony.sip.measure import PAUSE_SAMPLES, Segment


class Ear(Protocol):
    @property
    def position(self) -> int: ...
    @property
    def last_loud(self) -> int: ...
    def first_loud(self, start: int = 0) -> int | None: ...
    def received(self, start: int = 0, end: int | None = None) -> Pcm: ...


IsFiller = Callable[[Pcm], bool]
"""Whether a phrase, 8 kHz, only fills the time until the answer."""


class Phrases:
    def __init__(
        self, ear: Ear, is_filler: IsFiller | None = None, on_phrase: Callable[[int], None] | None = None
    ) -> None:
        """`on_phrase` is told the position at which each phrase begins."""
        self._ear = ear
        self._is_filler = is_filler
        self._on_phrase = on_phrase
        self._found: list[Segment] = []
        self._fillers: dict[int, bool] = {}
        self._seen = 0

    def since(self, start: int) -> list[Segment]:
        """Phrases that began at or after `start` and are no fillers; the last may be going on."""
        self._look()
        return [phrase for phrase in self._found if phrase.start >= start and not self._fills(phrase)]

    @property
    def speaking(self) -> bool:
        """Something was heard within the pause that divides phrases."""
        return self._quiet_for < PAUSE_SAMPLES and self._ear.last_loud >= 0

    def quiet(self, samples: int) -> bool:
        return self._quiet_for >= samples

    @property
    def _quiet_for(self) -> int:
        return self._ear.position - self._ear.last_loud

    def _look(self) -> None:
        if self._ear.last_loud < self._seen:
            return
        first = self._ear.first_loud(self._seen)
        if first is None:
            return
        end = self._ear.last_loud + 1
        if self._found and first - self._found[-1].end <= PAUSE_SAMPLES:
            self._found[-1] = Segment(start=self._found[-1].start, end=end)
        else:
            self._found.append(Segment(start=first, end=end))
            if self._on_phrase is not None:
                self._on_phrase(first)
        self._seen = end

    def _fills(self, phrase: Segment) -> bool:
        """Known once the phrase is over; until then it counts as an answer."""
        if self._is_filler is None or self._ear.position - phrase.end < PAUSE_SAMPLES:
            return False
        if phrase.start not in self._fillers:
            self._fillers[phrase.start] = self._is_filler(self._ear.received(phrase.start, phrase.end))
        return self._fillers[phrase.start]

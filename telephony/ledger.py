"""The playout ledger: what was queued of each utterance, and how much of it has been heard.

Positions count samples of speech on the way to the caller, without pauses. Between marks the position that is heard is
estimated from the frames that came from the caller meanwhile, as both directions run on the same clock.
"""

from collections import deque
from dataclasses import dataclass

from telephony.line import Playout


@dataclass(slots=True)
class _Utterance:
    id: str
    start: int
    """Position of its first sample."""
    given: int = 0
    """Samples, without padding."""
    ended: bool = False

    def heard(self, position: int) -> int:
        """Samples of it that lie before a position."""
        return max(0, min(position - self.start, self.given))


@dataclass(frozen=True, slots=True)
class _Mark:
    number: int
    position: int
    finishes: str | None
    """The utterance that ends here."""


CUTS_KEPT = 64
"""Utterances that are known to have been cut."""
NOTHING_CUT = Playout(utterance_id=None, heard_samples=0, queued_samples=0)


class PlayoutLedger:
    def __init__(self) -> None:
        self.paused = False
        self._sent = 0
        self._heard = 0
        self._utterances: deque[_Utterance] = deque()
        self._marks: deque[_Mark] = deque()
        self._marks_made = 0
        self._cut: deque[str] = deque(maxlen=CUTS_KEPT)

    @property
    def level(self) -> int:
        """Samples that were sent and not heard yet, as far as is known."""
        return self._sent - self._heard

    @property
    def current(self) -> str | None:
        """The utterance that audio is being added to."""
        return self._utterances[-1].id if self._utterances and not self._utterances[-1].ended else None

    def is_cut(self, utterance_id: str) -> bool:
        """Whether it was cut: what still comes of it is not for the caller."""
        return utterance_id in self._cut

    def knows(self, utterance_id: str) -> bool:
        return any(utterance.id == utterance_id for utterance in self._utterances)

    def begin(self, utterance_id: str) -> None:
        self._utterances.append(_Utterance(id=utterance_id, start=self._sent))

    def give(self, samples: int) -> None:
        """To the utterance begun last; they need not be sent yet."""
        self._utterances[-1].given += samples

    def send(self, samples: int) -> None:
        self._sent += samples

    def mark(self, *, finishes: str | None = None) -> int:
        """The number of a mark behind everything sent so far; with `finishes` that utterance ends here."""
        self._marks_made += 1
        self._marks.append(_Mark(number=self._marks_made, position=self._sent, finishes=finishes))
        if finishes is not None:
            self._utterances[-1].ended = True
        return self._marks_made

    def marked(self, number: int) -> tuple[str, ...]:
        """A mark was reached. Returns the utterances that have been heard to their end; none for a mark of before."""
        finished: list[str] = []
        while self._marks and self._marks[0].number <= number:
            mark = self._marks.popleft()
            self._heard = mark.position
            if mark.finishes is not None:
                finished.append(mark.finishes)
                self._utterances.popleft()
        return tuple(finished)

    def advance(self, samples: int) -> None:
        """So much of the line's time has passed."""
        if not self.paused and self._heard < self._sent:
            self._heard = min(self._heard + samples, self._sent)

    def heard(self, utterance_id: str) -> int:
        """Samples; 0 for an utterance that is not queued."""
        for utterance in self._utterances:
            if utterance.id == utterance_id:
                return utterance.heard(self._heard)
        return 0

    def cut(self) -> "Cut":
        """Everything queued is gone. What was heard of it is known when the exchange has told how much was left."""
        cut = Cut(sent=self._sent, heard=self._heard, utterances=tuple(self._utterances))
        self._cut.extend(utterance.id for utterance in self._utterances)
        self._sent = self._heard
        self._utterances.clear()
        self._marks.clear()
        return cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What was queued when it was cut."""

    sent: int
    heard: int
    """As estimated."""
    utterances: tuple[_Utterance, ...]

    @property
    def empty(self) -> bool:
        return not self.utterances

    def playout(self, left: int | None) -> Playout:
        """`left`: samples that had not been played; None: as estimated.

        Tells of the utterance that was being said, or else was to be said next.
        """
        heard = self.heard if left is None else max(self.sent - left, 0)
        for utterance in self.utterances:
            samples = utterance.heard(heard)
            if samples < utterance.given or utterance is self.utterances[-1]:
                return Playout(utterance_id=utterance.id, heard_samples=samples, queued_samples=utterance.given)
        return NOTHING_CUT

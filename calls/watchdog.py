"""Notices that a call stands still although its processes live: the caller must not be left in silence."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from asr.ear import Ear
from calls.speaking import Speaker
from contracts.errors import TongdaiError
from telephony.line import Frame

HANDLING_S = 6.0
"""The longest that one event of a call may take; requests to the exchange are given up after 5 s."""
_LOOK_EVERY_FRAMES = 25


class Trouble(StrEnum):
    NO_AUDIO = "no_audio"
    """The media leg gives nothing: what is heard is silence that the line put in."""
    STUCK = "stuck"
    """Nothing is said, listened for or done, or a sentence does not end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchdogSettings:
    no_audio_ms: int = 5000
    """A leg gives 50 frames a second whoever is silent, so that a second would do; Asterisk may be busy."""
    idle_ms: int = 8000
    """Longer than any decision takes."""
    sentence_ms: int = 15_000
    """So long without a sample of the sentence heard: longer than the longest pause for a voice that proves none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a session sees of itself, at each frame."""

    ms: float
    """On the line's clock."""
    inserted: bool
    """The frame was put in by the line."""
    busy: bool
    """It listens, or handles an event, which has a time limit of its own."""
    saying: int | None
    """The act of the sentence that is being said."""
    heard_samples: int
    """Of that sentence."""


class StandsStill(TongdaiError):
    """`str()` is the trouble."""

    code = "call.stands_still"


class Watchdog:
    """Fed every so often; tells of a trouble once."""

    def __init__(self, settings: WatchdogSettings | None = None) -> None:
        self._settings = settings or WatchdogSettings()
        self._audio_ms = 0.0
        self._busy_ms = 0.0
        self._moved_ms = 0.0
        self._sentence: tuple[int | None, int] = (None, -1)
        self._told = False

    def look(self, sight: Sight) -> Trouble | None:
        if not sight.inserted:
            self._audio_ms = sight.ms
        if sight.busy or sight.saying is not None:
            self._busy_ms = sight.ms
        sentence = (sight.saying, sight.heard_samples)
        if sight.saying is None or sentence != self._sentence:
            self._moved_ms, self._sentence = sight.ms, sentence
        trouble = self._trouble(sight.ms)
        if trouble is None or self._told:
            return None
        self._told = True
        return trouble

    def _trouble(self, ms: float) -> Trouble | None:
        if ms - self._audio_ms >= self._settings.no_audio_ms:
            return Trouble.NO_AUDIO
        if ms - self._busy_ms >= self._settings.idle_ms or ms - self._moved_ms >= self._settings.sentence_ms:
            return Trouble.STUCK
        return None


class FrameWatch:
    """Looks at a call twice a second of the line's clock, as its frames come."""

    def __init__(
        self, ear: Ear, speaker: Speaker, on_trouble: Callable[[StandsStill], None], watchdog: Watchdog | None = None
    ) -> None:
        self._ear = ear
        self._speaker = speaker
        self._on_trouble = on_trouble
        self._watchdog = watchdog or Watchdog()
        self._frames = 0
        self._real = False
        self.handling = False
        """An event of the call is being handled."""

    def take(self, frame: Frame, ms: float) -> None:
        """`ms`: on the line's clock."""
        self._frames += 1
        self._real = self._real or not frame.inserted
        if self._frames % _LOOK_EVERY_FRAMES == 0:
            trouble = self._watchdog.look(self._sight(ms))
            self._real = False
            if trouble is not None:
                self._on_trouble(StandsStill(trouble.value))

    def _sight(self, ms: float) -> Sight:
        say = self._speaker.current
        return Sight(
            ms=ms,
            inserted=not self._real,
            busy=self.handling or self._ear.listening,
            saying=say.act_id if say is not None else None,
            heard_samples=self._speaker.heard_samples,
        )

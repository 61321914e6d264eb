"""From probabilities of speech to speech that starts and goes on: hysteresis, clicks left out."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class OnsetSettings:
    notice_at: float = 0.2
    """Probability from which one window is a voice that may be beginning."""
    longest_notice_ms: int = 256
    """What may be a voice for so long and has not become speech is none: a hum, a television far away."""
    speech_at: float = 0.5
    """Probability from which a window is speech."""
    silence_below: float = 0.35
    """Probability below which a window within speech is silence."""
    least_speech_ms: int = 64
    """Speech shorter than this is a click or a cough."""
    longest_gap_ms: int = 64
    """Silence within the first speech that does not make it start anew."""
    doubt: float = 3.0
    """So many times as much speech is asked for if it may be an echo."""


@dataclass(slots=True)
class SpeechOnset:
    """Counts in samples; fed one window at a time."""

    rate_hz: int
    settings: OnsetSettings = field(default_factory=OnsetSettings)
    start: int | None = None
    """First sample of the speech that is going on or may be starting."""
    end: int = 0
    """One past the last sample of speech."""
    noticed: bool = False
    """A voice may be beginning or has begun: sooner than `started`, and taken back if nothing follows."""
    started: bool = False
    speech_samples: int = 0
    pause_samples: int = 0
    """The last silence between two windows of speech."""
    speaking: bool = False
    """Whether the last window was speech."""
    _evidence: float = 0.0
    """Samples of speech, doubtful ones for less."""
    _noticed_from: int | None = None
    """First sample of what may be a voice; None: there is nothing of the kind."""
    _noticed_end: int = 0

    def feed(self, first: int, samples: int, probability: float, *, doubtful: bool = False) -> None:
        """A window of `samples` from sample `first` on. `doubtful`: if it is speech, it may be an echo's."""
        threshold = self.settings.silence_below if self.speaking else self.settings.speech_at
        self.speaking = probability >= threshold
        self._notice(first, samples, probability, doubtful)
        gap = first + samples - self.end
        maybe = self.start is not None and not self.started
        if maybe and not self.speaking and gap > self._longest_gap:
            self._forget_start()
        if not self.speaking:
            return
        if self.start is None:
            self.start = first
        if first > self.end:
            self.pause_samples = first - self.end
        self.end = first + samples
        self.speech_samples += samples
        self._evidence += samples / self.settings.doubt if doubtful else samples
        if self._evidence * 1000 >= self.settings.least_speech_ms * self.rate_hz:
            self.started = self.noticed = True

    def reset(self) -> None:
        self._forget_start()
        self.speaking = self.noticed = False
        self._noticed_from = None

    @property
    def _longest_gap(self) -> int:
        return self.settings.longest_gap_ms * self.rate_hz // 1000

    def _notice(self, first: int, samples: int, probability: float, doubtful: bool) -> None:
        end = first + samples
        if probability >= self.settings.notice_at and not doubtful:
            self._noticed_from = first if self._noticed_from is None else self._noticed_from
            self._noticed_end = end
        elif end - max(self._noticed_end, self.end) > self._longest_gap:
            self._noticed_from = None
        longest = self.settings.longest_notice_ms * self.rate_hz // 1000
        self.noticed = self.started or (self._noticed_from is not None and end - self._noticed_from <= longest)

    def _forget_start(self) -> None:
        self.start, self.started, self.speech_samples, self._evidence = None, False, 0, 0.0

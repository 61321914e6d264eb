"""From probabilities of speech to speech that starts and goes on: hysteresis, clicks left out."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class OnsetSettings:
    speech_at: float = 0.5
    """Probability from which a window is speech."""
    silence_below: float = 0.35
    """Probability below which a window within speech is silence."""
    least_speech_ms: int = 64
    """Speech shorter than this is a click or a cough."""
    longest_gap_ms: int = 64
    """Silence within the first speech that does not make it start anew."""


@dataclass(slots=True)
class SpeechOnset:
    """Counts in samples; fed one window at a time."""

    rate_hz: int
    settings: OnsetSettings = field(default_factory=OnsetSettings)
    start: int | None = None
    """First sample of the speech that is going on or may be starting."""
    end: int = 0
    """One past the last sample of speech."""
    started: bool = False
    speech_samples: int = 0
    pause_samples: int = 0
    """The last silence between two windows of speech."""
    speaking: bool = False
    """Whether the last window was speech."""

    def feed(self, first: int, samples: int, probability: float) -> None:
        """A window of `samples` from sample `first` on."""
        threshold = self.settings.silence_below if self.speaking else self.settings.speech_at
        self.speaking = probability >= threshold
        gap = first + samples - self.end
        maybe = self.start is not None and not self.started
        if maybe and not self.speaking and gap > self.settings.longest_gap_ms * self.rate_hz // 1000:
            self.reset()
        if not self.speaking:
            return
        if self.start is None:
            self.start = first
        if first > self.end:
            self.pause_samples = first - self.end
        self.end = first + samples
        self.speech_samples += samples
        if self.speech_samples * 1000 >= self.settings.least_speech_ms * self.rate_hz:
            self.started = True

    def reset(self) -> None:
        self.start, self.started, self.speech_samples, self.speaking = None, False, 0, False

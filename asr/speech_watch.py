"""Where in a line's audio the caller speaks; the latest audio is kept, for a turn to get it from before its start."""

from collections.abc import Iterator

import numpy as np

from asr.speech_echo import EchoJudge, Origin
from asr.speech_level import SpeechLevel
from asr.speech_onset import OnsetSettings, SpeechOnset
from asr.vad import WINDOW_SAMPLES, SpeechDetector
from contracts.audio import SAMPLE_BYTES, ms_to_samples, samples_to_ms

_SURE_PRE_ROLL_MS = 96
"""Of the pre-roll, what is given even if our own voice comes back in it: a first consonant."""


class SpeechWatch:
    """Positions are samples of the line's clock."""

    def __init__(self, detector: SpeechDetector, *, rate_hz: int, onset: OnsetSettings, pre_roll_ms: int) -> None:
        """`pre_roll_ms`: audio before the first speech that `since_before_speech` gives."""
        self._detector = detector
        self._detector_offset = 0
        self._rate_hz = rate_hz
        self._pre_roll = ms_to_samples(pre_roll_ms, rate_hz)
        # The pre-roll, and what the detector needs to notice that speech began.
        noticing_ms = samples_to_ms(4 * WINDOW_SAMPLES, rate_hz) + onset.least_speech_ms + onset.longest_gap_ms
        self._keep_bytes = ms_to_samples(pre_roll_ms + noticing_ms, rate_hz) * SAMPLE_BYTES
        self._recent = b""
        self._echo = EchoJudge(rate_hz)
        self._level = SpeechLevel(rate_hz)
        self._echo_until = 0
        """End of the last window of our own voice."""
        self._sure_pre_roll = ms_to_samples(_SURE_PRE_ROLL_MS, rate_hz)
        self._maybe_speech = min(onset.notice_at, onset.silence_below)
        self._told = False
        self.sample = 0
        """So many have come."""
        self.onset = SpeechOnset(rate_hz, onset)

    @property
    def speech_ms(self) -> float:
        """How much speech there was since the last `forget_speech`."""
        return samples_to_ms(self.onset.speech_samples, self._rate_hz)

    @property
    def loudest(self) -> float | None:
        """Of the turn that is going on; see `SpeechLevel`."""
        return self._level.loudest

    def news(self) -> bool | None:
        """Whether a voice may be beginning, where that is otherwise than it was told last; None: it is not."""
        if self.onset.noticed == self._told:
            return None
        self._told = self.onset.noticed
        return self._told

    @property
    def silence_ms(self) -> float:
        """Since the last sample of speech."""
        return samples_to_ms(self.sample - self.onset.end, self._rate_hz)

    def take(self, pcm: bytes, sounding: bytes = b"") -> None:
        """The line's next PCM16, of any length; it is kept, and looked for speech by `look`.

        `sounding`: what the caller hears of us in the same time; empty: nothing.
        """
        self._echo.take(pcm, sounding)
        self.sample += len(pcm) // SAMPLE_BYTES
        self._recent = (self._recent + pcm)[-self._keep_bytes :]

    def look(self, pcm: bytes) -> Iterator[None]:
        """Looks for speech in what was taken last; yields after each window, when `onset` is as of its end."""
        for first, probability in self._detector.feed(pcm):
            at = first + self._detector_offset
            origin = self._origin(at + WINDOW_SAMPLES, probability)
            if origin is Origin.ECHO:
                # The detector takes our own voice that comes back for a speaker.
                probability, self._echo_until = 0.0, at + WINDOW_SAMPLES
            elif self.onset.started and probability >= self._maybe_speech and self._is_background(at):
                probability = 0.0
            self.onset.feed(at, WINDOW_SAMPLES, probability, doubtful=origin is Origin.DOUBTFUL)
            yield

    def _origin(self, end: int, probability: float) -> Origin:
        if probability >= self._maybe_speech:
            return self._echo.origin(end)
        self._echo.silent(end)
        return Origin.CALLER

    def _is_background(self, first: int) -> bool:
        start = (first - self._oldest) * SAMPLE_BYTES
        window = np.frombuffer(self._recent[max(start, 0) : start + WINDOW_SAMPLES * SAMPLE_BYTES], "<i2")
        return self._level.is_background(first + WINDOW_SAMPLES, float(np.square(window, dtype=np.float64).sum()))

    def look_back(self) -> Iterator[None]:
        """Looks for speech in all of the latest audio, as `look` does; right after `start_anew`."""
        return self.look(self._recent)

    def start_anew(self) -> None:
        """Nothing is known of speech, in the latest audio neither."""
        self._detector.reset()
        self.forget_speech()
        self._detector_offset = self._oldest

    def since_before_speech(self) -> tuple[int, bytes]:
        """Sample of the line, and the audio from there until now; speech must have started."""
        assert self.onset.start is not None
        # Our own voice before the caller's would be recognised as his.
        not_ours = min(self._echo_until, self.onset.start - self._sure_pre_roll)
        first = max(self._oldest, self.onset.start - self._pre_roll, not_ours)
        return first, self._recent[(first - self._oldest) * SAMPLE_BYTES :]

    def forget_speech(self) -> None:
        self.onset.reset()
        self._level.forget()
        self._told = False

    def forget_audio(self) -> None:
        """What came so far is in no later turn's beginning."""
        self._recent = b""

    @property
    def _oldest(self) -> int:
        return self.sample - len(self._recent) // SAMPLE_BYTES

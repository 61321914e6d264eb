"""A voice over our speech, from when it is noticed until it is known whose turn it is."""

from asr.ear import Ear
from asr.recognizer import Partial
from calls.barge_in import BargeInPolicy, Interruption, Verdict
from calls.speaking import Speaker
from contracts.acts import Act, Listen
from contracts.audio import samples_to_ms
from contracts.heard import Heard


class VoiceOver:
    def __init__(self, policy: BargeInPolicy, ear: Ear, speaker: Speaker, rate_hz: int) -> None:
        self._policy = policy
        self._ear = ear
        self._speaker = speaker
        self._rate_hz = rate_hz
        self._text, self._confidence = "", 1.0
        self.undecided = False
        """A voice was noticed while we were speaking; whose turn it is, is not decided yet."""

    def noticed(self) -> None:
        """A new voice, of which nothing is known."""
        say = self._speaker.current
        self.undecided = say is not None and say.interruptible
        self._text, self._confidence = "", 1.0

    def hear(self, partial: Partial) -> None:
        self._text, self._confidence = partial.text, partial.confidence

    def now(self, following: Act | None) -> Verdict:
        """While it goes on. `following`: what is done after what is being said."""
        if not self.undecided:
            return Verdict.WAIT
        return self._policy.while_speaking(
            self._interruption(self._ear.speech_ms, self._text, self._confidence, following)
        )

    def over(self, heard: Heard, following: Act | None) -> Verdict:
        speech_ms = samples_to_ms(heard.end_sample - heard.start_sample, self._rate_hz)
        return self._policy.after_speech(self._interruption(speech_ms, heard.text, heard.confidence, following))

    def _interruption(self, speech_ms: float, text: str, confidence: float, following: Act | None) -> Interruption:
        say = self._speaker.current
        return Interruption(
            speech_ms=speech_ms,
            text=text,
            confidence=confidence,
            being_said=say.text if say is not None else "",
            left_ms=self._speaker.left_ms,
            background=self._ear.is_background,
            expectation=following.expectation if isinstance(following, Listen) else None,
        )

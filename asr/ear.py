"""The ear of one call: frames of the line in, events out.

A synchronous machine that counts samples, so that the same frames and the same recogniser's results give the same
events. What the recogniser takes its time for runs in at most one task, which the ear owns:

    idle ──expect──► listening ──speech──► turn ──silence──► peek ──more speech──► turn
                        │                   │                 └──silence enough──► Heard (the peek's result)
                        └──no input         └──too long──► finish ──► Heard

Soon after the speech stops the recogniser is peeked. Its text tells how much silence ends the turn, and when no more
speech follows it is the result.
"""

import asyncio
import logging
from collections.abc import Iterator
from functools import partial

from asr.ear_events import (
    EarEvent,
    NoInput,
    PartialHeard,
    RecognitionFailed,
    SpeechDropped,
    SpeechGoesOn,
    SpeechStarted,
    VoiceNoticed,
)
from asr.ear_settings import Completeness, EarSettings, whole
from asr.ear_work import EarWork
from asr.endpointing import EndpointPolicy
from asr.errors import EarError, RecognizerUnavailable
from asr.pauses import CallerPauses
from asr.recognizer import Partial, Recognizer
from asr.speech_level import CallerLevel
from asr.speech_watch import SpeechWatch
from asr.turn import Turn
from asr.vad import RATE_HZ, SpeechDetector, VadStream
from contracts.audio import ms_to_samples, samples_to_ms
from contracts.clock import Clock, SystemClock
from contracts.expectation import Expectation
from contracts.heard import Ended, Heard, Hypothesis

log = logging.getLogger(__name__)


class Ear:
    """`rate_hz`: 8000. `completeness` may take its time: it is worked out beside the audio."""

    def __init__(
        self,
        *,
        recognizer: Recognizer,
        rate_hz: int = 8000,
        completeness: Completeness = whole,
        policy: EndpointPolicy | None = None,
        settings: EarSettings | None = None,
        detector: SpeechDetector | None = None,
        clock: Clock | None = None,
    ) -> None:
        if rate_hz != RATE_HZ:
            raise ValueError(f"rate_hz: {rate_hz} is not {RATE_HZ}")
        self._recognizer = recognizer
        self._rate_hz = rate_hz
        self._completeness = completeness
        self._policy = policy or EndpointPolicy()
        self._pauses = CallerPauses(rate_hz=rate_hz)
        self._settings = settings or EarSettings()
        self._clock = clock or SystemClock()
        self._watch = SpeechWatch(
            detector or VadStream(),
            rate_hz=rate_hz,
            onset=self._settings.onset,
            pre_roll_ms=self._settings.pre_roll_ms,
        )
        self._events: asyncio.Queue[EarEvent | None] = asyncio.Queue()
        self._expectation: Expectation | None = None
        self._no_input_at: int | None = None
        self._turn: Turn | None = None
        self._work = EarWork()
        self._level = CallerLevel()
        self._background = False
        """Of the turn that ended last."""
        self._closed = False

    @property
    def sample(self) -> int:
        """Samples heard so far."""
        return self._watch.sample

    @property
    def listening(self) -> bool:
        return self._expectation is not None

    @property
    def hears_voice(self) -> bool:
        """A voice has been noticed and what it says is not known yet."""
        return self._turn is not None or self._watch.onset.noticed

    @property
    def speech_ms(self) -> float:
        """How much speech the turn has so far; 0 without a turn."""
        return self._watch.speech_ms if self._turn else 0.0

    @property
    def is_background(self) -> bool:
        """The turn, or the last one where none goes on, is so much softer than this caller that somebody else spoke."""
        return self._background if self._turn is None else self._level.is_background(self._watch.loudest)

    def expect(self, expectation: Expectation, *, no_input: bool = True) -> None:
        """Listens from now on. `no_input=False`: without the no-input time, while the hotline itself is speaking.

        A turn that is going on goes on, under the new expectation. Speech of the last 300 ms counts.
        """
        begins = self._expectation is None
        self._expectation = expectation
        wait = ms_to_samples(expectation.no_input_ms, self._rate_hz)
        self._no_input_at = self._watch.sample + wait if no_input else None
        if begins and self._turn is None:
            self._watch.start_anew()
            if expectation.speech:
                self._listen(self._watch.look_back())
        elif self._turn is not None and self._turn.peeked is not None:
            self._require(self._turn)

    def stop_expecting(self) -> None:
        """Listens no longer; a turn that is going on is dropped without an event."""
        self._expectation = None
        self._no_input_at = None
        self._drop_turn()

    async def next_event(self) -> EarEvent | None:
        """None once the ear is closed and everything before has been taken."""
        return await self._events.get()

    def feed(self, frame: bytes, sounding: bytes = b"") -> None:
        """The next PCM16 of the line, of any length, and what the caller hears of us meanwhile (empty: nothing)."""
        self._watch.take(frame, sounding)
        turn = self._turn
        if turn is not None:
            turn.hear(frame)
        if self._expectation is None:
            return
        if self._expectation.speech and (turn is None or not turn.finishing):
            self._listen(self._watch.look(frame))
            if turn is not None and turn is self._turn:
                self._tell_of_speech(turn)
        self._check_time()

    async def close(self) -> None:
        """Idempotent; waits for the ear's own task."""
        if self._closed:
            return
        self._closed = True
        self._expectation = None
        self._drop_turn()
        await self._work.ended()
        self._events.put_nowait(None)

    # --- from windows to a turn

    def _listen(self, windows: Iterator[None]) -> None:
        onset = self._watch.onset
        for _ in windows:
            if self._turn is None and onset.started:
                self._begin()
            elif self._turn is None:
                self._tell_of_voice()
            elif onset.speaking and self._turn.peek_asked:
                if self._turn.peeked is not None:
                    self._pauses.spoke_on(samples_to_ms(onset.pause_samples, self._rate_hz), self._turn.required_ms)
                self._turn.speaks_on()
                # Its result would be of no use any more, and the recogniser is spared the work.
                self._work.cancel()
            if self._expectation is None:
                return

    def _begin(self) -> None:
        expectation, start = self._expectation, self._watch.onset.start
        assert expectation is not None and start is not None
        self._pauses.begins(start)
        offset, before = self._watch.since_before_speech()
        try:
            recognition = self._recognizer.open(
                rate_hz=self._rate_hz, expectation=expectation, on_partial=self._hear_partial
            )
        except EarError as error:
            self._fail(error)
            return
        recognition.feed(before)
        self._turn = Turn(recognition=recognition, offset=offset, start=start)
        self._events.put_nowait(SpeechStarted(sample=start))

    def _tell_of_voice(self) -> None:
        news, sample = self._watch.news(), self._watch.sample
        if news is not None:
            self._events.put_nowait(VoiceNoticed(sample=sample) if news else SpeechDropped(sample=sample))

    def _tell_of_speech(self, turn: Turn) -> None:
        speech_ms = self._watch.speech_ms
        if turn.goes_on(speech_ms, self._settings):
            self._events.put_nowait(SpeechGoesOn(speech_ms=speech_ms))
        if self._no_input_at is None and turn.glance_due(speech_ms, self._settings) and not self._work.busy:
            self._work.begin(partial(self._glance, turn), partial(self._turn_failed, turn))

    async def _glance(self, turn: Turn) -> None:
        found = (await turn.recognition.peek())[0]
        if self._turn is turn:
            self._hear_partial(Partial(text=found.text, confidence=found.confidence, stable_chars=0))

    def _hear_partial(self, partial: Partial) -> None:
        if self._turn is not None and not self._turn.finishing:
            self._turn.has_words = self._turn.has_words or bool(partial.text)
            self._events.put_nowait(PartialHeard(partial=partial))

    # --- from silence to what was heard

    def _check_time(self) -> None:
        turn, expectation = self._turn, self._expectation
        if expectation is None:
            return
        if turn is None:
            silent = self._watch.onset.start is None
            if silent and self._no_input_at is not None and self._watch.sample >= self._no_input_at:
                self._end(NoInput(sample=self._watch.sample))
        elif turn.waits and self._watch.sample - turn.asked >= ms_to_samples(self._settings.answer_ms, self._rate_hz):
            self._drop_turn()
            self._fail(RecognizerUnavailable("the recogniser does not answer"))
        elif turn.finishing:
            return
        elif self._watch.sample - turn.start >= ms_to_samples(
            turn.longest_ms(expectation, self._settings.wordless_ms), self._rate_hz
        ):
            self._finish(turn)
        elif not self._watch.onset.speaking:
            if not turn.peek_asked and self._watch.silence_ms >= self._policy.settings.peek_ms:
                turn.peek_asked, turn.asked = True, self._watch.sample
                self._work.begin(partial(self._peek, turn, turn.silences), partial(self._turn_failed, turn))
            self._end_if_silent_enough(turn)

    async def _peek(self, turn: Turn, silence: int) -> None:
        found = await turn.recognition.peek()
        completeness = await self._completeness(found[0].text) if found[0].text else 0.0
        if self._turn is turn and turn.silences == silence and not turn.finishing:
            turn.peeked, turn.completeness = found, completeness
            self._require(turn)
            self._end_if_silent_enough(turn)

    def _require(self, turn: Turn) -> None:
        assert turn.peeked is not None and self._expectation is not None
        text = turn.peeked[0].text
        required_ms = self._policy.required_silence_ms(self._expectation, text, turn.completeness)
        turn.required_ms = self._pauses.fitted(required_ms)

    def _end_if_silent_enough(self, turn: Turn) -> None:
        if turn.peeked is None or self._watch.silence_ms < turn.required_ms:
            return
        turn.recognition.cancel()
        noise = self._watch.speech_ms <= self._settings.noise_ms
        if not turn.peeked[0].text and noise:
            self._drop_noise()
        else:
            self._pauses.turn_over(self._watch.onset.end, turn.required_ms)
            self._end(self._heard(turn, turn.peeked, Ended.ENDPOINT, self._watch.silence_ms, 0.0))

    def _drop_noise(self) -> None:
        self._turn = None
        self._watch.forget_speech()
        if self._no_input_at is not None:
            least = self._watch.sample + ms_to_samples(self._settings.after_noise_ms, self._rate_hz)
            self._no_input_at = max(self._no_input_at, least)
        self._events.put_nowait(SpeechDropped(sample=self._watch.sample))

    def _finish(self, turn: Turn) -> None:
        turn.speaks_on()
        turn.finishing, turn.asked = True, self._watch.sample
        self._work.begin(partial(self._await_finish, turn, self._watch.silence_ms), partial(self._turn_failed, turn))

    async def _await_finish(self, turn: Turn, silence_ms: float) -> None:
        decided = self._clock.now()
        found = await turn.recognition.finish()
        if self._turn is turn:
            self._end(self._heard(turn, found, Ended.MAX_TURN, silence_ms, (self._clock.now() - decided) * 1000))

    def _heard(
        self, turn: Turn, found: tuple[Hypothesis, ...], ended: Ended, endpoint_ms: float, recognition_ms: float
    ) -> Heard:
        assert self._expectation is not None
        self._background = self.is_background
        if found and found[0].text:
            # Who answers while we are silent is the caller, however softly he speaks by now.
            self._level.learn(self._watch.loudest, 1.0 if self._no_input_at is not None else found[0].confidence)
        end, times = self._watch.onset.end, {"endpoint_ms": endpoint_ms, "recognition_ms": recognition_ms}
        return turn.heard(found, end=end, expectation=self._expectation, ended=ended, **times)

    # --- ends

    def _end(self, event: EarEvent) -> None:
        """The expectation is over."""
        if self._turn is not None:
            self._watch.forget_audio()  # What belongs to this turn must not begin the next one.
        self._turn = None
        self._expectation = self._no_input_at = None
        self._watch.forget_speech()
        self._events.put_nowait(event)

    def _fail(self, error: EarError) -> None:
        log.warning("recognition failed", extra={"code": error.code})
        self._end(RecognitionFailed(sample=self._watch.sample, code=error.code))

    def _turn_failed(self, turn: Turn, error: EarError) -> None:
        if self._turn is turn:
            turn.recognition.cancel()
            self._fail(error)

    def _drop_turn(self) -> None:
        turn, self._turn = self._turn, None
        self._watch.forget_speech()
        if turn is not None:
            turn.recognition.cancel()
        self._work.cancel()

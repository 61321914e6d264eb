"""One call: what comes from line and ear goes in order through meaning and dialog, and what they decide is done.

One queue keeps the order (`calls/incoming.py`).
"""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import date

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
from calls.barge_in import Verdict
from calls.handoff import Handoff
from calls.incoming import Broken, Incoming
from calls.parts import Parts
from calls.recorder import CallRecorder
from calls.speaking import Speaker
from calls.turns import TurnTaker, nothing_heard
from calls.voice_over import VoiceOver
from calls.watchdog import HANDLING_S, FrameWatch
from contracts.acts import Act, HangUp, Listen, Note, Say, Transfer
from contracts.events import (
    ActFailed,
    BargedIn,
    CallStarted,
    Event,
    HungUp,
    KeyPressed,
    OnAirChanged,
    Silence,
    TakenOver,
    Understood,
)
from contracts.expectation import Expectation
from contracts.heard import Ended, Heard
from contracts.on_air import OnAir
from telephony.line import Line

log = logging.getLogger(__name__)


class Session:
    def __init__(self, line: Line, parts: Parts, *, today: date, on_air: OnAir | None = None) -> None:
        self._line = line
        self._parts = parts
        self._started = CallStarted(today=today, on_air=on_air or OnAir())
        self._recorder = CallRecorder(
            call_id=line.call_id,
            bundle_id=parts.bundle_id,
            clock=parts.clock,
            position=lambda: self._incoming.position,
            listeners=parts.listeners,
        )
        self._ear = parts.make_ear(line.rate_hz)
        self._incoming = Incoming(line, self._ear)
        self._speaker = Speaker(
            line=line, voice=parts.voice, clock=parts.clock, recorder=self._recorder, on_end=self._incoming.put
        )
        self._handoff = Handoff(line, self._recorder)
        self._turns = TurnTaker(parts.interpreter, parts.thinking, parts.clock, self._recorder, line.rate_hz)
        self._state = parts.engine.start()
        self._agenda: deque[Act] = deque()
        self._voice_over = VoiceOver(parts.barge_in, self._ear, self._speaker, line.rate_hz)
        self._later: Heard | None = None
        """A turn that was over when a sentence had begun that is to be heard whole."""
        self._asked_at: float | None = None
        self._cuts_in = False
        self._over = False
        self._watch = FrameWatch(self._ear, self._speaker, self._incoming.fail)
        self.taken_over: TakenOver | None = None  # until it has failed

    async def run(self) -> None:
        """Returns when the call is over; nothing of it is left then. Faults end with a person, never in silence."""
        self._recorder.record("call.started", {"caller": self._line.caller_number}, personal=("caller",))
        async with AsyncExitStack() as stack:
            stack.callback(self._recorder.record, "call.ended")
            for part in (self._line, self._ear, self._speaker):
                stack.push_async_callback(part.close)
            await stack.enter_async_context(self._incoming.reading(self._speaker, self._watch))
            self._incoming.put(self._started)
            while not self._over:
                await self._take(await self._incoming.next())

    def take_over(self, event: TakenOver) -> None:
        """As soon as what is being done right now is done."""
        self.taken_over = event
        self._incoming.put(event)

    def put_on_air(self, event: OnAirChanged) -> None:
        """Counts from the next answer."""
        self._incoming.put(event)

    async def _take(self, event: Event | EarEvent | Broken) -> None:
        self._watch.handling = True
        try:
            async with asyncio.timeout(HANDLING_S):
                await self._handle(event)
        except Exception as error:  # The edge of the call: no fault may end in silence.
            log.exception("call fault", extra={"call_id": self._line.call_id, "event": type(event).__name__})
            self._recorder.record("fault", {"error": type(error).__name__})
            await self._give_up()
        finally:
            self._watch.handling = False

    async def _handle(self, event: Event | EarEvent | Broken) -> None:
        match event:
            case HungUp():
                self._decide(event)
                self._over = True
            case Broken(error=error):
                raise error
            case VoiceNoticed():
                await self._voice_noticed()
            case SpeechStarted():
                self._recorder.record("speech.started")
                await self._voice_noticed()
            case PartialHeard(partial=partial):
                self._recorder.record("turn.partial", {"text": partial.text}, personal=("text",))
                self._voice_over.hear(partial)
                await self._judge_voice()
            case SpeechGoesOn():
                await self._judge_voice()
            case Heard():
                await self._heard(event)
            case SpeechDropped():
                await self._false_alarm()
            case RecognitionFailed(sample=sample, code=code):
                self._recorder.record("recognition.failed", {"code": code})
                await self._heard(nothing_heard(sample))
            case NoInput():
                self._recorder.record("silence")
                if not self._says_whole():
                    await self._step(Silence())
            case ActFailed(act_id=act_id) if self._says_another(act_id):
                # It failed while the answer to a newer turn was already on its way.
                self._recorder.record("say.failed_late", {"act_id": act_id})
            case OnAirChanged(on_air=on_air):
                fields = {"stops": len(on_air.stops), "bulletins": len(on_air.bulletins)}
                self._recorder.record("on_air.changed", fields)
                self._decide(event)
            case TakenOver(to=to, by=by):
                self._recorder.record("takeover.asked", {"to": to, "by": by}, personal=("by",))
                if not self._handoff.done:
                    await self._step(event)
            case KeyPressed(key=key):
                self._recorder.record("key.pressed", {"key": key}, personal=("key",))
                await self._step(event)
            case _:
                await self._take_up()
                await self._step(event)

    def _says_whole(self) -> bool:
        """What is being said may not be interrupted; what the ear told of before must not replace it either."""
        say = self._speaker.current
        return say is not None and not say.interruptible

    async def _take_up(self) -> None:
        heard, self._later = self._later, None
        if heard is not None:
            await self._heard(heard)

    def _says_another(self, act_id: int) -> bool:
        say = self._speaker.current
        return say is not None and say.act_id != act_id

    async def _voice_noticed(self) -> None:
        self._voice_over.noticed()
        # A turn that was dropped before this was taken would not end the pause.
        if self._voice_over.undecided and self._ear.hears_voice and not self._speaker.paused:
            await self._speaker.pause()
            self._recorder.record("barge_in.paused")

    async def _judge_voice(self) -> None:
        say, verdict = self._speaker.current, self._voice_over.now(self._following)
        if say is None or verdict is Verdict.WAIT:
            return
        if verdict is Verdict.INTERRUPT:
            await self._interrupt(say, turn_over=False)
        elif self._speaker.paused:
            # Noise that goes on must not hold us up; words that come yet make it a turn.
            self._recorder.record("barge_in.false_alarm")
            await self._speaker.resume()

    @property
    def _following(self) -> Act | None:
        return self._agenda[0] if self._agenda else None

    async def _heard(self, heard: Heard) -> None:
        if self._says_whole():
            self._later = heard if heard.text else self._later
            return
        say = self._speaker.current
        if self._voice_over.undecided and say is not None:
            if self._voice_over.over(heard, self._following) is Verdict.RESUME:
                await self._false_alarm()
                return
            await self._interrupt(say, turn_over=True)
        # Who has talked for so long is still talking: what is said next must be heard over it.
        self._cuts_in = heard.ended is Ended.MAX_TURN
        self._asked_at = self._parts.clock.now()
        meaning = await self._turns.understand(heard, self._state.context())
        await self._step(Understood(heard=heard, meaning=meaning))

    async def _false_alarm(self) -> None:
        say, self._voice_over.undecided = self._speaker.current, False
        if say is not None:
            self._recorder.record("barge_in.false_alarm")
            self._listen_while(say)
            await self._speaker.resume()

    async def _interrupt(self, say: Say, *, turn_over: bool) -> None:
        """A turn that goes on is heard under what is expected now: if it was noise after all, silence counts again."""
        self._voice_over.undecided = False
        heard_chars = await self._speaker.stop()
        self._turns.interrupted()
        self._recorder.record("barge_in.interrupted", {"act_id": say.act_id, "heard_chars": heard_chars})
        acts = self._decide(BargedIn(act_id=say.act_id, heard_chars=heard_chars))
        if acts:  # Else the call is being handed over or ended, and what is left of that is still to be done.
            self._agenda.clear()
        self._agenda.extend(act for act in acts if not (turn_over and isinstance(act, Listen)))
        await self._advance()

    async def _step(self, event: Event) -> None:
        acts = self._decide(event)
        if acts:
            await self._replace(acts)
        await self._advance()

    def _decide(self, event: Event) -> Sequence[Act]:
        started = self._parts.clock.now()
        self._state, acts = self._parts.engine.step(self._state, event)
        if isinstance(event, Understood):
            ms = (self._parts.clock.now() - started) * 1000
            self._recorder.record(
                "turn.decided", {"decision_ms": round(ms, 2), "acts": [type(a).__name__ for a in acts]}
            )
        return acts

    async def _replace(self, acts: Sequence[Act]) -> None:
        """New acts take the place of what was going to be done, of what is being said and of what is listened for."""
        self._agenda.clear()
        self._ear.stop_expecting()
        self._voice_over.undecided, self._later = False, None
        if self._speaker.current is not None:
            await self._speaker.stop()
        self._agenda.extend(acts)

    async def _advance(self) -> None:
        while self._agenda and self._speaker.current is None and not self._over:
            await self._do(self._agenda.popleft())

    async def _do(self, act: Act) -> None:
        match act:
            case Say():
                act, self._cuts_in = replace(act, interruptible=act.interruptible and not self._cuts_in), False
                await self._unpause(act)
                self._listen_while(act)
                asked_at, self._asked_at = self._asked_at, None
                self._speaker.start(act, asked_at=asked_at)
            case Listen():
                self._ear.expect(act.expectation)
            case Transfer():
                self._ear.stop_expecting()
                end = await self._handoff.decided(act)
                self.taken_over = None if isinstance(end, ActFailed) else self.taken_over
                self._incoming.put(end)
            case HangUp():
                await self._line.hang_up()
            case Note():
                self._recorder.record(f"note.{act.name}", dict(act.fields))

    async def _unpause(self, say: Say) -> None:
        """A pause that came when a sentence had just been heard to its end holds for `say` while a voice is heard."""
        self._voice_over.undecided = self._voice_over.undecided and say.interruptible
        if not (self._voice_over.undecided and self._ear.hears_voice):
            await self._speaker.resume()

    def _listen_while(self, say: Say) -> None:
        if not say.interruptible:
            self._ear.stop_expecting()
            return
        following = next((act for act in self._agenda if isinstance(act, Listen)), None)
        self._ear.expect(following.expectation if following else Expectation(), no_input=False)

    async def _give_up(self) -> None:
        """A fault: the caller goes to a person."""
        self._over = True
        await self._handoff.after_fault(self._speaker.stop)

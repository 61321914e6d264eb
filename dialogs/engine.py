"""The decision: what happened so far, and what happens now, make what is done next. Pure: no clock, no I/O."""

from dataclasses import replace

from contracts.acts import Act, HandoffReason
from contracts.events import (
    ActFailed,
    ActFinished,
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
from contracts.meaning import Intent, Meaning
from dialogs.cases import answered, number_said
from dialogs.choices import Choice, choices
from dialogs.content import Content
from dialogs.cutting_in import politely
from dialogs.errors import DialogError
from dialogs.flows import Pattern
from dialogs.on_air import changed
from dialogs.questions import asked, chosen
from dialogs.runner import run
from dialogs.state import Counts, Interrupted, Phase, Place, State, Waiting
from dialogs.turn import Turn
from dialogs.whereabouts import after, taken, ward_keyed, ward_said
from procedures.record import Profile

_KEYS = {"0": Pattern.KEY_0, "*": Pattern.KEY_STAR, "#": Pattern.KEY_HASH}


class Engine:
    """`step` may be called from any thread; an engine holds no state of calls."""

    def __init__(self, content: Content, *, profile: Profile = Profile.DEMO) -> None:
        self._content = content
        self._profile = profile

    @property
    def bundle_id(self) -> str:
        return self._content.bundle_id

    def start(self) -> State:
        return State()

    def step(self, state: State, event: Event) -> tuple[State, tuple[Act, ...]]:
        """The new state, and what is to be done now in place of what was still to be done.

        Never raises. No acts: nothing changes for the caller. Otherwise the last act gives the caller the word,
        hands the call over or ends it.
        """
        match state.phase:
            case Phase.ENDED:
                return state, ()
            case _ if isinstance(event, HungUp):
                return replace(state, phase=Phase.ENDED), ()
            case _ if isinstance(event, OnAirChanged):
                return changed(state, event.on_air), ()
            case _ if isinstance(event, TakenOver):
                return self._transfer(state, HandoffReason.SUPERVISOR, to=event.to)
            case Phase.NEW:
                return self._started(state, event)
            case Phase.TRANSFERRING:
                return self._transferring(state, event)
            case Phase.ENDING:
                return self._ending(state, event)
            case Phase.TALKING:
                return self._talking(state, event)

    def choices(self, state: State) -> tuple[Choice, ...]:
        """What the caller of a chat may choose now, instead of writing."""
        return choices(self._turn(state))

    def _started(self, state: State, event: Event) -> tuple[State, tuple[Act, ...]]:
        if isinstance(event, CallStarted):
            state = replace(state, today=event.today, on_air=event.on_air)
        return self._pattern(replace(state, phase=Phase.TALKING), Pattern.CALL_STARTED)

    def _transferring(self, state: State, event: Event) -> tuple[State, tuple[Act, ...]]:
        match event:
            case ActFinished(act_id=act_id) if act_id == state.transfer_id:
                return replace(state, phase=Phase.ENDED), ()
            case ActFailed(act_id=act_id, code="transfer.caller_gone") if act_id == state.transfer_id:
                return replace(state, phase=Phase.ENDED), ()
            case ActFailed(act_id=act_id) if act_id == state.transfer_id:
                failed = replace(
                    state, phase=Phase.TALKING, counts=Counts(), transfers_failed=state.transfers_failed + 1
                )
                return self._pattern(failed, Pattern.TRANSFER_FAILED)
            case ActFailed():
                # The sentence before the transfer could not be said; the transfer itself must still happen.
                return self._transfer(state, state.reason or HandoffReason.FAULT)
            case _:
                return state, ()

    def _ending(self, state: State, event: Event) -> tuple[State, tuple[Act, ...]]:
        if not isinstance(event, ActFailed):
            return state, ()
        turn = self._turn(state)
        turn.hang_up()
        return turn.state, turn.acts

    def _talking(self, state: State, event: Event) -> tuple[State, tuple[Act, ...]]:
        match event:
            case Understood(heard=heard, meaning=meaning):
                return politely(*self._understood(_heard_from(state), meaning), heard, self._content)
            case KeyPressed(key=key):
                return self._key(_heard_from(state), key)
            case Silence():
                return self._pattern(state, Pattern.NO_INPUT)
            case BargedIn(act_id=act_id, heard_chars=heard_chars):
                return self._barged_in(state, Interrupted(act_id=act_id, heard_chars=heard_chars))
            case ActFailed():
                return self._pattern(state, Pattern.VOICE_FAILED)
            case _:
                return state, ()

    def _understood(self, state: State, meaning: Meaning) -> tuple[State, tuple[Act, ...]]:
        thresholds = self._content.thresholds
        intent = meaning.intent
        before = state
        if meaning.acceptance >= thresholds.confirm_above:
            state = replace(state, whereabouts=after(state.whereabouts, meaning, self._content.places))
        answer = self._case_taken(state, meaning) or self._ward_taken(before, meaning)
        if answer is not None:
            return answer
        correction = intent is Intent.NO and meaning.candidates and state.waiting is Waiting.CONFIRM
        if intent is Intent.ASK or correction:
            return self._asked(state, meaning)
        needed = thresholds.emergency_above if intent is Intent.EMERGENCY else thresholds.control_above
        sure = meaning.intent_confidence if intent is Intent.OUT_OF_SCOPE else meaning.acceptance
        if intent is Intent.NOTHING or sure < needed:
            return self._pattern(state, Pattern.NO_MATCH)
        if intent is Intent.YES:
            return self._pattern(state, Pattern.YES)
        if intent is Intent.NO:
            return self._pattern(state, Pattern.NO)
        return self._run(state, self._content.flows.of(intent))

    def _asked(self, state: State, meaning: Meaning) -> tuple[State, tuple[Act, ...]]:
        question = asked(state, meaning, self._content)
        if question.acceptance < self._content.thresholds.confirm_above and not question.confirmed:
            # Too unsure to forget for it what was being talked about.
            unsure = replace(state.question, acceptance=question.acceptance, confirmed=False)
            return self._run(replace(state, question=unsure), self._content.flows.of(Intent.ASK))
        if question.procedure_code != state.question.procedure_code:
            state = replace(state, tries=0)
        fresh = replace(state, question=question, rest=(), missing=(), answered=False, interrupted=None)
        return self._run(fresh, self._content.flows.of(Intent.ASK))

    def _key(self, state: State, key: str) -> tuple[State, tuple[Act, ...]]:
        offers = state.question.offers
        if state.waiting is Waiting.CHOICE and key.isdecimal() and 1 <= int(key) <= len(offers):
            return self._resume(replace(state, question=chosen(state.question, offers[int(key) - 1])))
        asked = self._turn(state).case_question() if state.waiting is Waiting.CASE else None
        if asked is not None and key.isdecimal() and 1 <= int(key) <= len(asked.answers) + 1:
            return self._resume(replace(state, question=answered(state.question, asked, int(key) - 1)))
        ward = ward_keyed(state.whereabouts, key, self._content.places) if state.waiting is Waiting.WARD else None
        if ward is not None:
            return self._resume(replace(state, whereabouts=taken(state.whereabouts, ward)))
        return self._pattern(state, _KEYS.get(key, Pattern.KEY_OTHER))

    def _case_taken(self, state: State, meaning: Meaning) -> tuple[State, tuple[Act, ...]] | None:
        """What follows if these words answer which case is the caller's."""
        asked = self._turn(state).case_question() if state.waiting is Waiting.CASE else None
        if asked is None:
            return None
        number = number_said(asked, meaning, self._content.thresholds.listen[Waiting.CASE].phrases)
        return (
            None if number is None else self._resume(replace(state, question=answered(state.question, asked, number)))
        )

    def _ward_taken(self, state: State, meaning: Meaning) -> tuple[State, tuple[Act, ...]] | None:
        """What follows if these words answer in which of several wards the caller lives."""
        if state.waiting is not Waiting.WARD or _asks_else(state, meaning):
            return None
        unsure = self._content.thresholds.listen[Waiting.WARD].phrases
        ward = ward_said(state.whereabouts, meaning, self._content.places, unsure)
        return None if ward is None else self._resume(replace(state, whereabouts=taken(state.whereabouts, ward)))

    def _resume(self, state: State) -> tuple[State, tuple[Act, ...]]:
        """On where the caller was asked something."""
        place = state.resume or Place(flow=self._content.flows.of(Intent.ASK), step=0)
        return self._run(state, place.flow, place.step)

    def _barged_in(self, state: State, interrupted: Interrupted) -> tuple[State, tuple[Act, ...]]:
        turn = self._turn(replace(state, interrupted=interrupted))
        turn.listen_again()
        return turn.state, turn.acts

    def _pattern(self, state: State, pattern: Pattern) -> tuple[State, tuple[Act, ...]]:
        return self._run(state, self._content.flows.pattern(pattern))

    def _run(self, state: State, flow: str, step: int = 0) -> tuple[State, tuple[Act, ...]]:
        turn = self._turn(state)
        try:
            run(turn, Place(flow=flow, step=step))
        except DialogError:
            return self._transfer(state, HandoffReason.FAULT)
        return turn.state, turn.acts

    def _transfer(self, state: State, reason: HandoffReason, *, to: str = "") -> tuple[State, tuple[Act, ...]]:
        turn = self._turn(state)
        turn.transfer(reason, to=to)
        return turn.state, turn.acts

    def _turn(self, state: State) -> Turn:
        return Turn(state, self._content, self._profile)


def _asks_else(state: State, meaning: Meaning) -> bool:
    """Whether a question was asked other than the one that is being answered."""
    if meaning.intent is not Intent.ASK:
        return False
    other = bool(meaning.candidates) and meaning.candidates[0].procedure_code != state.question.procedure_code
    return other or not set(meaning.aspects) <= set(state.question.aspects)


def _heard_from(state: State) -> State:
    return replace(state, counts=replace(state.counts, no_input=0))

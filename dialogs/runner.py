"""Goes through the steps of flows until the caller has the word or the call goes elsewhere."""

from dataclasses import replace

from contracts.numbers import DIGIT_WORDS
from dialogs.answering import say_answer, say_more
from dialogs.errors import FlowFault
from dialogs.flows import Action, Collect, Flow, Step
from dialogs.place_answers import say_ward_office, say_where_now
from dialogs.state import Counts, Place, Waiting
from dialogs.turn import Turn, forgotten

STEP_LIMIT = 60
"""More steps without a word from the caller mean that flows go in circles."""


def run(turn: Turn, place: Place) -> None:
    """Raises `FlowFault` for flows that go in circles."""
    at: Place | None = place
    keep = _enter(turn, place)
    for _ in range(STEP_LIMIT):
        if at is None or at.step >= len(_flow(turn, at).steps):
            _finish(turn, keep=keep)
            return
        step = _flow(turn, at).steps[at.step]
        following: Place | None = Place(flow=at.flow, step=at.step + 1)
        if step.when is None or step.when.holds(turn.values()):
            jump = _do(turn, step, at)
            if turn.over:
                _remember(turn, keep=keep)
                return
            following = jump or _next(turn, step, following)
        if following is not None and following.flow != at.flow:
            keep = _enter(turn, following)
        at = following
    raise FlowFault(f"flow {place.flow}: more than {STEP_LIMIT} steps")


def _flow(turn: Turn, place: Place) -> Flow:
    flow = turn.content.flows.flows.get(place.flow)
    if flow is None:
        raise FlowFault(f"flow {place.flow}: no such flow")
    return flow


def _enter(turn: Turn, place: Place) -> bool:
    flow = _flow(turn, place)
    if flow.counts and place.step == 0:
        counts: Counts = turn.state.counts
        count: int = getattr(counts, flow.counts)
        turn.set(counts=replace(counts, **{flow.counts: count + 1}))
    return flow.keep


def _next(turn: Turn, step: Step, following: Place) -> Place | None:
    for branch in step.branches:
        if branch.condition is None or branch.condition.holds(turn.values()):
            return branch.then
    return following


def _do(turn: Turn, step: Step, at: Place) -> Place | None:
    """Does one step; the place to go on from, if the step decides that itself."""
    if step.say:
        turn.say(step.say, step.behaviour, interruptible=step.interruptible)
        if step.wait is not None:
            turn.listen(step.wait)
        return None
    if step.collect is not None or step.confirm:
        return _ask(turn, step, at)
    if step.action is not None:
        return _act(turn, step.action)
    if step.transfer is not None:
        turn.transfer(step.transfer)
    elif step.hang_up:
        turn.hang_up()
    return None


def _ask(turn: Turn, step: Step, at: Place) -> Place | None:
    """Asks for what is not known yet; asks nothing if it is."""
    question = turn.state.question
    if step.confirm:
        name, waiting, known = step.confirm, Waiting.CONFIRM, question.confirmed
    elif step.collect is Collect.CASE:
        name, waiting, known = step.ask, Waiting.CASE, turn.case_question() is None
    elif step.collect is Collect.WARD:
        name, waiting, known = step.ask, Waiting.WARD, not turn.wards()
    elif step.collect is Collect.ASPECT:
        name, waiting, known = step.ask, Waiting.ASPECT, bool(turn.values()["aspect"])
    elif question.offers:
        name, waiting, known = step.choose, Waiting.CHOICE, False
    else:
        name, waiting, known = step.ask, Waiting.PROCEDURE, question.procedure_code is not None
    if known:
        return None
    if step.give_up is not None and turn.state.resume == at and turn.state.tries >= turn.content.thresholds.tries:
        turn.set(resume=None, tries=0)
        return step.give_up
    turn.ask(at, name, waiting, phrases=_likely(turn, waiting))
    return None


def _likely(turn: Turn, waiting: Waiting) -> tuple[str, ...]:
    """What may be answered to a question that offers something to choose."""
    match waiting:
        case Waiting.CHOICE:
            names = [offer.name.lower() for offer in turn.state.question.offers]
            return (*names, *DIGIT_WORDS[1 : len(names) + 1])
        case Waiting.CASE:
            asked = turn.case_question()
            return tuple(word for answer in asked.answers for word in answer.words) if asked else ()
        case Waiting.WARD:
            return tuple(name for ward in turn.wards() for name in (ward.unit.full_name, ward.unit.name))
        case _:
            return ()


def _act(turn: Turn, action: Action) -> Place | None:
    state = turn.state
    match action:
        case Action.ANSWER:
            say_answer(turn)
        case Action.SAY_MORE:
            say_more(turn)
        case Action.WARD_OFFICE:
            say_ward_office(turn)
        case Action.WHERE_NOW:
            say_where_now(turn)
        case Action.REPEAT:
            turn.utter_again(state.last_says)
            turn.listen_again()
        case Action.SLOWER:
            turn.set(rate=turn.content.thresholds.slower_rate)
        case Action.CONFIRM:
            turn.set(question=replace(state.question, confirmed=True))
            return state.resume
        case Action.RESUME:
            return state.resume
        case Action.FORGET:
            turn.state = forgotten(state)
        case Action.BULLETINS:
            turn.tell_bulletins()
        case Action.SKIP:
            turn.set(rest=(), interrupted=None)
    return None


def _finish(turn: Turn, *, keep: bool) -> None:
    if keep:
        turn.listen_again()
    else:
        turn.listen(Waiting.QUESTION)
    _remember(turn, keep=keep)


def _remember(turn: Turn, *, keep: bool) -> None:
    if turn.says and not keep:
        turn.set(last_says=turn.says)

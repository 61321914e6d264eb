"""What can be chosen instead of written: the buttons of a chat, each with the event that it stands for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contracts.events import Event, KeyPressed, Understood
from contracts.expectation import Expectation
from contracts.heard import Heard, Hypothesis
from contracts.meaning import Aspect, Intent, Meaning
from dialogs.responses import capital
from dialogs.state import Phase, State, Waiting
from dialogs.turn import Turn

PERSON = "0"
_YES, _NO = "yes", "no"
_ASKED_MOST = (Aspect.DOCUMENTS, Aspect.FEE, Aspect.TIME, Aspect.PLACE)
_YES_NO: Mapping[Waiting, tuple[tuple[str, str], ...]] = {
    Waiting.CONFIRM: ((_YES, "Đúng rồi"), (_NO, "Không phải")),
    Waiting.MORE: ((_YES, "Có, xem tiếp"), (_NO, "Không cần")),
    Waiting.HANDOFF: ((_NO, "Không cần"),),
    Waiting.ANYTHING_ELSE: ((_NO, "Không, cảm ơn"),),
}
"""To be put through to a person has a button of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    key: str
    """Different from the others that are offered with it."""
    text: str
    """As on the button."""
    event: Event


def choices(turn: Turn) -> tuple[Choice, ...]:
    """Of a conversation that waits for its caller; a person is always among them."""
    state = turn.state
    if state.phase is not Phase.TALKING:
        return ()
    person = Choice(key=PERSON, text="Gặp cán bộ", event=KeyPressed(key=PERSON))
    return (*_offered(turn, state), person)


def _offered(turn: Turn, state: State) -> Sequence[Choice]:
    match state.waiting:
        case Waiting.CHOICE:
            return _keys([offer.name for offer in state.question.offers])
        case Waiting.CASE:
            asked = turn.case_question()
            words = [answer.words[0] for answer in asked.answers] if asked else []
            return _keys([*words, turn.content.responses.text("case_not_known")] if words else [])
        case Waiting.WARD:
            wards = [ward.unit.full_name for ward in turn.wards()]
            return _keys([*wards, turn.content.responses.text("case_not_known")] if wards else [])
        case Waiting.ASPECT:
            names = turn.content.responses.aspects
            return [_meant(one.value, names[one], Intent.ASK, one) for one in _ASKED_MOST]
        case waiting:
            intents = {_YES: Intent.YES, _NO: Intent.NO}
            return [_meant(key, text, intents[key]) for key, text in _YES_NO.get(waiting, ())]


def _keys(texts: Sequence[str]) -> Sequence[Choice]:
    """As the keys of a telephone."""
    return [
        Choice(key=str(number), text=capital(text), event=KeyPressed(key=str(number)))
        for number, text in enumerate(texts, start=1)
    ]


def _meant(key: str, text: str, intent: Intent, *aspects: Aspect) -> Choice:
    """Nobody need guess what a button means."""
    meaning = Meaning(text=text, intent=intent, intent_confidence=1.0, aspects=aspects, acceptance=1.0)
    heard = Heard(
        hypotheses=(Hypothesis(text=text, confidence=1.0),), start_sample=0, end_sample=0,
        expectation=Expectation(),
    )  # fmt: skip
    return Choice(key=key, text=capital(text), event=Understood(heard=heard, meaning=meaning))

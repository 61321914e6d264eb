"""From a meaning to the question it asks, together with what was already known."""

from contracts.meaning import Aspect, Meaning
from dialogs.answers import matched_cues
from dialogs.content import Content
from dialogs.state import Offer, Question, State, Waiting

_OPEN_FOR_PROCEDURE = frozenset({Waiting.PROCEDURE, Waiting.CHOICE, Waiting.CONFIRM, Waiting.CASE})
"""While these are waited for, a turn that names only a procedure keeps the aspects asked before."""


def asked(state: State, meaning: Meaning, content: Content) -> Question:
    """The question after this turn; slots that the turn leaves open keep what they had."""
    old = state.question
    offers = _offers(state, meaning, content)
    if offers:
        return Question(aspects=_aspects(state, meaning), acceptance=meaning.acceptance, offers=offers)
    chosen = bool(meaning.candidates) and meaning.candidates[0].procedure_code in state.offered
    code, name = _procedure(old, meaning, content)
    aspects = _aspects(state, meaning)
    said_again = (
        state.waiting is Waiting.CONFIRM and code == old.procedure_code and aspects == old.aspects and not old.confirmed
    )
    return Question(
        procedure_code=code,
        procedure_name=name,
        aspects=aspects,
        acceptance=meaning.acceptance,
        confirmed=chosen or (said_again and meaning.acceptance >= content.thresholds.confirm_above),
        cues=_cues(old, code, meaning, content),
        cases=old.cases if code == old.procedure_code else (),
        settled=old.settled if code == old.procedure_code and not old.case_unknown else (),
    )


def chosen(question: Question, offer: Offer) -> Question:
    """One of the offered procedures was taken."""
    return Question(
        procedure_code=offer.code, procedure_name=offer.name, aspects=question.aspects, acceptance=1.0, confirmed=True
    )


def _offers(state: State, meaning: Meaning, content: Content) -> tuple[Offer, ...]:
    names = {candidate.procedure_code: candidate.name for candidate in meaning.candidates}
    if meaning.candidates and meaning.candidates[0].procedure_code in state.offered:
        return ()
    offers: list[Offer] = []
    for code in meaning.ambiguous:
        known = content.catalogue.get(code, state.today)
        name = known.short_name if known else spoken_name(names.get(code, ""))
        if name:
            offers.append(Offer(code=code, name=name))
    return tuple(offers[: content.thresholds.choices]) if len(offers) > 1 else ()


def _procedure(old: Question, meaning: Meaning, content: Content) -> tuple[str | None, str]:
    if not meaning.candidates:
        return old.procedure_code, old.procedure_name
    best = meaning.candidates[0]
    known = content.catalogue.get(best.procedure_code)
    return best.procedure_code, known.short_name if known else spoken_name(best.name)


def spoken_name(name: str) -> str:
    """An official name within a sentence: without its capital, unless it begins with an abbreviation."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


def _aspects(state: State, meaning: Meaning) -> tuple[Aspect, ...]:
    aspects = tuple(dict.fromkeys(meaning.aspects))
    specific = tuple(aspect for aspect in aspects if aspect is not Aspect.GENERAL)
    if specific:
        return specific
    return state.question.aspects if state.waiting in _OPEN_FOR_PROCEDURE and state.question.aspects else aspects


def _cues(old: Question, code: str | None, meaning: Meaning, content: Content) -> tuple[str, ...]:
    procedure = content.catalogue.get(code) if code else None
    if procedure is None:
        return ()
    kept = old.cues if code == old.procedure_code else ()
    return tuple(dict.fromkeys((*kept, *matched_cues(procedure, meaning.text))))

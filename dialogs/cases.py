"""Which question must be asked to know the caller's case, and what his words say about it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from contracts.meaning import Aspect, Intent, Meaning
from contracts.syllables import is_within, syllables
from dialogs.state import Question
from procedures.record import CaseQuestion, SpokenFact

_WORDS_AROUND = 4
"""An answer has up to so many words besides those that are listed; more of them say something else."""
_YES, _NO = "có", "không"


def pending(
    question: Question, asked: Iterable[CaseQuestion], facts: Sequence[tuple[Aspect, Sequence[SpokenFact]]]
) -> CaseQuestion | None:
    """The first question without which nothing can be said about one of the aspects; None: all is clear.

    An aspect with a normal case is answered with that; who asks for more of it hears the other cases.
    """
    for aspect, found in facts:
        if not found or any(not fact.case for fact in found):
            continue
        if any(is_his(fact, question) for fact in found):
            continue
        for one in asked:
            if aspect in one.aspects and one.ask not in question.settled:
                return one
    return None


def is_his(fact: SpokenFact, question: Question) -> bool:
    """Whether it is about a case that the caller has named or chosen."""
    return bool(fact.case) and (fact.case in question.cases or not set(fact.cues).isdisjoint(question.cues))


def answered(question: Question, asked: CaseQuestion, number: int) -> Question:
    """With the answer of that number, counted from 0; one beyond the last: the caller does not know."""
    settled = (*question.settled, asked.ask)
    if number >= len(asked.answers):
        return replace(question, settled=settled, case_unknown=True)
    return replace(question, settled=settled, cases=(*question.cases, asked.answers[number].case))


def number_said(asked: CaseQuestion, meaning: Meaning, unsure: Sequence[str]) -> int | None:
    """The number of the answer that was given, counted from 0; None: none was. A phrase of `unsure` counts as one more.

    The longest listed phrase that was said counts, so that "không rõ" is no "không".
    """
    said = syllables(meaning.text)
    phrases = [(word, at) for at, answer in enumerate(asked.answers) for word in answer.words]
    phrases += [(word, len(asked.answers)) for word in unsure]
    found = {(len(words), at) for word, at in phrases if (words := syllables(word)) and is_within(words, said)}
    if not found:
        return _by_yes_or_no(asked, meaning.intent)
    longest = max(found)[0]
    best = {at for length, at in found if length == longest}
    return best.pop() if len(best) == 1 and len(said) <= longest + _WORDS_AROUND else None


def _by_yes_or_no(asked: CaseQuestion, intent: Intent) -> int | None:
    word = {Intent.YES: _YES, Intent.NO: _NO}.get(intent)
    return next((at for at, answer in enumerate(asked.answers) if word in answer.words), None)

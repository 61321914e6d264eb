"""Saying an answer: its facts, what was left out, and once per procedure where it comes from."""

from contracts.acts import Behaviour
from contracts.meaning import Aspect
from dialogs.answers import Answer, Part
from dialogs.handoff import question_text
from dialogs.state import Counts, Question
from dialogs.turn import Turn


def say_answer(turn: Turn) -> None:
    """The facts that answer the question; none: the state says `answered=False`."""
    answer = turn.answer()
    _say_parts(turn, answer, lead=True)
    turn.set(answered=bool(answer.parts), missing=answer.missing, rest=answer.rest, interrupted=None)
    if answer.parts:
        turn.set(counts=Counts(), resume=None, tries=0, topics=_topics(turn, answer))


def say_more(turn: Turn) -> None:
    """What an interruption cut off, else facts of other cases."""
    if turn.state.interrupted is not None and _say_cut_off(turn):
        turn.set(answered=True, interrupted=None)
        return
    answer = turn.more()
    _say_parts(turn, answer, lead=False)
    turn.set(answered=bool(answer.parts), rest=answer.rest, interrupted=None)


def _say_parts(turn: Turn, answer: Answer, *, lead: bool) -> None:
    cite = bool(answer.parts) and turn.state.question.procedure_code not in turn.state.cited
    for index, part in enumerate(answer.parts):
        sentences = [_lead(turn, part)] if lead else []
        sentences.append(part.text)
        if cite and index == len(answer.parts) - 1:
            sentences.append(_citation(turn))
        turn.utter(
            " ".join(sentence for sentence in sentences if sentence),
            behaviour=Behaviour.ANSWER,
            qualified=part.qualified or bool(answer.missing),
            aspects=(part.aspect,),
            sources=turn.source(),
        )


def _lead(turn: Turn, part: Part) -> str:
    """Names what is being answered, so that a misunderstanding shows at once."""
    if part.aspect is Aspect.GENERAL:
        return ""
    question = Question(procedure_name=turn.state.question.procedure_name, aspects=(part.aspect,))
    text = question_text(question, turn.content.responses)
    return turn.content.responses.text("answer_lead", question=text)


def _citation(turn: Turn) -> str:
    code = turn.state.question.procedure_code or ""
    turn.set(cited=(*turn.state.cited, code))
    values = turn.placeholders()
    name = "source_note" if values["updated"] else "source_note_undated"
    return turn.content.responses.text(name, **values)


def _topics(turn: Turn, answer: Answer) -> tuple[str, ...]:
    question = Question(
        procedure_name=turn.state.question.procedure_name, aspects=tuple(part.aspect for part in answer.parts)
    )
    text = question_text(question, turn.content.responses)
    return tuple(dict.fromkeys((*turn.state.topics, text)))


def _say_cut_off(turn: Turn) -> bool:
    """From the beginning of the sentence in which the caller broke in; False: nothing was cut off."""
    cut = turn.state.interrupted
    says = turn.state.last_says
    at = next((index for index, say in enumerate(says) if cut is not None and say.act_id == cut.act_id), None)
    if cut is None or at is None:
        return False
    text = says[at].text
    start = max(text.rfind(mark, 0, max(cut.heard_chars, 0)) for mark in (". ", "? ", "! "))
    remaining = text[start + 2 :] if start >= 0 else text
    if not remaining.strip():
        return False
    say = says[at]
    turn.utter(remaining, behaviour=Behaviour.ANSWER, qualified=say.qualified, aspects=say.aspects, sources=say.sources)
    return True

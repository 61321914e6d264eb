"""What the person who takes over is told: one line, without personal data."""

from contracts.meaning import Aspect
from dialogs.responses import Responses
from dialogs.state import Question, State


def question_text(question: Question, responses: Responses) -> str:
    """ "giấy tờ đăng ký khai sinh"; "" if nothing is known."""
    if question.offers:
        return responses.joined("list_or", tuple(offer.name for offer in question.offers))
    aspects = responses.aspect_names(tuple(one for one in question.aspects if one is not Aspect.GENERAL))
    if question.procedure_name and aspects:
        return responses.text("question_whole", aspect=aspects, procedure=question.procedure_name)
    if question.procedure_name:
        return responses.text("question_procedure", procedure=question.procedure_name)
    return aspects


def summary(state: State, responses: Responses) -> str:
    asked = question_text(state.question, responses) or responses.text("summary_nothing_asked")
    answered = "; ".join(state.topics) or responses.text("summary_nothing_answered")
    reason = responses.reasons[state.reason] if state.reason else ""
    return responses.text("summary", question=asked, answered=answered, reason=reason)

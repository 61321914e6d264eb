"""The shape of a question that tells cases apart, and what can be wrong with one."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import Field, model_validator

from contracts.meaning import Aspect
from procedures.record import CaseAnswer, CaseQuestion, SpokenFact
from procedures.strict import Strict, Text

ANSWERS_LIMIT = 4
"""More cannot be kept in mind on a phone."""
ASK_LIMIT = 120
"""Characters: about eight seconds of speech."""
QUESTIONS_LIMIT = 2
"""Of one aspect: more than two in a row, and a caller gives up."""

Mistake = tuple[tuple[str | int, ...], str]


class CaseAnswerYaml(Strict):
    case: str
    words: tuple[Text, ...] = Field(min_length=1)


class CaseQuestionYaml(Strict):
    aspects: tuple[Aspect, ...] = Field(min_length=1)
    ask: Annotated[str, Field(min_length=1, max_length=ASK_LIMIT)]
    answers: tuple[CaseAnswerYaml, ...] = Field(max_length=ANSWERS_LIMIT)

    @model_validator(mode="after")
    def _distinct(self) -> "CaseQuestionYaml":
        if len(self.answers) < 2:
            raise ValueError("answers: cần ít nhất hai câu trả lời")
        words = [word.lower() for answer in self.answers for word in answer.words]
        if twice := next((word for at, word in enumerate(words) if word in words[:at]), ""):
            raise ValueError(f"hai câu trả lời có chung chữ {twice!r}")
        if len({answer.case for answer in self.answers}) < len(self.answers):
            raise ValueError("hai câu trả lời dẫn tới cùng một trường hợp")
        if not self.ask.endswith("?"):
            raise ValueError("ask phải là câu hỏi, kết thúc bằng dấu hỏi; cách bấm phím được nói thêm sau")
        return self

    def question(self) -> CaseQuestion:
        answers = tuple(CaseAnswer(case=answer.case, words=answer.words) for answer in self.answers)
        return CaseQuestion(aspects=self.aspects, ask=self.ask, answers=answers)


def mistakes_in(questions: Sequence[CaseQuestion], facts: Sequence[SpokenFact]) -> Iterator[Mistake]:
    """Path of the field and what is wrong there: a question is of use only where facts of its cases can be said."""
    asked = [aspect for question in questions for aspect in question.aspects]
    for at, question in enumerate(questions):
        for aspect in question.aspects:
            if asked.count(aspect) > QUESTIONS_LIMIT:
                yield ("questions", at, "aspects"), f"hơn {QUESTIONS_LIMIT} câu hỏi cho {aspect.value}"
        for number, answer in enumerate(question.answers):
            for aspect in question.aspects:
                if answer.case not in {fact.case for fact in facts if fact.aspect is aspect}:
                    named = repr(answer.case) if answer.case else "thông thường (để trống)"
                    path = ("questions", at, "answers", number, "case")
                    yield path, f"không có điều nào của {aspect.value} cho trường hợp {named}"

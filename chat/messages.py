"""What goes over the wire: requests and answers, the same over HTTP and over the websocket."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chat.contact import NAME_CHARS, PHONE_CHARS
from chat.conversation import Answer
from chat.errors import ChatError, FieldRefused
from contracts.acts import Behaviour, HandoffReason
from contracts.meaning import Aspect
from dialogs.choices import Choice

TEXT_CHARS = 1000
BODY_BYTES = 16 * 1024
"""Of a request, whatever is in it."""


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MessageIn(_Given):
    """Either what somebody wrote, or the key of an offered choice."""

    text: Annotated[str, Field(max_length=TEXT_CHARS)] | None = None
    choice: Annotated[str, Field(max_length=20)] | int | None = None


class ContactIn(_Given):
    name: Annotated[str, Field(max_length=NAME_CHARS)] = ""
    phone: Annotated[str, Field(max_length=PHONE_CHARS)]
    consent: Annotated[bool, Field(strict=True)]
    """That the number is kept until somebody has called it."""


class SocketIn(_Given):
    """One frame. The first opens a chat or goes on with one."""

    open: bool = False
    session: Annotated[str, Field(max_length=64)] | None = None
    text: Annotated[str, Field(max_length=TEXT_CHARS)] | None = None
    choice: Annotated[str, Field(max_length=20)] | int | None = None
    contact: ContactIn | None = None


class ChoiceOut(BaseModel):
    key: str
    text: str


class SourceOut(BaseModel):
    code: str
    """Of the procedure, as the national public service portal has it."""
    version: str
    """Of the record: its content hash."""
    as_of: str
    """ISO date on which it was looked up."""


class HandoffOut(BaseModel):
    reason: HandoffReason


class SessionOut(BaseModel):
    session: str
    says: list[str]
    choices: list[ChoiceOut]


class AnswerOut(BaseModel):
    says: list[str]
    behaviour: Behaviour
    qualified: bool
    """The answer carries a stated limitation."""
    procedure_codes: list[str]
    aspects: list[Aspect]
    sources: list[SourceOut]
    choices: list[ChoiceOut]
    handoff: HandoffOut | None
    """A person is to answer: a contact can be left now. The chat goes on."""
    ended: bool


class ContactOut(BaseModel):
    kept: bool
    phone: str
    """Masked."""


class ProblemOut(BaseModel):
    detail: str
    """In Vietnamese."""
    code: str
    field: str
    """Of the request; empty: none in particular."""


def choices_out(choices: Sequence[Choice]) -> list[ChoiceOut]:
    return [ChoiceOut(key=one.key, text=one.text) for one in choices]


def answer_out(answer: Answer) -> AnswerOut:
    reply = answer.reply
    return AnswerOut(
        says=list(reply.says),
        behaviour=reply.behaviour,
        qualified=reply.qualified,
        procedure_codes=list(reply.procedure_codes),
        aspects=list(reply.aspects),
        sources=[SourceOut(code=one.code, version=one.version, as_of=one.as_of) for one in reply.sources],
        choices=choices_out(answer.choices),
        handoff=HandoffOut(reason=answer.handoff) if answer.handoff else None,
        ended=answer.ended,
    )


def text_or_choice(text: str | None, choice: str | int | None) -> tuple[str, str | None]:
    """Written text, stripped, or else the key of a choice. Raises `FieldRefused`."""
    if choice is not None and text is not None:
        raise FieldRefused("choice", "Chỉ gửi một trong hai: text hoặc choice.")
    if choice is not None:
        return "", str(choice)
    if not (written := (text or "").strip()):
        raise FieldRefused("text", "Chưa có câu hỏi.")
    return written, None


def problem_out(error: ChatError) -> ProblemOut:
    return ProblemOut(detail=str(error), code=error.code, field=error.field)


def refused(error: ValidationError) -> FieldRefused:
    """The first wrong field; nothing of what was given."""
    first = error.errors(include_input=False, include_url=False, include_context=True)[0]
    return refused_field(first["type"], first["loc"], first.get("ctx") or {})


def refused_field(kind: str, place: Sequence[int | str], limits: Mapping[str, object]) -> FieldRefused:
    """`kind`, `place` and `limits` as pydantic tells them of one error."""
    known = [str(one) for one in place if one in _FIELDS]
    match kind:
        case "string_too_long":
            why = f"Nhiều nhất {limits.get('max_length')} ký tự."
        case "missing":
            why = "Thiếu mục này."
        case "extra_forbidden":
            return FieldRefused(str(place[-1])[:_NAME_CHARS], "Không có mục này.")
        case _:
            why = "Không đúng dạng."
    return FieldRefused(known[-1] if known else "body", why)


_FIELDS = frozenset(name for model in (MessageIn, ContactIn, SocketIn) for name in model.model_fields)
_NAME_CHARS = 40

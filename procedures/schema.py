"""The shape of a procedure's YAML file, and its way into records."""

import hashlib
import json
import re
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from contracts.meaning import Aspect
from contracts.mistakes import Mistakes
from procedures.case_questions import CaseQuestionYaml, mistakes_in
from procedures.record import (
    Duration,
    FactSource,
    FactStatus,
    Money,
    Papers,
    Procedure,
    RecordSource,
    SpokenFact,
    TimeUnit,
    Value,
    WardOffice,
    YesNo,
)
from procedures.strict import Strict, Text
from procedures.yaml_source import YamlSource

VERSION_CHARS = 12
PHRASE_LIMIT = 420
"""Characters: about half a minute of speech; more is lost on a phone."""
PAPERS_LIMIT = 4
_OF_RESIDENCE = re.compile(r"phường(, | hoặc )xã nơi (cư trú|thường trú|tạm trú|đang ở)")


class ValueYaml(Strict):
    """Exactly one kind of value."""

    money: int | None = Field(default=None, ge=0)
    per: str = ""
    time: int | None = Field(default=None, gt=0)
    unit: TimeUnit | None = None
    papers: tuple[Text, ...] | None = Field(default=None, min_length=1, max_length=PAPERS_LIMIT)
    yes: bool | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> "ValueYaml":
        given = [kind for kind in ("money", "time", "papers", "yes") if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError("cần đúng một trong: money, time, papers, yes")
        if (self.time is None) != (self.unit is None):
            raise ValueError("time phải đi cùng unit (ngày hoặc ngày làm việc)")
        return self

    def value(self) -> Value:
        if self.money is not None:
            return Money(amount_vnd=self.money, per=self.per)
        if self.time is not None and self.unit is not None:
            return Duration(amount=self.time, unit=self.unit)
        if self.papers is not None:
            return Papers(names=self.papers)
        return YesNo(yes=bool(self.yes))


class FactSourceYaml(Strict):
    field: Text
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]


class FactYaml(Strict):
    aspect: Aspect
    phrase: Annotated[str, Field(min_length=1, max_length=PHRASE_LIMIT)]
    case: str = ""
    cues: tuple[Text, ...] = ()
    value: ValueYaml | None = None
    source: FactSourceYaml
    status: FactStatus
    limitation: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    reviewer: str | None = None
    review_by: date | None = None
    ward_office: WardOffice | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "FactYaml":
        if self.status is FactStatus.QUALIFIED and not self.limitation:
            raise ValueError("status qualified cần có limitation")
        if self.status in (FactStatus.SAYABLE, FactStatus.QUALIFIED) and not self.reviewer:
            raise ValueError("đã duyệt thì phải ghi reviewer")
        if self.value is not None and (missing := _unsaid(self.phrase, self.value.value())):
            raise ValueError(f"câu nói không có giá trị đã ghi: {missing}")
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("valid_to trước valid_from")
        if self.ward_office is not None and (self.aspect is not Aspect.PLACE or not _OF_RESIDENCE.search(self.phrase)):
            raise ValueError("ward_office chỉ đi với aspect place và câu nói có chữ phường, xã nơi cư trú hay đang ở")
        return self

    def fact(self) -> SpokenFact:
        return SpokenFact(
            aspect=self.aspect,
            phrase=self.phrase,
            case=self.case,
            cues=self.cues,
            value=self.value.value() if self.value else None,
            source=FactSource(field=self.source.field, hash=self.source.hash),
            status=self.status,
            limitation=self.limitation,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            reviewer=self.reviewer or "",
            review_by=self.review_by,
            ward_office=self.ward_office,
        )


class RecordSourceYaml(Strict):
    decision: str | None = None
    updated: date | None = None
    read: date | None = None
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]


class ProcedureYaml(Strict):
    version: Literal["1"]
    code: Annotated[str, Field(pattern=r"^\d\.\d{6}$")]
    name: Text
    short_name: Text
    aliases: tuple[Text, ...] = Field(min_length=1)
    valid_from: date | None = None
    valid_to: date | None = None
    source: RecordSourceYaml
    facts: tuple[FactYaml, ...] = Field(min_length=1)
    questions: tuple[CaseQuestionYaml, ...] = ()


def _unsaid(phrase: str, value: Value) -> str:
    """The part of a value that its phrase does not say; "" when all is said. A guard against slips of the pen."""
    said = re.sub(r"(?<=\d)\.(?=\d{3})", "", phrase).lower()
    match value:
        case Money(amount_vnd=amount):
            wanted = [str(amount)] if amount else []
        case Duration(amount=amount, unit=unit):
            wanted = [f"{amount} {unit.value}"]
        case Papers(names=names):
            wanted = [name.lower() for name in names]
        case YesNo():
            wanted = []
    return next((item for item in wanted if item not in said), "")


def content_hash(data: object) -> str:
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:VERSION_CHARS]


def read_procedure(source: YamlSource) -> Procedure:
    """Raises `ContentFileError`, one for each mistake."""
    read = source.read_as(ProcedureYaml)
    mistakes = Mistakes()
    names = [alias.lower() for alias in read.aliases]
    for index, name in enumerate(names):
        if name in names[:index]:
            mistakes.add(source.fail(("aliases", index), f"tên gọi lặp lại: {name}"))
    facts = tuple(fact.fact() for fact in read.facts)
    questions = tuple(question.question() for question in read.questions)
    for path, text in mistakes_in(questions, facts):
        mistakes.add(source.fail(path, text))
    mistakes.raise_any()
    return Procedure(
        code=read.code,
        name=read.name,
        short_name=read.short_name,
        aliases=read.aliases,
        facts=facts,
        questions=questions,
        version=content_hash(source.data),
        source=RecordSource(
            decision=read.source.decision or "",
            updated=read.source.updated,
            hash=read.source.hash,
            read=read.source.read,
        ),
        valid_from=read.valid_from,
        valid_to=read.valid_to,
    )

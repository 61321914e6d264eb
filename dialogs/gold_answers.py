"""Gold answers: what must be said about one procedure, question by question, each in a call of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from contracts.acts import Act, Behaviour
from contracts.events import CallStarted, KeyPressed, Understood
from contracts.expectation import Expectation
from contracts.heard import Heard, Hypothesis
from contracts.meaning import Aspect, Candidate, Intent, Meaning
from contracts.mistakes import Mistakes
from dialogs.ask import reply
from dialogs.content import Content
from dialogs.engine import Engine
from procedures.record import Profile
from procedures.strict import Strict, Text
from procedures.yaml_source import read_folder, read_yaml

FOLDER = "gold/answers"
_MORE_LIMIT = 20
_SURE = 0.95


class AskYaml(Strict):
    aspect: Aspect
    caller: str = ""
    """Words of a caller who tells his case."""
    day: date | None = None
    """On which is asked; none: that of the file."""
    key: str = ""
    """Pressed when the hotline asks for the case."""
    says: tuple[Text, ...] = ()
    more: tuple[tuple[Text, ...], ...] = ()
    """Said each time that the caller wants to hear on."""
    says_not: tuple[Text, ...] = ()
    handoff: bool = False
    """Nothing may be said; a person answers."""


class AnswersYaml(Strict):
    version: Literal["1"]
    code: Annotated[str, Field(pattern=r"^\d\.\d{6}$")]
    today: date
    names: tuple[Text, ...] = Field(min_length=1)
    """What people call the procedure: each is its own."""
    asks: tuple[AskYaml, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldAnswers:
    file: str
    script: AnswersYaml
    lines: tuple[int, ...] = ()
    """Where each question begins in the file."""
    names_line: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenAnswer:
    file: str
    line: int
    field: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardAnswer:
    """What a caller heard."""

    first: str
    more: tuple[str, ...]
    """Each time that he heard on."""
    behaviour: Behaviour


def load_answers(folder: Path) -> tuple[GoldAnswers, ...]:
    """All `*.yml` of the folder. Raises `procedures.errors.ContentFileError`, one for each mistake."""
    return read_folder(folder, _read)


def _read(path: Path, mistakes: Mistakes) -> GoldAnswers:
    source = read_yaml(path, mistakes)
    script = source.read_as(AnswersYaml)
    lines = tuple(source.line(("asks", index)) for index in range(len(script.asks)))
    return GoldAnswers(file=path.name, script=script, lines=lines, names_line=source.line(("names",)))


def play_answers(content: Content, gold: GoldAnswers) -> Iterator[BrokenAnswer]:
    """What is not said as it must be."""
    script = gold.script
    procedure = content.catalogue.get(script.code, script.today)
    if procedure is None:
        yield BrokenAnswer(file=gold.file, line=1, field="code", problem=f"không có thủ tục {script.code}")
        return
    own = {procedure.short_name, *procedure.aliases}
    for name in script.names:
        if name not in own:
            problem = f"{name!r} không còn là tên gọi của {script.code}"
            yield BrokenAnswer(file=gold.file, line=gold.names_line, field="names", problem=problem)
    engine = Engine(content, profile=Profile.DEMO)
    for at, ask in enumerate(script.asks):
        for problem in _problems(ask, hear(engine, script.code, ask, ask.day or script.today)):
            line = gold.lines[at] if gold.lines else 1
            yield BrokenAnswer(file=gold.file, line=line, field=f"asks.{at}", problem=problem)


def _problems(ask: AskYaml, heard: HeardAnswer) -> Iterator[str]:
    if ask.handoff != (heard.behaviour is Behaviour.HANDOFF):
        yield "phải chuyển cán bộ" if ask.handoff else f"được {heard.behaviour.value}, không phải câu trả lời"
        return
    whole = " ".join((heard.first, *heard.more))
    yield from (f"không nói: {words}" for words in ask.says if words not in heard.first)
    for wanted, more in zip_longest(ask.more, heard.more, fillvalue=""):
        yield from (f"nghe tiếp không thấy: {words}" for words in wanted if words not in more)
    yield from (f"không được nói: {words}" for words in ask.says_not if words in whole)


def hear(engine: Engine, code: str, ask: AskYaml, today: date) -> HeardAnswer:
    """Asks in a fresh call, and goes on to hear all there is."""
    state, _ = engine.step(engine.start(), CallStarted(today=today))
    state, acts = engine.step(state, _event(code, ask.aspect, ask.caller))
    if ask.key:
        state, acts = engine.step(state, KeyPressed(key=ask.key))
    behaviour = reply(acts).behaviour
    more: list[str] = []
    first = _said(acts)
    for _ in range(_MORE_LIMIT):
        if behaviour is not Behaviour.ANSWER or not state.rest:
            break
        state, acts = engine.step(state, _continue())
        more.append(_said(acts))
    return HeardAnswer(first=first, more=tuple(more), behaviour=behaviour)


def _said(acts: tuple[Act, ...]) -> str:
    return " ".join(reply(acts).says)


def _event(code: str, aspect: Aspect, text: str) -> Understood:
    meaning = Meaning(
        text=text,
        intent=Intent.ASK,
        intent_confidence=_SURE,
        aspects=(aspect,),
        candidates=(Candidate(procedure_code=code, name=code, score=1.0),),
        acceptance=_SURE,
    )
    return _understood(meaning)


def _continue() -> Understood:
    return _understood(Meaning(text="", intent=Intent.CONTINUE, intent_confidence=_SURE, acceptance=_SURE))


def _understood(meaning: Meaning) -> Understood:
    hypotheses = (Hypothesis(text=meaning.text, confidence=1.0),)
    heard = Heard(hypotheses=hypotheses, start_sample=0, end_sample=0, expectation=Expectation())
    return Understood(heard=heard, meaning=meaning)

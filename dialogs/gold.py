"""Gold conversations: what is understood, turn by turn, and what must come of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from contracts.acts import Act, Behaviour, HandoffReason, HangUp, Transfer
from contracts.events import ActFailed, CallStarted, Event, KeyPressed, Silence, Understood
from contracts.heard import Heard, Hypothesis
from contracts.meaning import Aspect, Candidate, Intent, Meaning, Slot
from contracts.mistakes import Mistakes
from dialogs.ask import reply
from dialogs.content import Content
from dialogs.engine import Engine
from dialogs.state import State, Waiting
from procedures.record import Profile
from procedures.strict import Strict
from procedures.yaml_source import read_folder, read_yaml


class SlotYaml(Strict):
    name: Literal["ward", "old_ward", "old_district"]
    value: Annotated[str, Field(min_length=1)]
    confidence: Annotated[float, Field(ge=0, le=1)] = 1.0


class HearYaml(Strict):
    """A meaning in short form."""

    intent: Intent = Intent.ASK
    aspects: tuple[Aspect, ...] = ()
    procedures: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    slots: tuple[SlotYaml, ...] = ()
    acceptance: Annotated[float, Field(ge=0, le=1)] = 0.95
    text: str = ""

    def meaning(self) -> Meaning:
        candidates = (*self.procedures, *(code for code in self.ambiguous if code not in self.procedures))
        return Meaning(
            text=self.text,
            intent=self.intent,
            intent_confidence=self.acceptance,
            aspects=self.aspects,
            candidates=tuple(Candidate(procedure_code=code, name=f"mã {code}", score=1.0) for code in candidates),
            ambiguous=self.ambiguous,
            slots=tuple(
                Slot(name=slot.name, value=slot.value, text=self.text, confidence=slot.confidence)
                for slot in self.slots
            ),
            acceptance=self.acceptance,
        )


class ExpectYaml(Strict):
    """Everything that is given must hold."""

    behaviour: Behaviour | None = None
    aspects: tuple[Aspect, ...] | None = None
    procedures: tuple[str, ...] | None = None
    qualified: bool | None = None
    says: tuple[str, ...] = ()
    """Words that must be said."""
    says_not: tuple[str, ...] = ()
    waits: Waiting | None = None
    transfer: HandoffReason | None = None
    hang_up: bool = False


class TurnYaml(Strict):
    """Exactly one of the first four happens."""

    hear: HearYaml | None = None
    key: str | None = None
    silence: bool = False
    transfer_fails: bool = False
    expect: ExpectYaml

    @model_validator(mode="after")
    def _one_event(self) -> "TurnYaml":
        given = [self.hear is not None, self.key is not None, self.silence, self.transfer_fails]
        if sum(given) != 1:
            raise ValueError("mỗi lượt cần đúng một trong: hear, key, silence, transfer_fails")
        return self


class GoldYaml(Strict):
    version: Literal["1"]
    name: Annotated[str, Field(min_length=1)]
    today: date
    profile: Profile = Profile.DEMO
    turns: tuple[TurnYaml, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    file: str
    script: GoldYaml
    lines: tuple[int, ...] = ()
    """Where each turn begins in the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A turn that did not go as it must."""

    file: str
    turn: int
    """Counted from 1."""
    problem: str
    line: int = 1
    """Counted from 1."""


def load_gold(folder: Path) -> tuple[Gold, ...]:
    """All `*.yml` of the folder. Raises `procedures.errors.ContentFileError`, one for each mistake."""
    return read_folder(folder, _read)


def _read(path: Path, mistakes: Mistakes) -> Gold:
    source = read_yaml(path, mistakes)
    script = source.read_as(GoldYaml)
    lines = tuple(source.line(("turns", index)) for index in range(len(script.turns)))
    return Gold(file=path.name, script=script, lines=lines)


def play(content: Content, gold: Gold) -> tuple[Broken, ...]:
    """What goes wrong; empty: the content keeps this conversation."""
    engine = Engine(content, profile=gold.script.profile)
    state, _ = engine.step(engine.start(), CallStarted(today=gold.script.today))
    broken: list[Broken] = []
    for number, turn in enumerate(gold.script.turns, start=1):
        state, acts = engine.step(state, _event(turn, state))
        broken += [
            Broken(file=gold.file, turn=number, problem=problem, line=gold.lines[number - 1] if gold.lines else 1)
            for problem in _problems(turn.expect, state, acts)
        ]
    return tuple(broken)


def _event(turn: TurnYaml, state: State) -> Event:
    if turn.hear is not None:
        heard = Heard(
            hypotheses=(Hypothesis(text=turn.hear.text, confidence=1.0),),
            start_sample=0,
            end_sample=0,
            expectation=state.expectation,
        )
        return Understood(heard=heard, meaning=turn.hear.meaning())
    if turn.key is not None:
        return KeyPressed(key=turn.key)
    if turn.silence:
        return Silence()
    return ActFailed(act_id=state.transfer_id or 0, code="transfer.no_agent")


def _problems(expect: ExpectYaml, state: State, acts: tuple[Act, ...]) -> Iterable[str]:
    got = reply(acts)
    said = " ".join(got.says)
    transfer = next((act.reason for act in acts if isinstance(act, Transfer)), None)
    compared = (
        ("behaviour", expect.behaviour, got.behaviour),
        ("aspects", expect.aspects, got.aspects),
        ("procedures", expect.procedures, got.procedure_codes),
        ("qualified", expect.qualified, got.qualified),
        ("waits", expect.waits, state.waiting),
    )
    for name, wanted, given in compared:
        if wanted is not None and wanted != given:
            yield f"{name}: cần {wanted}, được {given}"
    if expect.transfer != transfer:
        yield f"transfer: cần {expect.transfer}, được {transfer}"
    if expect.hang_up != any(isinstance(act, HangUp) for act in acts):
        yield f"hang_up: cần {expect.hang_up}"
    yield from (f"không nói: {words}" for words in expect.says if words not in said)
    yield from (f"không được nói: {words}" for words in expect.says_not if words in said)

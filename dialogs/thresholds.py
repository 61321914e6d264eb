"""The numbers that decide how sure the hotline must be, how much it says at once, and how long it waits."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, model_validator

from contracts.expectation import Expectation, Expecting
from contracts.meaning import Aspect
from contracts.syllables import tokens
from dialogs.state import Waiting
from procedures.strict import Strict
from procedures.yaml_source import YamlSource

_AS_ELSE = {Waiting.WARD: Waiting.CASE}
"""What is listened for as for something else, where nothing of its own is given."""
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1, le=10)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    answer_above: float
    """Acceptance from which a question is answered without asking back, 0–1."""
    confirm_above: float
    """Acceptance from which it is worth a question back."""
    control_above: float
    """Acceptance from which a command ("nhắc lại") is followed."""
    emergency_above: float
    choices: int
    """Procedures offered at once."""
    aspects_per_answer: int
    facts_per_aspect: int
    more_per_turn: int
    cases_named: int
    tries: int
    """How often in a row the caller is asked for the same thing."""
    slower_rate: float
    """Speaking rate after "nói chậm lại"."""
    fallbacks: dict[Aspect, tuple[Aspect, ...]]
    """What answers an aspect that has no fact of its own."""
    listen: dict[Waiting, Expectation]
    backchannels: tuple[str, ...] = ()
    """Phrases that show listening and interrupt nothing; empty: those of the program."""
    one_word_turns: tuple[str, ...] = ()
    """Words that interrupt although they are short and alone; empty: those of the program."""


class _ListenYaml(Strict):
    kind: Expecting = Expecting.QUESTION
    phrases: tuple[str, ...] = ()
    no_input_ms: int = Field(default=7000, ge=1000, le=60000)
    max_turn_ms: int = Field(default=20000, ge=1000, le=120000)


class _InterruptingYaml(Strict):
    backchannels: tuple[Annotated[str, Field(min_length=1, max_length=40)], ...] = Field(default=(), max_length=100)
    one_word_turns: tuple[Annotated[str, Field(min_length=1, max_length=7)], ...] = Field(default=(), max_length=100)

    @model_validator(mode="after")
    def _spoken(self) -> "_InterruptingYaml":
        for phrase in (*self.backchannels, *self.one_word_turns):
            if " ".join(tokens(phrase)) != phrase:
                raise ValueError(f"“{phrase}” phải viết thường, chỉ gồm các tiếng cách nhau một dấu cách")
        if several := next((word for word in self.one_word_turns if " " in word), None):
            raise ValueError(f"one_word_turns: “{several}” phải là một tiếng")
        if both := set(self.backchannels) & set(self.one_word_turns):
            raise ValueError(f"“{min(both)}” không được vừa là tiếng đệm vừa là tiếng ngắt lời")
        return self


class _ThresholdsYaml(Strict):
    version: Literal["1"]
    answer_above: Share
    confirm_above: Share
    control_above: Share
    emergency_above: Share
    choices: Annotated[int, Field(ge=2, le=9)]
    aspects_per_answer: Count
    facts_per_aspect: Count
    more_per_turn: Count
    cases_named: Count
    tries: Count
    slower_rate: Annotated[float, Field(ge=0.5, le=1)]
    fallbacks: dict[Aspect, tuple[Aspect, ...]] = Field(default_factory=dict[Aspect, tuple[Aspect, ...]])
    listen: dict[Waiting, _ListenYaml]
    interrupting: _InterruptingYaml = _InterruptingYaml()

    @model_validator(mode="after")
    def _ordered(self) -> "_ThresholdsYaml":
        if self.confirm_above > self.answer_above:
            raise ValueError("confirm_above không được lớn hơn answer_above")
        if missing := [waiting.value for waiting in Waiting if waiting not in self.listen and waiting not in _AS_ELSE]:
            raise ValueError(f"listen thiếu: {', '.join(missing)}")
        return self


def read_thresholds(source: YamlSource) -> Thresholds:
    """Raises `ContentFileError`."""
    read = source.read_as(_ThresholdsYaml)
    listen = {
        waiting: Expectation(
            kind=one.kind, phrases=one.phrases, no_input_ms=one.no_input_ms, max_turn_ms=one.max_turn_ms
        )
        for waiting, one in read.listen.items()
    }
    listen |= {waiting: listen[other] for waiting, other in _AS_ELSE.items() if waiting not in listen}
    return Thresholds(
        answer_above=read.answer_above,
        confirm_above=read.confirm_above,
        control_above=read.control_above,
        emergency_above=read.emergency_above,
        choices=read.choices,
        aspects_per_answer=read.aspects_per_answer,
        facts_per_aspect=read.facts_per_aspect,
        more_per_turn=read.more_per_turn,
        cases_named=read.cases_named,
        tries=read.tries,
        slower_rate=read.slower_rate,
        fallbacks=read.fallbacks,
        listen=listen,
        backchannels=read.interrupting.backchannels,
        one_word_turns=read.interrupting.one_word_turns,
    )

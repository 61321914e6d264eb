"""The shape of flows.yml, and its way into flows."""

from collections.abc import Container
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from contracts.acts import Behaviour, HandoffReason
from contracts.meaning import Intent
from contracts.mistakes import Mistake, Mistakes
from dialogs.conditions import Condition, ConditionError, parse_condition
from dialogs.flows import Action, Branch, Collect, Flow, Flows, Pattern, Step
from dialogs.responses import SAID_BY
from dialogs.state import Place, Waiting
from procedures.strict import Strict
from procedures.yaml_source import Location, YamlSource, entries

END = "END"
_ANSWERED_BY_PATTERNS = frozenset({Intent.YES, Intent.NO, Intent.NOTHING})
_MAY_LACK = frozenset({Intent.WHERE_NOW})
"""Content that was published before there was such an intent must still load."""

Name = Annotated[str, Field(min_length=1, pattern=r"^[a-z0-9_]+$")]


def _branches(given: object) -> object:
    """`next: NAME` is one branch without a condition."""
    return [{"else": given}] if isinstance(given, str) else given


class _BranchYaml(Strict):
    condition: str | None = Field(default=None, alias="if")
    then: str | None = None
    otherwise: str | None = Field(default=None, alias="else")

    @model_validator(mode="after")
    def _whole(self) -> "_BranchYaml":
        if (self.condition is None) == (self.otherwise is None) or (self.condition is None) != (self.then is None):
            raise ValueError("mỗi nhánh là {if: ..., then: ...} hoặc {else: ...}")
        return self


class _StepYaml(Strict):
    id: Name | None = None
    say: Name | None = None
    collect: Collect | None = None
    ask: Name | None = None
    choose: Name | None = None
    confirm: Name | None = None
    give_up: Name | None = None
    action: Action | None = None
    transfer: HandoffReason | None = None
    hang_up: bool = False
    when: str | None = None
    wait: Waiting | None = None
    behaviour: Behaviour = Behaviour.DIALOGUE
    interruptible: bool = True
    next: Annotated[tuple[_BranchYaml, ...], BeforeValidator(_branches)] = ()

    @model_validator(mode="after")
    def _one_kind(self) -> "_StepYaml":
        kinds = [self.say, self.collect, self.confirm, self.action, self.transfer, self.hang_up or None]
        if sum(kind is not None for kind in kinds) > 1:
            raise ValueError("một bước chỉ làm một việc: say, collect, confirm, action, transfer hoặc hang_up")
        if all(kind is None for kind in kinds) and not self.next:
            raise ValueError("bước không làm gì")
        if self.collect is not None and self.ask is None:
            raise ValueError("collect cần có ask")
        if self.collect is Collect.PROCEDURE and self.choose is None:
            raise ValueError("collect: procedure cần có choose")
        if self.give_up is not None and self.collect is None and self.confirm is None:
            raise ValueError("give_up chỉ đi với collect hoặc confirm")
        if self.wait is not None and self.say is None:
            raise ValueError("wait chỉ đi với say")
        return self


class _TriggerYaml(Strict):
    intents: tuple[Intent, ...] = Field(min_length=1)


class _FlowYaml(Strict):
    name: str = ""
    trigger: _TriggerYaml | None = None
    counts: Literal["no_input", "no_match", "unclear", "out_of_scope"] | None = None
    keep: bool = False
    steps: tuple[_StepYaml, ...] = Field(min_length=1)


class _FlowsYaml(Strict):
    version: Literal["1"]
    flows: dict[Name, _FlowYaml]
    patterns: dict[Pattern, _FlowYaml]


class _Reader:
    """References are followed also where the shape of some flows is wrong, so that all mistakes are told at once."""

    def __init__(self, source: YamlSource, sentences: Container[str]) -> None:
        self._source = source
        self._sentences = sentences
        self._mistakes = Mistakes()
        self._names = set(entries(source, "flows"))
        self._read = self._shape()

    def flows(self) -> Flows:
        if missing := [one.value for one in Pattern if one.value not in entries(self._source, "patterns")]:
            self._wrong(("patterns",), f"thiếu: {', '.join(missing)}")
        flows = {name: self._flow(name, flow, ("flows", name)) for name, flow in self._read.flows.items()}
        for pattern, flow in self._read.patterns.items():
            name = f"pattern_{pattern.value}"
            flows[name] = self._flow(name, flow, ("patterns", pattern.value))
        by_intent = self._triggers()
        self._mistakes.raise_any()
        return Flows(flows=flows, by_intent=by_intent)

    def _shape(self) -> _FlowsYaml:
        """Without the flows whose shape is wrong. Raises `ContentFileError` where that is not all that is wrong."""
        try:
            return self._source.read_as(_FlowsYaml)
        except Mistake as mistake:
            self._mistakes.add(mistake)
        wrong = {tuple(one.field.split(".")[:2]) for one in self._mistakes.found}
        try:
            return self._source.without(wrong).read_as(_FlowsYaml)
        except Mistake:
            self._mistakes.raise_any()
            raise

    def _wrong(self, location: Location, problem: str) -> None:
        self._mistakes.add(self._source.fail(location, problem))

    def _triggers(self) -> dict[Intent, str]:
        found: dict[Intent, str] = {}
        for name, flow in self._read.flows.items():
            for index, intent in enumerate(flow.trigger.intents if flow.trigger else ()):
                where = ("flows", name, "trigger", "intents", index)
                if intent in _ANSWERED_BY_PATTERNS:
                    self._wrong(where, f"{intent.value} thuộc về patterns")
                elif intent in found:
                    self._wrong(where, f"{intent.value} đã thuộc về {found[intent]}")
                found.setdefault(intent, name)
        needed = [intent for intent in Intent if intent not in _ANSWERED_BY_PATTERNS | _MAY_LACK]
        missing = [intent.value for intent in needed if intent not in found]
        if missing and set(self._read.flows) == self._names:
            self._wrong(("flows",), f"chưa có luồng cho ý định: {', '.join(missing)}")
        return found

    def _flow(self, name: str, flow: _FlowYaml, where: Location) -> Flow:
        ids: dict[str, int] = {}
        for index, step in enumerate(flow.steps):
            if step.id is not None and step.id in ids:
                self._wrong((*where, "steps", index, "id"), f"tên bước lặp lại: {step.id}")
            if step.id is not None:
                ids[step.id] = index
        steps = tuple(self._step(name, ids, step, (*where, "steps", index)) for index, step in enumerate(flow.steps))
        return Flow(
            id=name,
            name=flow.name or name,
            intents=flow.trigger.intents if flow.trigger else (),
            counts=flow.counts or "",
            keep=flow.keep,
            steps=steps,
        )

    def _step(self, flow: str, ids: dict[str, int], step: _StepYaml, where: Location) -> Step:
        for field in ("say", "ask", "choose", "confirm"):
            name: str | None = getattr(step, field)
            if name is not None and name not in self._sentences:
                self._wrong((*where, field), f"responses.yml không có câu {name!r}")
        absent = [name for name in SAID_BY.get(step.action or "", ()) if name not in self._sentences]
        if absent:
            self._wrong((*where, "action"), f"responses.yml thiếu câu: {', '.join(absent)}")
        return Step(
            say=step.say or "",
            collect=step.collect,
            ask=step.ask or "",
            choose=step.choose or "",
            confirm=step.confirm or "",
            give_up=self._target(flow, ids, step.give_up, (*where, "give_up")) if step.give_up else None,
            action=step.action,
            transfer=step.transfer,
            hang_up=step.hang_up,
            when=self._condition(step.when, (*where, "when")) if step.when else None,
            wait=step.wait,
            behaviour=step.behaviour,
            interruptible=step.interruptible,
            branches=self._branches(flow, ids, step.next, (*where, "next")),
        )

    def _branches(
        self, flow: str, ids: dict[str, int], given: tuple[_BranchYaml, ...], where: Location
    ) -> tuple[Branch, ...]:
        branches: list[Branch] = []
        for index, branch in enumerate(given):
            place = (*where, index)
            condition = self._condition(branch.condition, (*place, "if")) if branch.condition else None
            target = branch.then or branch.otherwise or END
            named = (*place, "then" if branch.then else "else")
            at = named if named in self._source.lines else where
            branches.append(Branch(condition=condition, then=self._target(flow, ids, target, at)))
        if given and given[-1].condition is not None:
            self._wrong(where, "nhánh cuối phải là else")
        return tuple(branches)

    def _target(self, flow: str, ids: dict[str, int], name: str, where: Location) -> Place | None:
        if name == END:
            return None
        if name in ids:
            return Place(flow=flow, step=ids[name])
        if name in self._names:
            return Place(flow=name, step=0)
        self._wrong(where, f"không có bước hay luồng tên {name!r}")
        return None

    def _condition(self, text: str, where: Location) -> Condition | None:
        try:
            return parse_condition(text)
        except ConditionError as error:
            self._wrong(where, str(error))
            return None


def read_flows(source: YamlSource, sentences: Container[str]) -> Flows:
    """`sentences`: the names that responses.yml has. Raises `ContentFileError`, one for each mistake."""
    return _Reader(source, sentences).flows()

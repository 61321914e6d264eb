"""Slips of the pen that a trainer can make in a sheet or in the flows, each as a change of the file's data."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from contracts.meaning import Aspect
from procedures.records.record import mapping
from procedures.sheets import Sheet
from procedures.yaml_source import YamlSource

Datas = Mapping[int, Any]
"""The data of the sheets that are changed, by their number."""
FLOWS = -1


class Kind(StrEnum):
    FEE = "fee changed"
    TIME = "time changed"
    PAPER = "paper dropped"
    CASE = "cases swapped"
    ALIAS = "alias moved"
    ASPECT = "answer of another aspect"
    BRANCH = "branch target changed"
    STATUS = "status raised"
    LIMITATION = "limitation dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    kind: Kind
    file: str
    line: int
    what: str
    sheets: tuple[int, ...]
    """Numbers of the files that it changes; `FLOWS`: flows.yml."""
    edit: Callable[[Datas], object]


_Edit = Callable[[dict[str, Any]], object]
"""Changes one fact."""
_SAID = ("phrase", "value", "limitation")
_MONEY = re.compile(r"\d[\d.]*(?= đồng)")
_TIME = re.compile(r"\d+(?= (?:ngày|giờ|tháng|tuần|năm))")


def _facts(data: Any) -> list[dict[str, Any]]:
    return data["facts"]


def faults(sheets: Sequence[Sheet], flows: YamlSource) -> Iterator[Fault]:
    for number, sheet in enumerate(sheets):
        yield from _of_facts(number, sheet)
        yield from _swaps(number, sheet)
        yield from _aliases(number, sheet, len(sheets))
    yield from _branches(flows)


def _of_facts(number: int, sheet: Sheet) -> Iterator[Fault]:
    for at, fact in enumerate(_facts(sheet.source.data)):
        for kind, what, edit in _of_fact(fact):
            yield Fault(
                kind=kind,
                file=f"procedures/{sheet.source.file}",
                line=sheet.source.line(("facts", at)),
                what=f"facts.{at} {fact['aspect']}{what}",
                sheets=(number,),
                edit=_on_fact(number, at, edit),
            )


def _on_fact(number: int, at: int, edit: _Edit) -> Callable[[Datas], object]:
    return lambda datas: edit(_facts(datas[number])[at])


def _of_fact(fact: dict[str, Any]) -> Iterator[tuple[Kind, str, _Edit]]:
    spoken = fact.get("status") != "hand_over"
    raised = "sayable" if spoken else "unreviewed"
    yield Kind.STATUS, f": {raised}", lambda one: one.update(status=raised)
    if not spoken:
        return
    for kind, pattern, key in ((Kind.FEE, _MONEY, "money"), (Kind.TIME, _TIME, "time")):
        if found := pattern.search(fact["phrase"]):
            yield kind, f": {found.group()}", _figure_changed(found.group(), pattern, key)
    if drop := _paper_dropped(fact):
        yield Kind.PAPER, "", drop
    if fact.get("limitation"):
        yield Kind.LIMITATION, "", lambda one: one.pop("limitation")


def _figure_changed(figure: str, pattern: re.Pattern[str], key: str) -> _Edit:
    """One more of the first digit, in words and value alike, as when the wrong row is copied."""
    other = str((int(figure[0]) % 9) + 1) + figure[1:]

    def edit(fact: dict[str, Any]) -> None:
        fact["phrase"] = pattern.sub(lambda found: other if found.group() == figure else found.group(), fact["phrase"])
        value = mapping(fact.get("value"))
        if value.get(key) == figure.replace(".", ""):
            value[key] = other.replace(".", "")

    return edit


def _paper_dropped(fact: dict[str, Any]) -> _Edit | None:
    names: list[str] = mapping(fact.get("value")).get("papers") or []
    if len(names) > 1:
        last = names[-1]

        def without(one: dict[str, Any]) -> None:
            one["value"]["papers"] = names[:-1]
            one["phrase"] = re.sub(rf"(?:,| và| hoặc)?\s*{re.escape(last)}", "", one["phrase"], flags=re.IGNORECASE)

        return without
    sentences = re.split(r"(?<=\.)\s+", fact["phrase"])
    if fact["aspect"] != Aspect.DOCUMENTS.value or len(sentences) < 2:
        return None
    return lambda one: one.update(phrase=" ".join(sentences[:-1]))


def _swaps(number: int, sheet: Sheet) -> Iterator[Fault]:
    facts = _facts(sheet.source.data)
    for at, fact in enumerate(facts):
        rest = [other for other in range(at + 1, len(facts)) if facts[other].get("status") != "hand_over"]
        if fact.get("status") == "hand_over":
            continue
        same = next((other for other in rest if facts[other]["aspect"] == fact["aspect"]), None)
        if same is not None:
            yield _swap(Kind.CASE, number, sheet, at, same)
        another = next((other for other in rest if facts[other]["aspect"] != fact["aspect"]), None)
        if another is not None and facts[another]["phrase"] != fact["phrase"]:
            yield _swap(Kind.ASPECT, number, sheet, at, another)


def _swap(kind: Kind, number: int, sheet: Sheet, one: int, other: int) -> Fault:
    """Cases change places; the answer of another aspect is put in place of the one."""

    def edit(datas: Datas) -> None:
        first, second = _facts(datas[number])[one], _facts(datas[number])[other]
        for field in _SAID:
            was, now = first.pop(field, None), second.get(field)
            if kind is Kind.CASE:
                second.pop(field, None)
                second.update({field: was} if was is not None else {})
            first.update({field: now} if now is not None else {})

    line = sheet.source.line(("facts", one))
    file = f"procedures/{sheet.source.file}"
    return Fault(kind=kind, file=file, line=line, what=f"facts.{one} facts.{other}", sheets=(number,), edit=edit)


def _aliases(number: int, sheet: Sheet, count: int) -> Iterator[Fault]:
    target = (number + 1) % count
    aliases: list[str] = sheet.source.data["aliases"]  # pyright: ignore[reportIndexIssue, reportUnknownVariableType]
    if len(aliases) < 2:  # pyright: ignore[reportUnknownArgumentType]
        return
    for at, alias in enumerate(aliases):  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]

        def edit(datas: Datas, at: int = at) -> None:
            datas[target]["aliases"].append(datas[number]["aliases"].pop(at))

        line = sheet.source.line(("aliases", at))
        file = f"procedures/{sheet.source.file}"
        yield Fault(kind=Kind.ALIAS, file=file, line=line, what=str(alias), sheets=(number, target), edit=edit)


def _branches(flows: YamlSource) -> Iterator[Fault]:
    data: Any = flows.data
    names: list[str] = list(data["flows"])
    places = [(group, name) for group in ("flows", "patterns") for name in data[group]]
    for group, name in places:
        for at, step in enumerate(data[group][name]["steps"]):
            for key, index, old in _targets(step):
                new = names[(names.index(old) + 7) % len(names)] if old in names else names[at % len(names)]
                if new in (old, name):
                    new = names[(names.index(new) + 1) % len(names)]
                where = (group, name, "steps", at, "next" if index is not None else key)
                yield Fault(
                    kind=Kind.BRANCH,
                    file="flows.yml",
                    line=flows.line(where),
                    what=f"{name}.{at}: {old} → {new}",
                    sheets=(FLOWS,),
                    edit=_retarget(where, index, key, new),
                )


def _targets(step: dict[str, Any]) -> Iterator[tuple[str, int | None, str]]:
    if "give_up" in step:
        yield "give_up", None, step["give_up"]
    following = step.get("next")
    if isinstance(following, str):
        yield "next", None, following
    for index, branch in enumerate(following if isinstance(following, list) else []):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        key = "then" if "then" in branch else "else"
        yield key, index, branch[key]


def _retarget(where: tuple[str | int, ...], index: int | None, key: str, new: str) -> Callable[[Datas], None]:
    group, name, steps, at, _ = where

    def edit(datas: Datas) -> None:
        step = datas[FLOWS][group][name][steps][at]
        if index is None:
            step[key] = new
        else:
            step["next"][index][key] = new

    return edit

"""Which faults the check finds: everything that reads the content, and the gold, but no learning."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from contracts.mistakes import Mistake
from dialogs.content import Content
from dialogs.engine import Engine
from dialogs.flow_schema import read_flows
from dialogs.gold import Gold, load_gold, play
from dialogs.gold_answers import FOLDER, GoldAnswers, hear, load_answers, play_answers
from hotline.bundles.importing import codes_in
from hotline.mutants.faults import FLOWS, Fault, Kind, faults
from procedures.catalogue import Catalogue
from procedures.schema import read_procedure
from procedures.sheets import Sheet, between, read_sheets
from procedures.yaml_source import YamlSource, read_yaml

_ANSWERS_FOR_FLOWS = 5
"""Procedures whose answers are asked through changed flows: they all go the same way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunted:
    kind: Kind
    tried: int
    """Without those that no caller would notice."""
    survived: tuple[Fault, ...]
    unheard: int
    """Faults after which every question is answered as before, such as a limitation that another fact says, too."""

    @property
    def caught(self) -> int:
        return self.tried - len(self.survived)


class Hunt:
    """Reads a content folder once, and puts one fault after the other into what was read."""

    def __init__(self, folder: Path) -> None:
        """Raises `ProcedureError`, `DialogError` for content that is wrong to begin with."""
        self._content = Content.load(folder)
        self._sheets = read_sheets(folder / "procedures")
        self._flows = read_yaml(folder / "flows.yml")
        self._gold = load_gold(folder / "gold")
        self._answers = load_answers(folder / FOLDER)

    def run(self, each: int | None = None) -> Iterator[Hunted]:
        """By kind; `each`: at most so many of a kind, evenly over all files."""
        found: dict[Kind, list[Fault]] = {kind: [] for kind in Kind}
        for fault in faults(self._sheets, self._flows):
            found[fault.kind].append(fault)
        for kind, every in found.items():
            chosen = _evenly(every, each)
            left = [fault for fault in chosen if not self.caught(fault)]
            survived = tuple(fault for fault in left if FLOWS in fault.sheets or self._heard(fault))
            unheard = len(left) - len(survived)
            yield Hunted(kind=kind, tried=len(chosen) - unheard, survived=survived, unheard=unheard)

    def caught(self, fault: Fault) -> bool:
        datas = self._damaged(fault)
        try:
            if FLOWS in datas:
                flows = read_flows(replace(self._flows, data=datas[FLOWS]), self._content.responses.texts)
                return self._heard_flows(replace(self._content, flows=flows))
            return self._heard_sheets(datas)
        except Mistake:
            return True

    def _damaged(self, fault: Fault) -> dict[int, Any]:
        datas: dict[int, Any] = {number: deepcopy(self._source(number).data) for number in fault.sheets}
        fault.edit(datas)
        return datas

    def _heard(self, fault: Fault) -> bool:
        """Whether a caller hears another answer to any of the gold questions."""
        sheets = self._changed(self._damaged(fault))
        codes = {sheets[number].procedure.code for number in fault.sheets}
        engines = [Engine(self._with(each)) for each in (self._sheets, sheets)]
        for one in self._about(codes):
            for ask in one.script.asks:
                before, after = (hear(engine, one.script.code, ask, ask.day or one.script.today) for engine in engines)
                if before != after:
                    return True
        # Where there is no gold question, nothing shows that nobody hears it.
        return not self._about(codes)

    def _with(self, sheets: Sequence[Sheet]) -> Content:
        return replace(self._content, catalogue=Catalogue([sheet.procedure for sheet in sheets]))

    def _changed(self, datas: dict[int, Any]) -> list[Sheet]:
        """Raises `Mistake`."""
        sheets = list(self._sheets)
        for number, data in datas.items():
            source = replace(sheets[number].source, data=data)
            sheets[number] = Sheet(source=source, procedure=read_procedure(source))
        return sheets

    def _source(self, number: int) -> YamlSource:
        return self._flows if number == FLOWS else self._sheets[number].source

    def _heard_flows(self, content: Content) -> bool:
        return any(play(content, one) for one in self._gold) or any(
            any(play_answers(content, one)) for one in self._answers[:_ANSWERS_FOR_FLOWS]
        )

    def _heard_sheets(self, datas: dict[int, Any]) -> bool:
        """Raises `Mistake`. Only conversations about the changed procedures can come out differently."""
        sheets = self._changed(datas)
        if len(datas) > 1 and any(between(sheets)):
            return True
        content = self._with(sheets)
        codes = {sheets[number].procedure.code for number in datas}
        return any(any(play_answers(content, one)) for one in self._about(codes)) or any(
            play(content, one) for one in self._conversations(codes)
        )

    def _about(self, codes: set[str]) -> list[GoldAnswers]:
        return [one for one in self._answers if one.script.code in codes]

    def _conversations(self, codes: set[str]) -> list[Gold]:
        return [one for one in self._gold if codes & codes_in(one)]


def _evenly(every: Sequence[Fault], most: int | None) -> list[Fault]:
    if most is None or len(every) <= most:
        return list(every)
    return [every[at * len(every) // most] for at in range(most)]

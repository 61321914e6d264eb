"""The gold conversations against a content folder."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dialogs.content import Content
from dialogs.gold import Broken, Gold, play
from dialogs.gold_answers import FOLDER, BrokenAnswer, GoldAnswers, play_answers
from hotline.bundles.problems import Problem
from procedures.catalogue import Catalogue
from procedures.sheets import Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    problems: tuple[Problem, ...]
    excused: tuple[Problem, ...]
    """What does not hold only because facts wait for somebody to read them again: that must never keep them on air."""
    changed: tuple[Problem, ...]
    """Answers that are no longer what they were: a trainer is told, and may mean it."""


def play_all(
    content: Content, sheets: Sequence[Sheet], gold: Iterable[Gold], answers: Iterable[GoldAnswers] = ()
) -> Played:
    problems: list[Problem] = []
    excused: list[Problem] = []
    changed: list[Problem] = []
    as_written = replace(content, catalogue=Catalogue([sheet.procedure for sheet in sheets]))
    for one in gold:
        broken = [_problem(each) for each in play(content, one)]
        (excused if broken and not play(as_written, one) else problems).extend(broken)
    for one in answers:
        missed = [_answer_problem(each, one) for each in play_answers(content, one)]
        (excused if missed and not any(play_answers(as_written, one)) else changed).extend(missed)
    excused = [replace(each, problem=f"chờ đọc lại hồ sơ gốc đã đổi: {each.problem}") for each in excused]
    return Played(problems=tuple(sorted(problems)), excused=tuple(sorted(excused)), changed=tuple(sorted(changed)))


def _problem(broken: Broken) -> Problem:
    field = f"turns.{broken.turn - 1}"
    return Problem(file=f"gold/{broken.file}", line=broken.line, field=field, problem=broken.problem)


def _answer_problem(broken: BrokenAnswer, gold: GoldAnswers) -> Problem:
    hint = f"; nếu điều mới là đúng: content gold {gold.script.code} --write"
    return Problem(file=f"{FOLDER}/{broken.file}", line=broken.line, field=broken.field, problem=broken.problem + hint)

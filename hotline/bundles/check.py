"""Everything that can be wrong in a content folder, found without a call: each file, what files say of each other,
the gold conversations, and whether meaning can be learned from it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from contracts.mistakes import Mistake, Mistakes
from dialogs.content import Content
from dialogs.flow_schema import read_flows
from dialogs.gold import load_gold
from dialogs.gold_answers import FOLDER as ANSWERS
from dialogs.gold_answers import load_answers
from dialogs.responses import read_responses
from dialogs.thresholds import read_thresholds
from hotline.bundles.gold_played import play_all
from hotline.bundles.layout import layout_problems
from hotline.bundles.markup import markup_problems
from hotline.bundles.problems import Problem, problems_of
from hotline.bundles.stale import stale_facts
from hotline.knowledge import load_interpreter
from hotline.knowledge import today as caller_day
from nlu.ambiguities import load_ambiguities
from nlu.link_targets import load_colloquial, load_names, load_others
from nlu.training_data import LABELS, Domain, load_domain, load_training_data
from procedures.places_yaml import load_places
from procedures.records.sources import FILE, Sources
from procedures.sheets import read_sheets
from procedures.yaml_source import entries, files_read_once, read_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    problems: tuple[Problem, ...]
    """By file and line; empty: the content may go live."""
    warnings: tuple[Problem, ...] = ()
    """What is handed over until somebody has read it again, and answers that have changed; it may go live so."""
    procedures: int = 0
    facts: int = 0
    examples: int = 0
    conversations: int = 0
    """Gold conversations played."""


def check(folder: Path, *, learn: bool = True, today: date | None = None) -> Checked:
    """`learn`: train meaning, too, which takes seconds where this content is new. Raises `OSError` if the disk does."""
    with files_read_once():
        return _checked(folder, learn=learn, today=today or caller_day())


def _checked(folder: Path, *, learn: bool, today: date) -> Checked:
    problems = layout_problems(folder)
    if problems:
        # What is missing would be told again as a mistake of every file that needs it.
        absent = {problem.file for problem in problems}
        problems += [one for one in _file_problems(folder) if one.file not in absent]
    else:
        problems = _file_problems(folder)
    if problems:
        return Checked(problems=tuple(sorted(set(problems))))
    content = Content.load(folder)
    sheets = read_sheets(folder / "procedures")
    gold = load_gold(folder / "gold")
    played = play_all(content, sheets, gold, load_answers(folder / ANSWERS))
    if learn and not played.problems:
        load_interpreter(folder, content.catalogue)
    procedures = content.catalogue.procedures()
    stale = stale_facts(sheets, Sources.load(folder / FILE), today)
    return Checked(
        problems=played.problems,
        warnings=(*stale, *played.excused, *played.changed),
        procedures=len(procedures),
        facts=sum(len(procedure.facts) for procedure in procedures),
        examples=len(load_training_data(folder / "nlu.yml", load_domain(folder / "domain.yml")).examples),
        conversations=len(gold),
    )


class _AnySentence:
    """Where responses.yml cannot be read, flows are not blamed for it."""

    def __contains__(self, name: object) -> bool:
        return True


def _file_problems(folder: Path) -> list[Problem]:
    return [
        *_dialog_problems(folder),
        *_meaning_problems(folder),
        *_found("procedures/", read_sheets, folder / "procedures"),
        *_found("", Sources.load, folder / FILE),
        *_found("gold/", load_gold, folder / "gold"),
        *_found(f"{ANSWERS}/", load_answers, folder / ANSWERS),
        *_found("places/", load_places, folder),
        *_markup(folder),
    ]


def _markup(folder: Path) -> Iterator[Problem]:
    """Where what is said, and the names by which callers are understood, are written."""
    for file in (folder / "responses.yml", folder / "ambiguities.yml"):
        yield from problems_of(markup_problems(file))
    for file in sorted((folder / "procedures").glob("*.yml")):
        yield from problems_of(markup_problems(file), "procedures/")


def _dialog_problems(folder: Path) -> list[Problem]:
    mistakes = Mistakes()
    responses = mistakes.attempt(read_yaml, folder / "responses.yml", mistakes)
    if responses is not None:
        mistakes.attempt(read_responses, responses)
    flows = mistakes.attempt(read_yaml, folder / "flows.yml", mistakes)
    if flows is not None:
        mistakes.attempt(read_flows, flows, entries(responses, "responses") if responses else _AnySentence())
    thresholds = mistakes.attempt(read_yaml, folder / "thresholds.yml", mistakes)
    if thresholds is not None:
        mistakes.attempt(read_thresholds, thresholds)
    return problems_of(mistakes.found)


def _meaning_problems(folder: Path) -> list[Problem]:
    mistakes = Mistakes()
    domain = mistakes.attempt(load_domain, folder / "domain.yml")
    examples = Mistakes()
    examples.attempt(load_training_data, folder / "nlu.yml", domain or Domain(intents=LABELS, entities=()))
    # What a wrong domain.yml lets the examples lack is no mistake of theirs.
    mistakes.found += [one for one in examples.found if domain is not None or "domain.yml" not in one.problem]
    mistakes.attempt(load_ambiguities, folder / "ambiguities.yml", {})
    catalogue = Mistakes()
    catalogue.attempt(load_names, folder / "catalogue" / "names.tsv.gz")
    catalogue.attempt(load_colloquial, folder / "catalogue" / "colloquial.tsv")
    catalogue.attempt(load_others, folder / "catalogue" / "others.tsv")
    return [*problems_of(mistakes.found), *problems_of(catalogue.found, "catalogue/")]


def _found(where: str, reading: Callable[[Path], object], folder: Path) -> list[Problem]:
    try:
        reading(folder)
    except Mistake as mistake:
        return problems_of((mistake, *mistake.others), where)
    return []

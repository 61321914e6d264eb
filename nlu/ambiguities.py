"""Ways of speaking that fit several procedures (`ambiguities.yml`): only a question can decide."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from contracts.mistakes import Mistakes
from contracts.numbers import parse_cardinal
from contracts.syllables import fold_text, syllables, tokens
from nlu.errors import TrainingDataError
from nlu.yaml_nodes import Node, load_nodes

_AGE = "tuổi"
_AGE_WORDS = 3
"""Of an age below a hundred: "hai mươi lăm tuổi"."""
OLDEST = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    code: str
    first: int
    last: int
    """Years; both belong to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguity:
    phrases: tuple[str, ...]
    codes: tuple[str, ...]
    """Procedure codes, the likeliest first."""
    cues: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Code and words that decide for it when they stand anywhere in the sentence."""
    ages: tuple[Ages, ...] = ()
    """Where no cue decides: whose it is by the age that is said."""
    otherwise: str | None = None
    """Where that does not decide either: the code that is meant when nothing more is said; None: it stays open."""

    def decided(self, text: str) -> str | None:
        """The one code that `text` decides for; None if none or more than one."""
        exact, folded = f" {_plain(text)} ", f" {fold_text(text)} "
        longest = {
            code: max((len(cue) for cue in cues if _stands(cue, exact, folded)), default=0) for code, cues in self.cues
        }
        found = sorted((length, code) for code, length in longest.items() if length)
        if not found:
            age = said_age(text)
            return next((ages.code for ages in self.ages if ages.first <= age <= ages.last), self.otherwise)
        return None if len(found) > 1 and found[-1][0] == found[-2][0] else found[-1][1]


def _stands(cue: str, exact: str, folded: str) -> bool:
    """One syllable alone must be the very one: folded, "hồ" (hồ sơ) would be "hộ", and "thì" would be "thi"."""
    alone = len(tokens(cue)) == 1
    return f" {_plain(cue)} " in exact if alone else f" {fold_text(cue)} " in folded


def _plain(text: str) -> str:
    return " ".join(syllables(text))


def said_age(text: str) -> int:
    """The age in "con tôi mười hai tuổi": 12; -1 if none is said."""
    words = syllables(text)
    at = words.index(_AGE) if _AGE in words else 0
    for start in range(max(0, at - _AGE_WORDS), at):
        age = parse_cardinal(words[start:at])
        if age is not None and age <= OLDEST:
            return age
    return -1


def load_ambiguities(path: Path, same: Mapping[str, str]) -> list[Ambiguity]:
    """`same`: see `Targets.same`. Unknown codes are dropped, and with them what is then no longer ambiguous.

    Raises `TrainingDataError`, one for each mistake.
    """
    kept: list[Ambiguity] = []
    for item in _load(path):
        codes = tuple(dict.fromkeys(same[code] for code in item.codes if code in same))
        if len(codes) > 1:
            cues = tuple((same[code], words) for code, words in item.cues if code in same)
            ages = tuple(replace(one, code=same[one.code]) for one in item.ages if one.code in same)
            otherwise = same.get(item.otherwise or "")
            kept.append(replace(item, codes=codes, cues=cues, ages=ages, otherwise=otherwise))
    return kept


def _load(path: Path) -> list[Ambiguity]:
    found: list[Ambiguity] = []
    mistakes = Mistakes()

    def read() -> None:
        for key, node in load_nodes(path).items():
            if key == "version":
                if node.text() != "1":
                    mistakes.add(node.fail(f"phiên bản không hỗ trợ: {node.text()}"))
            elif key == "ambiguities":
                for item in node.elements():
                    ambiguity = mistakes.attempt(_read, item)
                    found.extend([ambiguity] if ambiguity else [])
            else:
                mistakes.add(node.fail(f"khóa không hỗ trợ: {key}"))

    mistakes.attempt(read)
    if not found and not mistakes.found:
        mistakes.add(TrainingDataError(path.name, 1, "thiếu khóa: ambiguities"))
    mistakes.raise_any()
    return found


def _read(item: Node) -> Ambiguity:
    found = Ambiguity(phrases=(), codes=())
    for key, node in item.items():
        if key == "phrases":
            found = replace(found, phrases=_texts(node))
        elif key == "codes":
            found = replace(found, codes=_texts(node))
        elif key == "cues":
            cues = tuple((_one_of(found.codes, code, words), _texts(words)) for code, words in node.items())
            found = replace(found, cues=cues)
        elif key == "ages":
            found = replace(found, ages=tuple(_ages(_one_of(found.codes, code, at), at) for code, at in node.items()))
        elif key == "otherwise":
            found = replace(found, otherwise=_one_of(found.codes, node.text(), node))
        else:
            raise node.fail(f"khóa không hỗ trợ: {key}")
    if not found.phrases or len(found.codes) < 2:
        raise item.fail("cần phrases và ít nhất hai codes (viết trước cues)")
    return found


def _texts(node: Node) -> tuple[str, ...]:
    return tuple(value.text() for value in node.elements())


def _one_of(codes: tuple[str, ...], code: str, node: Node) -> str:
    if code not in codes:
        raise node.fail(f"mã không nằm trong codes: {code}")
    return code


def _ages(code: str, node: Node) -> Ages:
    years = _texts(node)
    if len(years) != 2 or not all(year.isdecimal() for year in years) or int(years[0]) > int(years[1]):
        raise node.fail("ages cần hai số tuổi: từ, đến")
    return Ages(code=code, first=int(years[0]), last=int(years[1]))

"""Ways of speaking that fit several procedures (`ambiguities.yml`): only a question can decide."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from contracts.mistakes import Mistakes
from contracts.syllables import canonical, fold_text, tokens
from nlu.errors import TrainingDataError
from nlu.yaml_nodes import Node, load_nodes


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguity:
    phrases: tuple[str, ...]
    codes: tuple[str, ...]
    """Procedure codes, the likeliest first."""
    cues: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Code and words that decide for it when they stand anywhere in the sentence."""

    def decided(self, text: str) -> str | None:
        """The one code whose cues stand in `text`; None if none or more than one."""
        exact, folded = f" {_plain(text)} ", f" {fold_text(text)} "
        longest = {
            code: max((len(cue) for cue in cues if _stands(cue, exact, folded)), default=0) for code, cues in self.cues
        }
        found = sorted((length, code) for code, length in longest.items() if length)
        if not found or (len(found) > 1 and found[-1][0] == found[-2][0]):
            return None
        return found[-1][1]


def _stands(cue: str, exact: str, folded: str) -> bool:
    """One syllable alone must be the very one: folded, "hồ" (hồ sơ) would be "hộ", and "thì" would be "thi"."""
    alone = len(tokens(cue)) == 1
    return f" {_plain(cue)} " in exact if alone else f" {fold_text(cue)} " in folded


def _plain(text: str) -> str:
    return " ".join(map(canonical, tokens(text)))


def load_ambiguities(path: Path, same: Mapping[str, str]) -> list[Ambiguity]:
    """`same`: see `Targets.same`. Unknown codes are dropped, and with them what is then no longer ambiguous.

    Raises `TrainingDataError`, one for each mistake.
    """
    kept: list[Ambiguity] = []
    for item in _load(path):
        codes = tuple(dict.fromkeys(same[code] for code in item.codes if code in same))
        if len(codes) > 1:
            cues = tuple((same[code], words) for code, words in item.cues if code in same)
            kept.append(Ambiguity(phrases=item.phrases, codes=codes, cues=cues))
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
    phrases: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    cues: list[tuple[str, tuple[str, ...]]] = []
    for key, node in item.items():
        if key == "phrases":
            phrases = tuple(value.text() for value in node.elements())
        elif key == "codes":
            codes = tuple(value.text() for value in node.elements())
        elif key == "cues":
            for code, words in node.items():
                if code not in codes:
                    raise words.fail(f"mã không nằm trong codes: {code}")
                cues.append((code, tuple(value.text() for value in words.elements())))
        else:
            raise node.fail(f"khóa không hỗ trợ: {key}")
    if not phrases or len(codes) < 2:
        raise item.fail("cần phrases và ít nhất hai codes (viết trước cues)")
    return Ambiguity(phrases=phrases, codes=codes, cues=tuple(cues))

"""From a caller's words to procedures: phonetic alignment and a word index over every name and alias."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
import numpy.typing as npt

from contracts.meaning import Candidate
from contracts.syllables import canonical, tokens
from nlu.alignment import NameTable, align, matched_span
from nlu.ambiguities import Ambiguity
from nlu.inverted_index import InvertedIndex
from nlu.link_targets import LinkTarget, name_key
from nlu.sounds import Floats, Sounds

MAX_NAME_SYLLABLES = 14
"""Longer official names are cut for alignment: nobody says them to the end."""
EVERYDAY_SYLLABLES = 9
MAX_SYLLABLES = 60
"""Of an utterance; the rest is not looked at."""
MIN_QUALITY = 0.58
SHORT_NAME_QUALITY = 0.8
"""Least quality for names of one or two syllables: they sound like anything."""
FAMILY_QUALITY = 0.7
"""Least quality for what stands for several procedures: a caller who meant none of them is not given a choice."""
CATALOGUE_CANDIDATES = 16
TOP = 5
FRAME_SHARE = 3.0
"""How much more a word in the frames lowers a syllable's weight than the same share of the names does."""
ALIGNED_SHARE = 0.8
"""Of a name's quality that alignment decides; the word index decides the rest."""
SHARPNESS = 4.0
"""How much faster than its length a badly matched name loses against a shorter well matched one."""
DECIDING = frozenset("lại đổi mất hạn xóa tách lần đầu chấm dứt ngừng ngoài".split())
DECIDING_WEIGHT = 2.5
"""Least weight of a syllable that tells one procedure of a family from the others."""
_CUTS = (" đối với ", " trong trường hợp ", " trường hợp ", " bằng dịch vụ công", " thực hiện ", " tại ", " cho ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """One way to name one procedure, or one ambiguity."""

    text: str
    syllables: tuple[str, ...]
    code: str
    """Empty for an ambiguity."""
    ambiguity: int = -1
    everyday: bool = True
    """Always compared; others only if the word index proposes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    candidates: tuple[Candidate, ...] = ()
    ambiguous: tuple[str, ...] = ()
    quality: float = 0.0
    """Of the best match, 0–1."""
    margin: float = 0.0
    """How far the best is ahead of the next procedure, 0–1."""
    span: tuple[int, int] | None = None
    """Syllables of the utterance that name the procedure: first, past the last."""

    @property
    def code(self) -> str | None:
        """The procedure, if there is exactly one to act on."""
        return self.candidates[0].procedure_code if self.candidates and not self.ambiguous else None


NO_LINK = Link()


class Linker:
    """`frames`: what is said around procedure names ("cần giấy tờ gì"); their words weigh little inside a name."""

    def __init__(
        self, targets: Sequence[LinkTarget], ambiguities: Sequence[Ambiguity] = (), frames: Iterable[str] = ()
    ) -> None:
        self.targets = {target.code: target for target in targets}
        self._ambiguities = tuple(ambiguities)
        self._surfaces = _surfaces(targets, ambiguities)
        names = [surface.syllables for surface in self._surfaces]
        self._sounds = Sounds(sorted({syllable for name in names for syllable in name}))
        self._index = InvertedIndex(names)
        self._table = self._name_table(names, [tokens(frame) for frame in frames])
        self._mass = self._table.mass
        short = [len(name) <= 2 for name in names]
        family = [surface.ambiguity >= 0 for surface in self._surfaces]
        self._least = np.where(short, SHORT_NAME_QUALITY, np.where(family, FAMILY_QUALITY, MIN_QUALITY))
        self._everyday = np.array([surface.everyday for surface in self._surfaces], dtype=bool)

    def link(self, text: str) -> Link:
        """What procedure `text` names, if any. Never raises; unknown words cost nothing."""
        words = tokens(text)[:MAX_SYLLABLES]
        if not words or not self._surfaces:
            return NO_LINK
        likeness = self._sounds.alike(words)
        coverage, weight = self._index.coverage(words)
        chosen = self._chosen(coverage, weight)
        aligned = align(self._table.rows(chosen), likeness)
        quality = ALIGNED_SHARE * aligned + (1 - ALIGNED_SHARE) * coverage[chosen]
        evidence = self._mass[chosen] * quality**SHARPNESS
        order = [int(at) for at in np.argsort(-evidence, kind="stable") if quality[at] >= self._least[chosen[at]]]
        if not order:
            return NO_LINK
        best = self._surfaces[int(chosen[order[0]])]
        ranked = [(self._surfaces[int(chosen[at])], float(quality[at]), float(evidence[at])) for at in order]
        return self._result(text, ranked, self._span(int(chosen[order[0]]), likeness), best)

    def _result(
        self, text: str, ranked: list[tuple[Surface, float, float]], span: tuple[int, int], best: Surface
    ) -> Link:
        ambiguous: tuple[str, ...] = ()
        decided: str | None = None
        if best.ambiguity >= 0:
            family = self._ambiguities[best.ambiguity]
            decided = family.decided(text)
            ambiguous = () if decided else family.codes
        top = ranked[0][2]
        scores: dict[str, tuple[float, str]] = {}
        for code in ambiguous or ((decided,) if decided else ()):
            scores[code] = ranked[0][1], best.text
        for surface, quality, evidence in ranked:
            if surface.code:
                scores.setdefault(surface.code, (quality * min(evidence / top, 1.0), surface.text))
        listed = sorted(scores.items(), key=lambda item: -item[1][0])[: max(TOP, len(ambiguous))]
        candidates = tuple(
            Candidate(procedure_code=code, name=self.targets[code].name, score=round(score, 4), matched=matched)
            for code, (score, matched) in listed
        )
        first = listed[0][1][0] if listed else 0.0
        second = listed[1][1][0] if len(listed) > 1 else 0.0
        return Link(
            candidates=candidates,
            ambiguous=ambiguous,
            quality=ranked[0][1],
            margin=max(first - second, 0.0) / first if first else 0.0,
            span=span,
        )

    def _chosen(self, coverage: npt.NDArray[np.float64], weight: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
        everyday = np.flatnonzero(self._everyday)
        proposal = np.where(self._everyday, 0.0, coverage * weight)
        best = np.argsort(-proposal, kind="stable")[:CATALOGUE_CANDIDATES]
        return np.concatenate([everyday, best[proposal[best] > 0]])

    def _span(self, at: int, likeness: Floats) -> tuple[int, int]:
        length = min(len(self._surfaces[at].syllables), MAX_NAME_SYLLABLES)
        numbers = [int(number) for number in self._table.syllables[at, :length]]
        weights = [float(weight) for weight in self._table.weights[at, :length]]
        return matched_span(numbers, weights, likeness)

    def _name_table(self, names: Sequence[Sequence[str]], frames: Sequence[Sequence[str]]) -> NameTable:
        found = Counter(syllable for name in names for syllable in set(name))
        framed = Counter(canonical(word) for frame in frames for word in set(frame))
        for syllable in found:
            found[syllable] += round(FRAME_SHARE * framed[syllable] * len(names) / max(len(frames), 1))
        weight = {syllable: log(1 + len(names) / count) for syllable, count in found.items()}
        for syllable in DECIDING & weight.keys():
            weight[syllable] = max(weight[syllable], DECIDING_WEIGHT)
        longest = min(max((len(name) for name in names), default=1), MAX_NAME_SYLLABLES)
        syllables = np.full((len(names), longest), -1, dtype=np.int32)
        weights = np.zeros((len(names), longest), dtype=np.float32)
        for row, name in enumerate(names):
            for column, syllable in enumerate(name[:longest]):
                syllables[row, column] = self._sounds.number[syllable]
                weights[row, column] = weight[syllable]
        return NameTable(syllables, weights)


def _surfaces(targets: Sequence[LinkTarget], ambiguities: Sequence[Ambiguity]) -> list[Surface]:
    """Every name once: an ambiguous phrase wins over an alias, an answered procedure over a mere name."""
    surfaces: dict[str, Surface] = {}
    for number, family in enumerate(ambiguities):
        for phrase in family.phrases:
            surfaces.setdefault(name_key(phrase), _surface(phrase, "", number, True))
    heads = Counter(head for target in targets if not target.answered and (head := _head(target.name)))
    for target in targets:
        for name in target.names:
            everyday = target.answered or (len(tokens(name)) <= EVERYDAY_SYLLABLES and name in target.aliases)
            surfaces.setdefault(name_key(name), _surface(name, target.code, -1, everyday))
    for target in targets:
        head = _head(target.name)
        if head and not target.answered and heads[head] == 1:
            surfaces.setdefault(name_key(head), _surface(head, target.code, -1, False))
    return [surface for surface in surfaces.values() if surface.syllables]


def _surface(text: str, code: str, ambiguity: int, everyday: bool) -> Surface:
    syllables = tuple(canonical(word) for word in tokens(text))
    return Surface(text=text, syllables=syllables, code=code, ambiguity=ambiguity, everyday=everyday)


def _head(name: str) -> str:
    """The part of a long official name that a caller would say; empty if there is no shorter one."""
    lowered = name.lower()
    at = min((place for cut in _CUTS if (place := lowered.find(cut)) > 0), default=-1)
    head = name[:at].strip() if at > 0 else ""
    return head if len(head.split()) >= 4 else ""

"""From a caller's words to procedures: phonetic alignment and a word index over every name and alias."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log

import numpy as np
import numpy.typing as npt

from contracts.meaning import Candidate
from contracts.syllables import canonical, tokens
from nlu.alignment import NameTable, align, matched_span
from nlu.ambiguities import Ambiguity
from nlu.inverted_index import InvertedIndex
from nlu.link_targets import LinkTarget
from nlu.sounds import Floats, Sounds
from nlu.surfaces import Surface, surfaces_of

MAX_NAME_SYLLABLES = 14
"""Longer official names are cut for alignment: nobody says them to the end."""
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
SEVERAL_AHEAD = 1.5
"""How much more of one official name than of the next must be said before it is the one of several that is meant."""
LONGER_QUALITY = 0.85
"""Least quality of a name that stands around a family's phrase and wins over it."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ranked:
    at: int
    """Among the surfaces."""
    surface: Surface
    quality: float
    evidence: float


class Linker:
    """`frames`: what is said around procedure names ("cần giấy tờ gì"); their words weigh little inside a name."""

    def __init__(
        self, targets: Sequence[LinkTarget], ambiguities: Sequence[Ambiguity] = (), frames: Iterable[str] = ()
    ) -> None:
        self.targets = {target.code: target for target in targets}
        self._ambiguities = tuple(ambiguities)
        self._surfaces = surfaces_of(targets, ambiguities)
        self._whole = {
            surface.code: at
            for at, surface in sorted(enumerate(self._surfaces), key=lambda item: len(item[1].syllables))
            if surface.code
        }
        """Where the longest name of each code is."""
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
        ranked = [
            _Ranked(
                at=int(chosen[at]),
                surface=self._surfaces[int(chosen[at])],
                quality=float(quality[at]),
                evidence=float(evidence[at]),
            )
            for at in order
        ]
        ranked = self._longest_first(ranked, likeness)
        return self._result(text, ranked, self._span(ranked[0].at, likeness), coverage)

    def _longest_first(self, ranked: list[_Ranked], likeness: Floats) -> list[_Ranked]:
        """A family's phrase within a longer name does not lead: "bằng lái xe" in "bằng lái xe quốc tế".

        Nor does any procedure within a matter of others ("đăng ký nghĩa vụ" in "khám nghĩa vụ"); else those come last.
        """
        last = [one for one in ranked if one.surface.last_resort]
        ranked = [one for one in ranked if not one.surface.last_resort] or ranked
        best = ranked[0]
        start, end = self._span(best.at, likeness)
        longer = ranked[1 : 1 + TOP] if best.surface.ambiguity >= 0 else []
        for one in (*last[:TOP], *longer):
            if one is not best and one.surface.ambiguity < 0 and one.quality >= LONGER_QUALITY:
                first, past = self._span(one.at, likeness)
                around = first <= start and end <= past
                if around and (past - first > end - start or one.quality > best.quality):
                    first_of_all = replace(one, quality=max(one.quality, best.quality), evidence=best.evidence)
                    return [first_of_all, *(other for other in ranked if other is not one)]
        return ranked

    def _result(
        self, text: str, ranked: list[_Ranked], span: tuple[int, int], coverage: npt.NDArray[np.float64]
    ) -> Link:
        best = ranked[0]
        leading, ambiguous = self._leading(best.surface, text, coverage)
        scores = dict.fromkeys(leading, (best.quality, best.surface.text))
        for one in ranked:
            if one.surface.code and one.surface.code not in best.surface.several:
                score = one.quality * min(one.evidence / best.evidence, 1.0)
                scores.setdefault(one.surface.code, (score, one.surface.text))
        listed = sorted(scores.items(), key=lambda item: -item[1][0])[: max(TOP, len(ambiguous))]
        candidates = tuple(
            Candidate(
                procedure_code=code,
                name=leading.get(code) or self._spoken(code, matched),
                score=round(score, 4),
                matched=matched,
            )
            for code, (score, matched) in listed
        )
        first = listed[0][1][0] if listed else 0.0
        second = listed[1][1][0] if len(listed) > 1 else 0.0
        return Link(
            candidates=candidates,
            ambiguous=ambiguous,
            quality=best.quality,
            margin=max(first - second, 0.0) / first if first else 0.0,
            span=span,
        )

    def _leading(
        self, surface: Surface, text: str, coverage: npt.NDArray[np.float64]
    ) -> tuple[Mapping[str, str], tuple[str, ...]]:
        """Codes that a family or a common beginning stands for, with their names; and those that stay ambiguous."""
        if surface.several:
            code, name = self._of_several(surface, coverage)
            return {code: name}, ()
        if surface.ambiguity < 0:
            return {}, ()
        family = self._ambiguities[surface.ambiguity]
        if decided := family.decided(text):
            return {decided: self.targets[decided].name}, ()
        return {code: self.targets[code].name for code in family.codes}, family.codes

    def _of_several(self, surface: Surface, coverage: npt.NDArray[np.float64]) -> tuple[str, str]:
        """The code of whose name most is said, and its name; what all of them are called if none stands out."""
        covered = sorted(((float(coverage[self._whole[code]]), code) for code in surface.several), reverse=True)
        (most, code), (next_most, _) = covered[:2]
        return code, self._spoken(code, surface.text) if most >= SEVERAL_AHEAD * next_most else surface.text

    def _spoken(self, code: str, matched: str) -> str:
        """The name; of an official one that nobody would listen to, the part that the caller said."""
        name = self.targets[code].name
        length = len(name.split())
        return name if length <= MAX_NAME_SYLLABLES or length <= len(matched.split()) else matched

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

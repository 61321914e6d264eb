"""What the search leans towards, by what the dialog expects."""

from functools import lru_cache

from asr.ctc.lm import LanguageModel, build_lm
from asr.ctc.mixture import Mixture
from asr.ctc.number_lines import number_lines
from asr.ctc.prefix_beam import Scorer
from contracts.expectation import Expecting

_DOMAIN = 0.7
"""Share of the domain's model. The rest is a uniform floor: with 0.9, words of other subjects were lost."""
_DOMAIN_BESIDE_PHRASES = 0.5
_PHRASES = 0.3

YES_NO_LINES = (
    "có", "không", "vâng", "dạ", "ừ", "được", "đồng ý", "không đồng ý", "dạ có", "dạ không", "dạ vâng", "dạ được",
    "đúng rồi", "dạ đúng rồi", "đúng", "không phải", "dạ không phải", "sai rồi", "chưa", "dạ chưa", "rồi", "dạ rồi",
    "thôi", "thôi không cần", "không cần đâu", "có chứ", "vâng đúng rồi", "vâng tôi đồng ý", "tôi không đồng ý",
    "ok", "ừ được", "cũng được",
)  # fmt: skip
"""Answers to a yes/no question."""


class Biasing:
    """Makes the language model of one recognition; models of phrases are kept for the next one."""

    def __init__(self, domain: LanguageModel | None) -> None:
        self._domain = domain

    def scorer(self, kind: Expecting, phrases: tuple[str, ...]) -> Scorer:
        expected = _expected(kind, phrases)
        if expected is None:
            return Mixture([(_DOMAIN, self._domain)] if self._domain else [])
        parts = [(_PHRASES, expected)]
        if self._domain is not None:
            parts.append((_DOMAIN_BESIDE_PHRASES, self._domain))
        return Mixture(parts)


@lru_cache(maxsize=64)
def _expected(kind: Expecting, phrases: tuple[str, ...]) -> LanguageModel | None:
    lines = list(phrases)
    if kind is Expecting.YES_NO:
        lines += YES_NO_LINES
    elif kind is Expecting.DIGITS:
        lines += number_lines(1000)
    return build_lm(lines) if lines else None

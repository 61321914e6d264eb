"""Several readings of one turn, weighed into one judgement."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from contracts.meaning import Candidate
from nlu.acceptance import Evidence
from nlu.linker import TOP
from nlu.reading import Reading

MAX_HYPOTHESES = 5
OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    reading: Reading
    confidence: float
    """The recogniser's, 0–1."""
    share: float
    """Of the list's whole confidence; all shares add up to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the hypotheses together say."""

    best: Reading
    """The likeliest hypothesis that agrees with the label."""
    label: str
    evidence: Evidence
    candidates: tuple[Candidate, ...]
    ambiguous: tuple[str, ...]


def judge(weighed: Sequence[Weighed], labels: Sequence[str], prior: npt.NDArray[np.float32] | None = None) -> Judgement:
    """`weighed`: at least one; `prior`: factors for the labels, where some are expected."""
    total = np.zeros(len(labels))
    for item in weighed:
        adjusted = item.reading.probabilities * (1.0 if prior is None else prior)
        total += item.share * adjusted / adjusted.sum()
    order = np.argsort(-total, kind="stable")
    top = int(order[0])
    agreeing = [item for item in weighed if int(item.reading.probabilities.argmax()) == top] or [weighed[0]]
    best = agreeing[0].reading
    candidates, same = _linked(weighed, best)
    link = best.link
    linked = best.linked
    out = list(labels).index(OUT_OF_SCOPE) if OUT_OF_SCOPE in labels else -1
    evidence = Evidence(
        confidence=min(sum(item.confidence for item in agreeing), 1.0),
        agreement=sum(item.share for item in weighed if int(item.reading.probabilities.argmax()) == top),
        intent=float(total[top]),
        margin=float(total[top] - (total[order[1]] if len(order) > 1 else 0.0)),
        out_of_scope=float(total[out]) if out >= 0 else 0.0,
        nearest=best.nearest,
        unknown=best.unknown,
        linked=linked,
        quality=link.quality if linked else 0.0,
        link_margin=1.0 if link.ambiguous else link.margin,
        same_link=same,
        from_context=False,
        asks=labels[top].startswith("ask_"),
        short=len(best.words) <= 2,
    )
    return Judgement(
        best=best,
        label=labels[top],
        evidence=evidence,
        candidates=candidates,
        ambiguous=link.ambiguous if linked else (),
    )


def _linked(weighed: Sequence[Weighed], best: Reading) -> tuple[tuple[Candidate, ...], float]:
    """Candidates with scores averaged over the hypotheses, and the share that agrees with the best reading."""
    scores: dict[str, float] = {}
    first: dict[str, Candidate] = {}
    same = 0.0
    for item in weighed:
        link = item.reading.link if item.reading.linked else None
        codes = link.ambiguous or (link.code,) if link else ()
        mine = best.link.ambiguous or (best.link.code,) if best.linked else ()
        same += item.share if codes == mine else 0.0
        for candidate in link.candidates if link else ():
            scores[candidate.procedure_code] = scores.get(candidate.procedure_code, 0.0) + item.share * candidate.score
            first.setdefault(candidate.procedure_code, candidate)
    if not best.linked:
        return (), same
    # The best reading decides who leads; the others only shift the scores behind it.
    lead = set(best.link.ambiguous or (best.link.code,))
    ranked = sorted(scores, key=lambda code: (code not in lead, -scores[code]))[: max(TOP, len(lead))]
    return (
        tuple(
            Candidate(
                procedure_code=code,
                name=first[code].name,
                score=round(min(scores[code], 1.0), 4),
                matched=first[code].matched,
            )
            for code in ranked
        ),
        same,
    )

"""The probability that acting on a meaning is right, from everything that was uncertain on the way to it."""

from dataclasses import dataclass

from nlu.logistic import Logistic
from nlu.optimise import Bound

CERTAIN = 0.995
"""Nothing that was heard is more certain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All 0–1."""

    confidence: float
    """The recogniser's, of all its hypotheses that agree with the meaning's intent."""
    agreement: float
    """Share of the hypotheses' weight that gives the same intent."""
    intent: float
    """Probability of the label."""
    margin: float
    """Lead over the next label."""
    out_of_scope: float
    """Probability of that label."""
    nearest: float
    unknown: float
    linked: bool
    quality: float
    """Of the link; 0 if not linked."""
    link_margin: float
    same_link: float
    """Share of the hypotheses' weight that names the same procedure, or none."""
    from_context: bool
    asks: bool
    """A question, not a command."""
    short: bool
    """One or two words."""

    def features(self) -> tuple[float, ...]:
        linked, unlinked = float(self.linked), float(not self.linked)
        return (
            self.confidence,
            self.agreement,
            self.intent,
            self.margin,
            self.out_of_scope,
            self.nearest,
            self.unknown,
            linked,
            linked * self.quality,
            linked * self.quality**4,
            linked * self.link_margin,
            self.same_link,
            unlinked * self.nearest,
            unlinked * self.unknown * float(self.asks),
            float(self.asks),
            float(self.from_context),
            float(self.short),
        )


_MORE: Bound = (0.0, None)
_LESS: Bound = (None, 0.0)
_EITHER: Bound = (None, None)
BOUNDS: tuple[Bound, ...] = (
    *(_MORE, _MORE, _MORE, _MORE, _LESS, _MORE, _LESS),
    *(_EITHER, _MORE, _MORE, _MORE, _MORE, _MORE, _LESS),
    *(_EITHER, _EITHER, _EITHER),
)
"""Of the coefficients of `Evidence.features`: what speaks for a meaning may never lower its acceptance."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    model: Logistic

    def probability(self, evidence: Evidence) -> float:
        return min(self.model.probability(evidence.features()), CERTAIN)

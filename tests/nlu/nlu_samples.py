"""What the tests of meaning share: the content folder, and hypotheses as a recogniser would give them."""

from pathlib import Path

from contracts.heard import Hypothesis

CONTENT = Path(__file__).resolve().parents[2] / "config" / "content"


def said(*texts: str) -> list[Hypothesis]:
    """Hypotheses, the first twice as likely as the next."""
    weights = [2.0**-at for at in range(len(texts))]
    return [
        Hypothesis(text=text, confidence=0.95 * weight / sum(weights))
        for text, weight in zip(texts, weights, strict=True)
    ]

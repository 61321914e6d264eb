"""The interpreter trained from the repository's own content, and small helpers."""

from pathlib import Path

import pytest

from contracts.heard import Hypothesis
from contracts.paths import cache_dir
from nlu.embedded import EmbeddedInterpreter, start_embedded
from nlu.interpreter import Content
from procedures.catalogue import Catalogue

CONTENT = Path(__file__).resolve().parents[2] / "config" / "content"


@pytest.fixture(scope="session")
def content() -> Content:
    procedures = Catalogue.load(CONTENT / "procedures").procedures()
    return Content(folder=CONTENT, procedures=procedures, cache=cache_dir() / "nlu")


@pytest.fixture(scope="session")
def interpreter(content: Content) -> EmbeddedInterpreter:
    return start_embedded(content)


def said(*texts: str) -> list[Hypothesis]:
    """Hypotheses, the first twice as likely as the next."""
    weights = [2.0**-at for at in range(len(texts))]
    return [
        Hypothesis(text=text, confidence=0.95 * weight / sum(weights))
        for text, weight in zip(texts, weights, strict=True)
    ]

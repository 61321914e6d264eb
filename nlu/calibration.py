"""Acceptance learnt from unseen sentences, as a recogniser would hand them over."""

import random
from collections.abc import Sequence
from difflib import SequenceMatcher

from contracts.syllables import fold, tokens
from nlu.acceptance import BOUNDS, Acceptance, Evidence
from nlu.evidence import OUT_OF_SCOPE, Judgement, Weighed, judge
from nlu.logistic import train_logistic
from nlu.noise import noisy
from nlu.reading import Reader
from nlu.rehearsal import Rehearsal, everyday_names
from nlu.training_data import Example

STEP = 2
"""One unseen sentence in so many is used."""
NOISE_RATE = 0.2
NOISY_WEIGHT = 0.6
OUTSIDE_WEIGHT = 0.5
"""Sentences that nobody can answer are a larger share of the training data than of calls."""
MISHEARD_WEIGHT = 0.4


class _Table:
    """What was made of each sentence, whether it was right, and how much that counts."""

    def __init__(self) -> None:
        self.rows: list[Evidence] = []
        self.right: list[bool] = []
        self.weights: list[float] = []

    def add(self, judgement: Judgement, right: bool, weight: float) -> None:
        self.rows.append(judgement.evidence)
        self.right.append(right)
        self.weights.append(weight)


def fit_acceptance(rehearsals: Sequence[Rehearsal], generator: random.Random) -> Acceptance:
    """Sentences come clean and noisy with their procedure renamed, with unknown things in its place, and misheard."""
    table = _Table()
    for rehearsal in rehearsals:
        names = everyday_names(rehearsal.reader.linker)
        words = sorted({word for example in rehearsal.examples for word in tokens(example.text)})
        strange = [word for word in words if fold(word) not in rehearsal.reader.known]
        for at, example in enumerate(rehearsal.examples[::STEP]):
            _add(table, at, example, rehearsal.reader, names, words, strange, generator)
    rows = [row.features() for row in table.rows]
    return Acceptance(train_logistic(rows, table.right, weights=table.weights, bounds=BOUNDS))


def _add(
    table: _Table,
    at: int,
    example: Example,
    reader: Reader,
    names: Sequence[tuple[str, str]],
    words: Sequence[str],
    strange: Sequence[str],
    generator: random.Random,
) -> None:
    code, name = generator.choice(names) if example.names_procedure else ("", "")
    text = " ".join(tokens(example.with_procedure(name)))
    outside = example.intent == OUT_OF_SCOPE
    weight = OUTSIDE_WEIGHT if outside else 1.0
    judgement = _hear(text, 0.0, reader, generator, words)
    table.add(judgement, _is_right(judgement, example, code), weight)
    if at % 2:
        judgement = _hear(text, NOISE_RATE, reader, generator, words)
        table.add(judgement, _is_right(judgement, example, code), weight * NOISY_WEIGHT)
    if outside:
        return
    if at % 4 == 0:
        # A fluent sentence that nobody said: only the recogniser's doubt shows it.
        doubt = generator.uniform(0.05, 0.5)
        weighed = [Weighed(reading=reader.read(text), confidence=doubt, share=1.0)]
        table.add(judge(weighed, reader.classifier.labels), False, MISHEARD_WEIGHT)
    if example.names_procedure and at % 3 == 0:
        # What is asked about is nothing that this hotline knows.
        unknown = example.with_procedure(" ".join(generator.sample(strange, 2)))
        table.add(_hear(unknown, 0.0, reader, generator, words), False, OUTSIDE_WEIGHT)


def _hear(text: str, rate: float, reader: Reader, generator: random.Random, vocabulary: Sequence[str]) -> Judgement:
    """As the recogniser would hand it over: up to three hypotheses whose confidence falls with the noise."""
    first = noisy(text, rate, generator, vocabulary)
    wrong = 1 - SequenceMatcher(None, text.split(), first.split()).ratio()
    texts = [first] if rate == 0 else [first, noisy(first, 0.1, generator, vocabulary)]
    sure = max(generator.uniform(0.7, 1.0) - wrong, 0.05)
    confidences = [sure] if len(texts) == 1 else [sure * 0.7, sure * 0.3]
    weighed = [
        Weighed(reading=reader.read(heard), confidence=confidence, share=confidence / sum(confidences))
        for heard, confidence in zip(texts, confidences, strict=True)
    ]
    return judge(weighed, reader.classifier.labels)


def _is_right(judgement: Judgement, example: Example, code: str) -> bool:
    if example.intent == OUT_OF_SCOPE or judgement.label != example.intent:
        return False
    if not example.names_procedure:
        return not judgement.candidates or not judgement.label.startswith("ask_")
    found = {candidate.procedure_code for candidate in judgement.candidates[:1]}
    return code in (judgement.ambiguous or found)

"""Training of the embedded interpreter: seconds on one core, the same result each time."""

import random
from collections.abc import Sequence

from contracts.syllables import fold, tokens
from nlu.acceptance import Acceptance, Evidence
from nlu.classifier import train_classifier
from nlu.completeness import (
    OPENERS,
    Completeness,
    Draft,
    split_prefixes,
    train_completeness,
    whole_endings,
    with_particles,
)
from nlu.evidence import OUT_OF_SCOPE, Judgement, Weighed, judge
from nlu.features import PLACE, FeatureSpace
from nlu.linker import Linker
from nlu.logistic import train_logistic
from nlu.model import Model
from nlu.neighbours import Neighbours
from nlu.noise import noisy
from nlu.reading import Reader
from nlu.training_data import Example, TrainingData

SEED = 20261
NOISY_COPIES = 2
NOISE_RATES = (0.1, 0.2, 0.3)
CALIBRATION_SHARE = 5
"""One example in so many is held out to calibrate acceptance."""
LOST_MENTION = 0.15
"""How often the linker may miss a mention, so that the frame keeps its words."""


def _frames(examples: Sequence[Example]) -> list[list[str]]:
    frames: list[list[str]] = []
    for example in examples:
        parts = example.with_procedure("\n").split("\n")
        words = tokens(parts[0])
        for part in parts[1:]:
            words += [PLACE, *tokens(part)]
        frames.append(words)
    return frames


def train_model(data: TrainingData, linker: Linker) -> Model:
    """Deterministic in `data` and the linker's names."""
    generator = random.Random(SEED)
    order = list(data.examples)
    generator.shuffle(order)
    held_out = order[::CALIBRATION_SHARE]
    kept = [example for at, example in enumerate(order) if at % CALIBRATION_SHARE]
    rehearsal = _train_reader(kept, linker, generator)
    acceptance = _calibrate(held_out, rehearsal, generator)
    reader = _train_reader(data.examples, linker, generator)
    return Model(
        space=reader.space,
        classifier=reader.classifier,
        neighbours=reader.neighbours,
        known=reader.known,
        acceptance=acceptance,
        completeness=fit_completeness(data.examples, reader, generator),
    )


def _train_reader(examples: Sequence[Example], linker: Linker, generator: random.Random) -> Reader:
    frames = _frames(examples)
    vocabulary = sorted({word for frame in frames for word in frame if word != PLACE})
    sentences: list[list[str]] = []
    labels: list[str] = []
    for example, frame in zip(examples, frames, strict=True):
        sentences.append(frame)
        for _ in range(NOISY_COPIES):
            rate = generator.choice(NOISE_RATES)
            lost = example.names_procedure and generator.random() < LOST_MENTION
            source = tokens(example.text) if lost else frame
            sentences.append(noisy(" ".join(source), rate, generator, vocabulary).split())
        labels += [example.intent] * (1 + NOISY_COPIES)
    space = FeatureSpace.fit(sentences)
    vectors = [space.vector(sentence) for sentence in sentences]
    size = len(space.weights)
    inside = [frame for example, frame in zip(examples, frames, strict=True) if example.intent != OUT_OF_SCOPE]
    return Reader(
        linker=linker,
        space=space,
        classifier=train_classifier(vectors, labels, size),
        neighbours=Neighbours.of([space.vector(frame) for frame in inside], size),
        known=frozenset(fold(word) for frame in inside for word in frame if word != PLACE),
    )


def _calibrate(examples: Sequence[Example], reader: Reader, generator: random.Random) -> Acceptance:
    """Acceptance learnt from sentences that the reader has not seen, clean and noisy, with their procedure renamed."""
    names = _names(reader.linker)
    vocabulary = sorted({word for example in examples for word in tokens(example.text)})
    rows: list[Evidence] = []
    right: list[bool] = []
    for example in examples:
        for rate in (0.0, 0.2):
            code, name = generator.choice(names) if example.names_procedure else ("", "")
            text = " ".join(tokens(example.with_procedure(name)))
            judgement = _hear(text, rate, reader, generator, vocabulary)
            rows.append(judgement.evidence)
            right.append(_is_right(judgement, example, code))
        if example.names_procedure and example.intent != OUT_OF_SCOPE:
            # What is asked about is nothing that this hotline knows.
            nonsense = " ".join(generator.sample(vocabulary, 2))
            judgement = _hear(example.with_procedure(nonsense), 0.0, reader, generator, vocabulary)
            rows.append(judgement.evidence)
            right.append(False)
    return Acceptance(train_logistic([row.features() for row in rows], right))


def _names(linker: Linker) -> list[tuple[str, str]]:
    """(code, name) pairs of procedures that people name in everyday words."""
    targets = [target for target in linker.targets.values() if target.answered] or list(linker.targets.values())
    return [(target.code, name) for target in targets for name in target.names if 2 <= len(tokens(name)) <= 8]


def _hear(text: str, rate: float, reader: Reader, generator: random.Random, vocabulary: Sequence[str]) -> Judgement:
    """As the recogniser would hand it over: up to three hypotheses whose confidence falls with the noise."""
    first = noisy(text, rate, generator, vocabulary)
    texts = [first] if rate == 0 else [first, noisy(first, 0.1, generator, vocabulary)]
    sure = generator.uniform(0.75, 1.0) if rate == 0 else generator.uniform(0.3, 0.95) * (1 - rate)
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


def fit_completeness(examples: Sequence[Example], reader: Reader, generator: random.Random) -> Completeness:
    """Whole sentences against all their proper beginnings."""
    drafts, whole, weights = completeness_drafts(examples, reader, generator)
    return train_completeness(drafts, whole, weights)


def completeness_drafts(
    examples: Sequence[Example], reader: Reader, generator: random.Random
) -> tuple[list[Draft], list[bool], list[float]]:
    frames = [tuple(frame) for frame in _frames(examples)]
    ended = [frame for frame, example in zip(frames, examples, strict=True) if example.intent not in OPENERS]
    wholes = frozenset(ended)
    endings = whole_endings(ended)
    drafts: list[Draft] = []
    whole: list[bool] = []
    weights: list[float] = []
    for frame, example in zip(frames, examples, strict=True):
        opener = example.intent in OPENERS
        begun = [part for part in split_prefixes(frame, wholes) if part[-3:] not in endings]
        items = [(frame, not opener), *((part, False) for part in begun)]
        if not opener:
            items.append((with_particles(frame, generator), True))
        for words, is_whole in items:
            drafts.append(draft_of(words, reader, 1.0 if PLACE in words else 0.0))
            whole.append(is_whole)
            weights.append(2.0 if is_whole else 1.0)
    return drafts, whole, weights


def draft_of(frame: Sequence[str], reader: Reader, quality: float) -> Draft:
    probabilities = reader.probabilities(frame)
    top = int(probabilities.argmax())
    return Draft(
        frame=tuple(frame),
        label=reader.classifier.labels[top],
        probability=float(probabilities[top]),
        quality=quality,
    )

"""Readers trained on part of the data, and the sentences they have not seen: what a caller's will be like."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from contracts.syllables import fold, tokens
from nlu.classifier import train_classifier
from nlu.evidence import OUT_OF_SCOPE
from nlu.features import PLACE, FeatureSpace
from nlu.linker import Linker
from nlu.neighbours import Neighbours
from nlu.noise import noisy
from nlu.reading import Reader
from nlu.training_data import Example

FOLDS = 3
REHEARSAL_ITERATIONS = 25
NOISE_RATES = (0.1, 0.2, 0.3)
LOST_MENTION = 0.15
"""How often the linker may miss a mention, so that the frame keeps its words."""


def example_frames(examples: Sequence[Example]) -> list[list[str]]:
    frames: list[list[str]] = []
    for example in examples:
        parts = example.with_procedure("\n").split("\n")
        words = tokens(parts[0])
        for part in parts[1:]:
            words += [PLACE, *tokens(part)]
        frames.append(words)
    return frames


def everyday_names(linker: Linker) -> list[tuple[str, str]]:
    """(code, name) pairs of procedures that people name in everyday words."""
    targets = [target for target in linker.targets.values() if target.answered] or list(linker.targets.values())
    return [(target.code, name) for target in targets for name in target.names if 2 <= len(tokens(name)) <= 8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """Sentences and a reader that has not seen them: what it makes of them is what it makes of a caller's."""

    examples: tuple[Example, ...]
    reader: Reader


def rehearse(examples: Sequence[Example], linker: Linker, generator: random.Random) -> list[Rehearsal]:
    order = list(examples)
    generator.shuffle(order)
    found: list[Rehearsal] = []
    for part in range(FOLDS):
        unseen = tuple(order[part::FOLDS])
        seen = [example for at, example in enumerate(order) if at % FOLDS != part]
        reader = train_reader(seen, linker, generator, iterations=REHEARSAL_ITERATIONS, copies=1)
        found.append(Rehearsal(examples=unseen, reader=reader))
    return found


def train_reader(
    examples: Sequence[Example], linker: Linker, generator: random.Random, *, iterations: int, copies: int
) -> Reader:
    frames = example_frames(examples)
    vocabulary = sorted({word for frame in frames for word in frame if word != PLACE})
    sentences: list[list[str]] = []
    labels: list[str] = []
    for example, frame in zip(examples, frames, strict=True):
        sentences.append(frame)
        for _ in range(copies):
            rate = generator.choice(NOISE_RATES)
            lost = example.names_procedure and generator.random() < LOST_MENTION
            source = tokens(example.text) if lost else frame
            sentences.append(noisy(" ".join(source), rate, generator, vocabulary).split())
        labels += [example.intent] * (1 + copies)
    space = FeatureSpace.fit(sentences)
    vectors = [space.vector(sentence) for sentence in sentences]
    size = len(space.weights)
    inside = [frame for example, frame in zip(examples, frames, strict=True) if example.intent != OUT_OF_SCOPE]
    return Reader(
        linker=linker,
        space=space,
        classifier=train_classifier(vectors, labels, size, iterations=iterations),
        neighbours=Neighbours.of([space.vector(frame) for frame in inside], size),
        known=frozenset(fold(word) for frame in inside for word in frame if word != PLACE),
    )

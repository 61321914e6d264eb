"""Whole sentences against their beginnings: training of `nlu.completeness`."""

import random
from collections.abc import Sequence

from contracts.syllables import tokens
from nlu.completeness import (
    OPENERS,
    Completeness,
    Draft,
    draft_of,
    known_wholes,
    split_prefixes,
    train_completeness,
    whole_endings,
    with_particles,
)
from nlu.features import PLACE
from nlu.reading import Reader
from nlu.rehearsal import Rehearsal, everyday_names, example_frames
from nlu.training_data import Example

WHOLE_WEIGHT = 1.6
MAX_BEGINNINGS = 6
"""Of one sentence."""
CUT_MENTIONS = 170
"""Per rehearsal."""
CUT_MENTION_WEIGHT = 3.0


def fit_completeness(rehearsals: Sequence[Rehearsal], generator: random.Random) -> Completeness:
    """Whole sentences against all their proper beginnings, each read by a reader that has not seen it."""
    ended = [
        tuple(frame)
        for rehearsal in rehearsals
        for frame, example in zip(example_frames(rehearsal.examples), rehearsal.examples, strict=True)
        if example.intent not in OPENERS
    ]
    # A bare mention is whole at times, but far more often the beginning of a question.
    wholes = frozenset(frame for frame in ended if frame[-1] != PLACE)
    endings = whole_endings(ended)
    drafts: list[Draft] = []
    whole: list[bool] = []
    weights: list[float] = []
    for rehearsal in rehearsals:
        for example, frame in zip(rehearsal.examples, example_frames(rehearsal.examples), strict=True):
            opener = example.intent in OPENERS
            begun = [part for part in split_prefixes(frame, wholes) if part[-3:] not in endings]
            begun = generator.sample(begun, min(len(begun), MAX_BEGINNINGS))
            polite = [] if opener else [with_particles(frame, generator)]
            drafts += [
                draft_of(words, rehearsal.reader, 1.0 if PLACE in words else 0.0)
                for words in (tuple(frame), *polite, *begun)
            ]
            whole += [not opener, *(True for _ in polite), *(False for _ in begun)]
            weights += [WHOLE_WEIGHT] * (1 + len(polite)) + [1.0] * len(begun)
        cut = _cut_mentions(rehearsal.examples, rehearsal.reader, generator)
        drafts += cut
        whole += [False] * len(cut)
        weights += [CUT_MENTION_WEIGHT] * len(cut)
    labelled = [
        (tuple(frame), example.intent)
        for rehearsal in rehearsals
        for frame, example in zip(example_frames(rehearsal.examples), rehearsal.examples, strict=True)
    ]
    return train_completeness(drafts, whole, weights, known_wholes(labelled))


def _cut_mentions(examples: Sequence[Example], reader: Reader, generator: random.Random) -> list[Draft]:
    """Sentences broken off inside the name of a procedure, as the linker sees them."""
    naming = [example for example in examples if example.names_procedure]
    names = everyday_names(reader.linker)
    drafts: list[Draft] = []
    for _ in range(min(CUT_MENTIONS, len(naming) * 4)):
        example, (_, name) = generator.choice(naming), generator.choice(names)
        before = tokens(example.text[: example.mentions[0].start])
        words = tokens(name)
        reading = reader.read(" ".join([*before, *words[: generator.randrange(1, len(words))]]))
        drafts.append(draft_of(reading.frame, reader, reading.link.quality if reading.linked else 0.0))
    return drafts

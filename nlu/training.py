"""Training of the embedded interpreter: seconds on one core, the same result each time."""

import random

from nlu.calibration import fit_acceptance
from nlu.completeness_training import fit_completeness
from nlu.linker import Linker
from nlu.model import Model
from nlu.rehearsal import rehearse, train_reader
from nlu.training_data import TrainingData

SEED = 20261
NOISY_COPIES = 2
"""Of each example, besides itself."""
ITERATIONS = 40


def train_model(data: TrainingData, linker: Linker) -> Model:
    """Deterministic in `data` and the linker's names."""
    generator = random.Random(SEED)
    rehearsals = rehearse(data.examples, linker, generator)
    reader = train_reader(data.examples, linker, generator, iterations=ITERATIONS, copies=NOISY_COPIES)
    return Model(
        space=reader.space,
        classifier=reader.classifier,
        neighbours=reader.neighbours,
        known=reader.known,
        acceptance=fit_acceptance(rehearsals, generator),
        completeness=fit_completeness(rehearsals, generator),
    )

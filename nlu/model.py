"""A trained model as one file: arrays and JSON, no code in it."""

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from contracts import syllables
from nlu.acceptance import Acceptance
from nlu.classifier import Classifier
from nlu.completeness import Completeness
from nlu.errors import ModelFileError
from nlu.features import FeatureSpace
from nlu.logistic import Logistic
from nlu.neighbours import Neighbours

_SOURCES = (*sorted(Path(__file__).parent.glob("*.py")), Path(syllables.__file__))
"""A model is only as old as the code that trains and reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    space: FeatureSpace
    classifier: Classifier
    neighbours: Neighbours
    known: frozenset[str]
    acceptance: Acceptance
    completeness: Completeness


def content_hash(parts: Iterable[str]) -> str:
    """Names the model that this code trains from these texts; 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for source in _SOURCES:
        digest.update(source.read_bytes())
    for part in parts:
        digest.update(b"\0" + part.encode())
    return digest.hexdigest()[:16]


def save_model(model: Model, path: Path) -> None:
    """Whole or not at all: written beside and renamed."""
    words = {
        "features": list(model.space.numbers),
        "labels": list(model.classifier.labels),
        "known": sorted(model.known),
        "drafts": list(model.completeness.numbers),
        "wholes": dict(model.completeness.wholes),
        "scalars": [model.acceptance.model.intercept, model.completeness.intercept],
    }
    arrays: dict[str, Any] = {
        "words": np.frombuffer(json.dumps(words, ensure_ascii=False).encode(), dtype=np.uint8),
        "weights": model.space.weights,
        "views": model.space.views,
        "coefficients": model.classifier.coefficients,
        "intercepts": model.classifier.intercepts,
        "starts": model.neighbours.starts,
        "numbers": model.neighbours.numbers,
        "values": model.neighbours.values,
        "acceptance": model.acceptance.model.weights,
        "completeness": model.completeness.weights,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def load_model(path: Path) -> Model:
    """Raises `ModelFileError` for a missing, cut or foreign file."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            arrays: dict[str, Any] = {name: file[name] for name in file.files}
        words = json.loads(bytes(arrays["words"]).decode())
        numbers = {feature: at for at, feature in enumerate(words["features"])}
        return Model(
            space=FeatureSpace(numbers, arrays["weights"], arrays["views"]),
            classifier=Classifier(tuple(words["labels"]), arrays["coefficients"], arrays["intercepts"]),
            neighbours=Neighbours(arrays["starts"], arrays["numbers"], arrays["values"], len(numbers)),
            known=frozenset(words["known"]),
            acceptance=Acceptance(Logistic(arrays["acceptance"], words["scalars"][0])),
            completeness=Completeness(
                {feature: at for at, feature in enumerate(words["drafts"])},
                arrays["completeness"],
                words["scalars"][1],
                words["wholes"],
            ),
        )
    except (OSError, ValueError, KeyError, EOFError, IndexError, zipfile.BadZipFile) as error:
        raise ModelFileError(f"{path.name}: không đọc được: {type(error).__name__}") from error

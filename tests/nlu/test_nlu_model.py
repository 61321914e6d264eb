from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from nlu_samples import CONTENT, said

from nlu.embedded import EmbeddedInterpreter, load_content, start_embedded
from nlu.errors import EngineError, ModelFileError, TrainingDataError
from nlu.interpreter import Content, Context, start_interpreter
from nlu.lm_lines import content_lines
from nlu.model import load_model, save_model
from nlu.training import train_model
from nlu.training_data import TrainingData


def few(data: TrainingData) -> TrainingData:
    return replace(data, examples=data.examples[::6])


def test_training_is_deterministic(content: Content) -> None:
    data, linker, _, _ = load_content(content)
    one, other = train_model(few(data), linker), train_model(few(data), linker)
    assert np.array_equal(one.classifier.coefficients, other.classifier.coefficients)
    assert np.array_equal(one.acceptance.model.weights, other.acceptance.model.weights)
    assert np.array_equal(one.completeness.weights, other.completeness.weights)
    assert one.space.numbers == other.space.numbers


def test_a_stored_model_understands_the_same(interpreter: EmbeddedInterpreter, tmp_path: Path) -> None:
    path = tmp_path / "models" / "one.npz"
    save_model(interpreter.model, path)
    again = EmbeddedInterpreter(load_model(path), interpreter.linker)
    for text in ("làm hộ chiếu mất bao lâu", "nhắc lại đi", "mai trời có mưa không"):
        assert again.understand(said(text), Context()) == interpreter.understand(said(text), Context())
        assert again.completeness(text) == interpreter.completeness(text)
    assert [file.name for file in path.parent.iterdir()] == ["one.npz"]


@pytest.mark.parametrize("damage", [b"", b"not a model", b"PK\x03\x04 cut"])
def test_a_damaged_model_is_refused(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "bad.npz"
    path.write_bytes(damage)
    with pytest.raises(ModelFileError, match=r"bad\.npz"):
        load_model(path)


def test_a_missing_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError):
        load_model(tmp_path / "none.npz")


def test_changed_content_is_another_model(content: Content) -> None:
    *_, digest = load_content(content)
    *_, other = load_content(replace(content, procedures=content.procedures[1:]))
    *_, same = load_content(content)
    assert digest == same != other


def test_a_started_interpreter_comes_from_the_cache(content: Content, interpreter: EmbeddedInterpreter) -> None:
    again = start_embedded(content)
    assert np.array_equal(again.model.classifier.coefficients, interpreter.model.classifier.coefficients)


def test_engines_are_known_by_name(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="embedded"):
        start_interpreter(CONTENT, (), engine="oracle")
    with pytest.raises(TrainingDataError):
        start_interpreter(tmp_path, ())


def test_language_model_lines_are_plain_and_repeatable(content: Content) -> None:
    lines = list(content_lines(CONTENT, content.procedures))
    assert lines == list(content_lines(CONTENT, content.procedures))
    assert len(set(lines)) > 5000
    assert {"phường láng hạ", "phường mỹ đình một", "còn ở tây hồ thì sao"} <= set(lines)
    assert all(line == line.lower() and "[" not in line and "  " not in line and line for line in lines)

"""The rewritten model against the one that it was made from, on made-up sound."""

from pathlib import Path

import numpy as np
import pytest
from asr_sounds import buzzing

from asr.models import PeopleModel
from asr.onnx_graph import OnnxGraph
from asr.people.acoustics import POSITIONS, Acoustics, Caches, Features
from asr.people.quicken import quicken


def log_posteriors(acoustics: Acoustics, pcm: bytes, outputs_before: int = 0) -> np.ndarray:
    features = Features(8000)
    features.feed(pcm)
    caches, found = Caches(outputs=outputs_before), list[np.ndarray]()
    while features.chunk_ready:
        ((posteriors, caches),) = acoustics.run([(features.take_chunk(), caches)])
        found.append(posteriors)
    return np.concatenate(found)


@pytest.mark.parametrize("seed", range(3))
def test_the_answers_stay(people_model: PeopleModel, seed: int) -> None:
    original = log_posteriors(Acoustics(people_model.onnx.with_name("model.onnx")), buzzing(2.5, seed))
    quick = log_posteriors(Acoustics(people_model.onnx), buzzing(2.5, seed))
    sure = original.max(axis=1) > np.log(0.6)
    assert sure.sum() > 20
    assert (original.argmax(axis=1) == quick.argmax(axis=1))[sure].all()
    assert np.median(np.abs(np.exp(original) - np.exp(quick)).max(axis=1)) < 0.05


def test_speech_beyond_the_table_of_positions_goes_on(people_model: PeopleModel) -> None:
    quick = Acoustics(people_model.onnx)
    late = log_posteriors(quick, buzzing(1.5), outputs_before=POSITIONS * 5)
    assert late.shape[0] == 30 and np.isfinite(late).all()


def test_only_what_is_known_is_rewritten(people_model: PeopleModel, tmp_path: Path) -> None:
    before, after = OnnxGraph(people_model.onnx.with_name("model.onnx")), OnnxGraph(people_model.onnx)
    convolutions = [sum(node.op_type == "Conv" for node in graph.nodes) for graph in (before, after)]
    assert convolutions == [38, 13], "12 depthwise ones and the first of the front end stay"
    again = tmp_path / "again.onnx"
    again.write_bytes(people_model.onnx.read_bytes())
    with pytest.raises(ValueError, match=r"again\.onnx: no pointwise layers found"):
        quicken(again)

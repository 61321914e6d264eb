import itertools
import math
from collections import defaultdict

import numpy as np
import pytest
from numpy.typing import NDArray

from asr.ctc.lm import build_lm
from asr.ctc.mixture import Mixture, Uniform
from asr.ctc.prefix_beam import BeamSettings, PrefixBeam, Scorer
from asr.ctc.vocabulary import make_vocabulary

VOCABULARY = make_vocabulary(["<blank>", "▁có", "▁không", "k"])
EXHAUSTIVE = BeamSettings(width=500, token_floor=-50, margin=200, lm_weight=0, word_bonus=0, posterior_scale=1)


def posteriors(frames: int, seed: int, peak: float = 1.5) -> NDArray[np.float32]:
    raw = np.random.default_rng(seed).normal(0, peak, (frames, 4)).astype(np.float32)
    return raw - np.log(np.exp(raw).sum(axis=1, keepdims=True))


def by_brute_force(logp: NDArray[np.float32]) -> dict[tuple[int, ...], float]:
    found: defaultdict[tuple[int, ...], float] = defaultdict(float)
    for path in itertools.product(range(4), repeat=len(logp)):
        collapsed = tuple(token for token, _ in itertools.groupby(path) if token)
        found[collapsed] += math.exp(sum(float(logp[at, token]) for at, token in enumerate(path)))
    return found


@pytest.mark.parametrize("seed", range(5))
def test_without_pruning_it_is_the_sum_over_all_paths(seed: int) -> None:
    logp = posteriors(5, seed)
    beam = PrefixBeam(VOCABULARY, Uniform(), EXHAUSTIVE)
    beam.advance(logp)
    expected = by_brute_force(logp)
    paths = beam.paths(500)
    assert len(paths) == len(expected)
    for path in paths:
        assert path.posterior == pytest.approx(expected[path.tokens], rel=1e-4)
    assert [path.score for path in paths] == sorted((path.score for path in paths), reverse=True)


@pytest.mark.parametrize("cut", [1, 3, 6])
def test_frames_may_come_in_parts(cut: int) -> None:
    logp = posteriors(8, 3)
    whole, parts = (PrefixBeam(VOCABULARY, Uniform(), BeamSettings()) for _ in range(2))
    whole.advance(logp)
    parts.advance(logp[:cut])
    parts.advance(logp[cut:])
    assert whole.paths(12) == parts.paths(12)


def test_a_copy_can_be_tried_to_its_end() -> None:
    logp = posteriors(9, 4)
    untouched, tried = (PrefixBeam(VOCABULARY, Uniform(), BeamSettings()) for _ in range(2))
    untouched.advance(logp[:4])
    tried.advance(logp[:4])
    tried.copy().advance(posteriors(6, 99))
    untouched.advance(logp[4:])
    tried.advance(logp[4:])
    assert untouched.paths(12) == tried.paths(12)


def test_the_language_model_decides_between_like_sounds() -> None:
    logp = np.log(np.array([[0.02, 0.48, 0.49, 0.01], [0.96, 0.01, 0.02, 0.01]], np.float32))
    leaning: Scorer = Mixture([(0.9, build_lm(["có"] * 5))])
    for scorer, expected in ((Uniform(), "không"), (leaning, "có")):
        beam = PrefixBeam(VOCABULARY, scorer, BeamSettings())
        beam.advance(logp)
        assert VOCABULARY.text(beam.best()) == expected


def test_pieces_join_to_words_in_one_spelling() -> None:
    vocabulary = make_vocabulary(["<blank>", "▁Hoá", "▁ph", "one", "<unk>", "▁"])
    assert vocabulary.text([1, 2, 3, 4, 5]) == "hóa phone"
    assert vocabulary.words([4, 2, 3, 1]) == [("phone", 1), ("hóa", 3)]

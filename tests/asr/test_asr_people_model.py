"""The real acoustic model on made-up sound: streams against whole, batches against single ones."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from asr_sounds import buzzing
from numpy.typing import NDArray

from asr.ctc.mixture import uniform
from asr.ctc.prefix_beam import BeamSettings
from asr.ctc.vocabulary import Vocabulary, read_vocabulary
from asr.errors import ModelMismatch
from asr.models import PeopleModel
from asr.people.acoustics import Acoustics, Caches, Features
from asr.people.stream import Stream, open_stream, results, step
from asr.people.upsampler import Upsampler


@pytest.fixture(scope="module")
def acoustics(people_model: PeopleModel) -> Acoustics:
    return Acoustics(people_model.onnx)


@pytest.fixture(scope="module")
def vocabulary(people_model: PeopleModel) -> Vocabulary:
    return read_vocabulary(people_model.vocabulary)


def make_stream(vocabulary: Vocabulary, rate_hz: int = 8000) -> Stream:
    return open_stream(rate_hz=rate_hz, vocabulary=vocabulary, scorer=uniform(), settings=BeamSettings())


def drain(acoustics: Acoustics, stream: Stream) -> None:
    while stream.features.chunk_ready:
        step(acoustics, [stream])


@pytest.mark.parametrize("piece_ms", [20, 70, 1300])
def test_streaming_equals_the_whole(acoustics: Acoustics, vocabulary: Vocabulary, piece_ms: int) -> None:
    pcm = buzzing(2.5)
    whole, stream = make_stream(vocabulary), make_stream(vocabulary)
    whole.features.feed(pcm)
    drain(acoustics, whole)
    for at in range(0, len(pcm), piece_ms * 16):
        stream.features.feed(pcm[at : at + piece_ms * 16])
        drain(acoustics, stream)
    (expected,), (found,) = results(acoustics, [whole]), results(acoustics, [stream])
    assert len([one for one in expected if one.text]) >= 9
    assert [one.text for one in found] == [one.text for one in expected]
    assert [one.confidence for one in found] == pytest.approx([one.confidence for one in expected], abs=1e-3)


def test_a_batch_equals_single_runs(acoustics: Acoustics) -> None:
    chunks: list[NDArray[np.float32]] = []
    for seed in range(3):
        features = Features(8000)
        features.feed(buzzing(0.6, seed))
        chunks.append(features.take_chunk())
    batch = [(chunk, Caches(outputs=10 * at)) for at, chunk in enumerate(chunks)]
    for (together, after), single in zip(acoustics.run(batch), batch, strict=True):
        ((alone, after_alone),) = acoustics.run([single])
        # int8 activations are quantised over the whole batch, so that rounding differs.
        best = alone.max(axis=1) > np.log(0.8)
        assert (together.argmax(axis=1) == alone.argmax(axis=1))[best].all()
        assert after.outputs == after_alone.outputs == single[1].outputs + 10


def test_feeding_goes_on_after_a_peek(acoustics: Acoustics, vocabulary: Vocabulary) -> None:
    pcm = buzzing(2.0)
    peeked, quiet = make_stream(vocabulary), make_stream(vocabulary)
    for at in range(0, len(pcm), 4000):
        for stream in (peeked, quiet):
            stream.features.feed(pcm[at : at + 4000])
            drain(acoustics, stream)
        results(acoustics, [peeked])
    assert results(acoustics, [peeked]) == results(acoustics, [quiet])


def test_loudness_does_not_matter(vocabulary: Vocabulary) -> None:
    loud, faint = Features(8000), Features(8000)
    pcm = buzzing(0.6)
    loud.feed(pcm)
    faint.feed((np.frombuffer(pcm, "<i2") // 20).astype("<i2").tobytes())
    # Rounding to 16 bits adds noise where there was little sound.
    assert np.median(np.abs(loud.take_chunk() - faint.take_chunk())) < 0.3


@pytest.mark.parametrize("pcm", [b"", b"\1", bytes(320), bytes(16000)])
def test_little_or_silent_audio_is_nothing(acoustics: Acoustics, vocabulary: Vocabulary, pcm: bytes) -> None:
    stream = make_stream(vocabulary)
    stream.features.feed(pcm)
    drain(acoustics, stream)
    (found,) = results(acoustics, [stream])
    assert found[0].text == ""


def test_words_lie_in_order_within_the_audio(acoustics: Acoustics, vocabulary: Vocabulary) -> None:
    stream = make_stream(vocabulary, 16000)
    stream.features.feed(buzzing(2.0, rate_hz=16000))
    drain(acoustics, stream)
    (found,) = results(acoustics, [stream])
    assert 10 <= len(found) <= 12 and sum(one.confidence for one in found) <= 1 + 1e-6
    words = found[0].words
    assert all(0 <= word.confidence <= 1 and word.start_sample < word.end_sample for word in words)
    assert all(one.end_sample <= after.start_sample for one, after in itertools.pairwise(words))


def test_upsampling_keeps_tones_and_block_borders() -> None:
    tone = (10000 * np.sin(2 * np.pi * 1000 / 8000 * np.arange(1600))).astype(np.float32)
    whole, parts = Upsampler().feed(tone), Upsampler()
    cut = np.concatenate([parts.feed(tone[:7]), parts.feed(tone[7:7]), parts.feed(tone[7:900]), parts.feed(tone[900:])])
    np.testing.assert_allclose(cut, whole, atol=0.01)
    spectrum = np.abs(np.fft.rfft(whole[200:3000] * np.hanning(2800)))
    at = 1000 * 2800 // 16000
    mirror = 7000 * 2800 // 16000
    assert spectrum[mirror - 5 : mirror + 5].max() < spectrum[at] * 10 ** (-50 / 20)


def test_another_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="44100"):
        Features(44100)


def test_a_broken_vocabulary_is_refused_by_line(tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.txt"
    path.write_text("<blank> 0\na 2\n")
    with pytest.raises(ModelMismatch, match="line 2"):
        read_vocabulary(path)

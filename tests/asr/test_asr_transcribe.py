"""Files of every kind through the real detector and a scripted recogniser."""

import itertools
import re
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import soundfile as _soundfile
from asr_fakes import ScriptedRecognizer
from numpy.typing import NDArray
from test_asr_people_model import buzzing

from asr.audio_file import read_audio
from asr.errors import AudioUnreadable
from asr.people.engine import PeopleRecognizer
from asr.segments import speech_segments
from asr.transcribe import transcribe_file

soundfile = cast(Any, _soundfile)
FIELDS = {"file", "text", "nbest", "words", "cpu_s", "audio_s"}


def write(path: Path, samples: NDArray[Any], rate_hz: int, **options: str) -> Path:
    soundfile.write(path, samples, rate_hz, **options)
    return path


def tone(rate_hz: int) -> NDArray[np.float32]:
    return (0.3 * np.sin(2 * np.pi * 440 / rate_hz * np.arange(rate_hz // 2))).astype(np.float32)


@pytest.mark.parametrize("rate_hz", [8000, 11025, 44100])
@pytest.mark.parametrize(
    ("name", "subtype"),
    [("a.wav", "PCM_U8"), ("a.wav", "PCM_16"), ("a.wav", "PCM_24"), ("a.wav", "PCM_32"), ("a.wav", "FLOAT"),
     ("a.wav", "ULAW"), ("a.flac", "PCM_16")],
)  # fmt: skip
def test_every_kind_is_read(tmp_path: Path, name: str, subtype: str, rate_hz: int) -> None:
    stereo = np.stack([tone(rate_hz), tone(rate_hz)], axis=1)
    audio = read_audio(write(tmp_path / name, stereo, rate_hz, subtype=subtype))
    assert audio.rate_hz == rate_hz and audio.seconds == pytest.approx(0.5, abs=0.001)
    np.testing.assert_allclose(audio.samples, tone(rate_hz)[: len(audio.samples)], atol=0.02)
    assert len(audio.resampled(8000).pcm16()) == pytest.approx(8000, abs=4)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"no audio at all", b"RIFF\x24\0\0\0WAVEfmt "])
def test_what_is_no_audio_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.wav"
    path.write_bytes(content)
    with pytest.raises(AudioUnreadable, match=r"broken\.wav"):
        read_audio(path)


def test_missing_and_empty_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(AudioUnreadable, match=re.escape(f"{tmp_path / 'none.wav'}: no such file")):
        read_audio(tmp_path / "none.wav")
    with pytest.raises(AudioUnreadable, match="holds no audio"):
        read_audio(write(tmp_path / "empty.wav", np.zeros(0, np.float32), 8000))


async def test_a_silent_file_has_no_text(tmp_path: Path) -> None:
    path = write(tmp_path / "silent.wav", np.zeros(16000, np.float32), 8000)
    transcript = await transcribe_file(path, ScriptedRecognizer())
    line = transcript.as_json()
    assert line["text"] == "" and line["words"] == [] and line["audio_s"] == 2.0
    assert set(line) == FIELDS and line["nbest"] == [{"text": "", "confidence": 1.0}]


async def test_a_real_run_gives_every_field(tmp_path: Path, recognizer: PeopleRecognizer) -> None:
    voice = np.frombuffer(buzzing(2.0), "<i2").astype(np.float32) / 32768
    path = write(tmp_path / "buzz.wav", np.clip(voice * 8, -1, 1), 8000)
    line = (await transcribe_file(path, recognizer)).as_json()
    assert set(line) == FIELDS and line["cpu_s"] > 0 and line["file"] == str(path)
    assert line["text"] == line["nbest"][0]["text"]


def windows(*parts: tuple[float, int]) -> list[tuple[int, float]]:
    """Probability and milliseconds, in windows of 32 ms."""
    flat = [probability for probability, ms in parts for _ in range(ms // 32)]
    return [(at * 256, probability) for at, probability in enumerate(flat)]


def test_long_silence_separates_segments() -> None:
    spans = speech_segments(windows((0, 960), (1, 960), (0, 960), (1, 960), (0, 3200), (1, 960)))
    assert len(spans) == 2
    assert spans[0][0] == 7680 - 2400
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))


def test_a_long_segment_is_cut_in_its_longest_silence() -> None:
    spans = speech_segments(windows((1, 12800), (0, 320), (1, 3200), (0, 640), (1, 9600)))
    assert len(spans) == 2
    assert 0 <= spans[1][0] - spans[0][1] <= 640  # the silence is longer than both margins


def test_no_speech_is_no_segment() -> None:
    assert speech_segments([]) == [] == speech_segments(windows((0, 3200))) == speech_segments(windows((1, 32)))

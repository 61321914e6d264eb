"""Sound files through the real recogniser."""

from pathlib import Path

import numpy as np
import pytest
from command_line import Command

from telephony.wav import write_wav
from tts.rendering import render

TEXT = "tôi muốn hỏi thủ tục đăng ký khai sinh"
FIELDS = ["file", "text", "nbest", "words", "cpu_s", "audio_s"]


@pytest.fixture(scope="session")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("âm thanh")
    pcm = render(TEXT, variant="caller1", rate_hz=16000)
    loud = np.clip(pcm.astype(np.int32) * 12, -32768, 32767).astype(np.int16)
    write_wav(folder / "lời.wav", pcm, rate_hz=16000)
    write_wav(folder / "clipped.wav", loud, rate_hz=16000)
    write_wav(folder / "silent.wav", np.zeros(16000, np.int16), rate_hz=8000)
    write_wav(folder / "empty.wav", np.zeros(0, np.int16), rate_hz=8000)
    (folder / "not-a.wav").write_text("no sound")
    return folder


def test_each_file_has_its_line_also_after_one_that_cannot_be_read(
    tongdai: Command, sounds: Path, people_model: None
) -> None:
    names = ["not-a.wav", "lời.wav", "gone.wav", "clipped.wav", "empty.wav", "silent.wav"]
    ran = tongdai("transcribe", "--json", *(sounds / name for name in names))
    assert ran.status == 1
    lines = dict(zip(names, ran.lines, strict=True))
    assert [line["file"] for line in lines.values()] == [str(sounds / name) for name in names]
    for name in ("not-a.wav", "gone.wav", "empty.wav"):
        assert lines[name]["error"]["code"] == "ear.audio_unreadable" and name in lines[name]["error"]["message"]
        assert name in ran.err
    heard = lines["lời.wav"]
    assert list(heard) == FIELDS and heard["text"] == TEXT == heard["nbest"][0]["text"]
    assert [word["word"] for word in heard["words"]] == TEXT.split()
    assert all(0 <= word["start_s"] <= word["end_s"] <= heard["audio_s"] for word in heard["words"])
    assert heard["cpu_s"] > 0 and heard["audio_s"] == pytest.approx(3, abs=1.5)
    assert "khai sinh" in lines["clipped.wav"]["text"]
    assert (lines["silent.wav"]["text"], lines["silent.wav"]["words"]) == ("", [])


def test_for_people(tongdai: Command, sounds: Path, people_model: None) -> None:
    ran = tongdai("transcribe", sounds / "lời.wav", sounds / "silent.wav")
    assert ran.status == 0
    assert ran.out.splitlines() == [
        f"{sounds / 'lời.wav'}: {TEXT}",
        f"{sounds / 'silent.wav'}: (không nghe thấy lời nói)",
    ]

"""Speaking to files, and how texts are read aloud."""

import wave
from pathlib import Path

import pytest
from command_line import Command


def seconds(file: Path) -> float:
    with wave.open(str(file)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth()) == (1, 2)
        return sound.getnframes() / sound.getframerate()


def test_a_text_is_spoken_to_a_file(tongdai: Command, tmp_path: Path) -> None:
    file = tmp_path / "thư mục" / "chào.wav"
    ran = tongdai("say", "Xin chào bác.", "--out", file, "--json")
    assert ran.status == 0 and ran.lines == [
        {"text": "Xin chào bác.", "file": str(file), "seconds": pytest.approx(seconds(file), abs=0.001)}
    ]
    assert 0.5 < seconds(file) < 3


def test_without_out_it_is_written_here(tongdai: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert tongdai("say", "chào", "--rate-hz", "8000", "--engine", "espeak").status == 0
    assert seconds(tmp_path / "say.wav") > 0.1


def test_each_line_of_a_batch_has_its_file(tongdai: Command, tmp_path: Path) -> None:
    texts = tmp_path / "câu.txt"
    texts.write_text("một\n\nhai ba\n", "utf-8")
    ran = tongdai("say", "--batch", texts, "--out", tmp_path / "out", "--json")
    assert ran.status == 0 and [line["text"] for line in ran.lines] == ["một", "", "hai ba"]
    assert [Path(line["file"]).name for line in ran.lines] == ["0001.wav", "0002.wav", "0003.wav"]
    assert seconds(tmp_path / "out" / "0002.wav") == 0 and "nothing to say in ''" in ran.err


@pytest.mark.parametrize("text", ["", "  ", "...", "😀"])
def test_nothing_to_say_is_an_error(tongdai: Command, tmp_path: Path, text: str) -> None:
    ran = tongdai("say", text, "--out", tmp_path / "x.wav")
    assert ran.status == 2 and f"say: nothing to say in {text!r}" in ran.err
    assert not (tmp_path / "x.wav").exists()


@pytest.mark.parametrize("out", ["", "there/x.wav"], ids=["a folder", "below a file"])
def test_where_nothing_can_be_written_is_named(tongdai: Command, tmp_path: Path, out: str) -> None:
    (tmp_path / "there").write_text("a file")
    ran = tongdai("say", "chào", "--out", tmp_path / out)
    assert ran.status == 2 and f"--out: {tmp_path / out}: " in ran.err


def test_how_it_is_read_aloud(tongdai: Command, tmp_path: Path) -> None:
    assert tongdai("say", "--spell", "Lệ phí 8.000 đồng").out == "Lệ phí tám nghìn đồng\n"
    (line,) = tongdai("say", "--spell", "--json", "ngày 2/9").lines
    assert set(line) == {"text", "words", "decisions"} and line["words"].startswith("ngày hai tháng chín")
    assert {"start", "end", "written", "spoken", "rule"} == set(line["decisions"][0])
    texts = tmp_path / "câu.txt"
    texts.write_text("UBND\n\n5 km\n", "utf-8")
    spelled = tongdai("say", "--spell", "--batch", texts)
    assert spelled.out.splitlines() == ["Ủy ban nhân dân", "", "năm ki-lô-mét"]
    assert tongdai("say", "--spell", "").out == "\n"

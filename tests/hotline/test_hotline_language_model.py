"""The recogniser's language model follows the words of the content."""

import shutil
from pathlib import Path

import pytest

from asr.ctc.lm import load_lm
from hotline.knowledge import load_language_model

SHIPPED = Path(__file__).parents[2] / "config" / "content"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TONGDAI_CACHE", str(tmp_path / "cache"))
    return Path(shutil.copytree(SHIPPED, tmp_path / "content"))


def test_a_new_name_makes_a_new_model(folder: Path) -> None:
    before = load_language_model(folder)
    assert load_language_model(folder) == before
    file = folder / "procedures" / "khai_sinh.yml"
    text = file.read_text("utf-8").replace("aliases:\n", "aliases:\n- giấy quờ quạng\n", 1)
    file.write_text(text, encoding="utf-8")
    after = load_language_model(folder)
    assert ["quạng" in load_lm(one).words for one in (before, after)] == [False, True]


def test_a_damaged_one_is_built_again(folder: Path) -> None:
    file = load_language_model(folder)
    whole = load_lm(file).words
    file.write_bytes(file.read_bytes()[:100])
    assert load_language_model(folder) == file
    assert load_lm(file).words == whole
    assert not [other for other in file.parent.iterdir() if other != file]

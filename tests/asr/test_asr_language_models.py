"""Which language model a turn leans towards: in a worker's memory, and in the real worker."""

import asyncio
import os
import signal
from pathlib import Path

import pytest
from test_asr_people_model import buzzing

from asr.ctc.lm import build_lm
from asr.errors import RecognizerUnavailable
from asr.people.engine import PeopleRecognition, PeopleRecognizer
from asr.people.language_models import LanguageModels
from contracts.expectation import Expectation, Expecting
from contracts.heard import Hypothesis

PCM = buzzing(1.6)


def saved(folder: Path, name: str, *lines: str) -> Path:
    build_lm(lines).save(folder / name)
    return folder / name


class Refusals(list[tuple[str, str]]):
    def __call__(self, file: str, why: str) -> None:
        self.append((file, why))


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Of words for which a buzz may be taken."""
    return saved(tmp_path, "one", "má má"), saved(tmp_path, "other", "ảo ảo")


def test_each_turn_has_the_model_it_asks_for(files: tuple[Path, Path]) -> None:
    refusals = Refusals()
    models = LanguageModels(on_refused=refusals)
    one, other = (models.biasing(str(file)) for file in files)
    assert models.biasing(str(files[0])) is one and models.biasing("") is not one
    first, second = (biasing.scorer(Expecting.QUESTION, ()) for biasing in (one, other))
    assert first.probability(first.start, "má") > second.probability(second.start, "má")
    assert not refusals


def test_an_unloaded_one_is_read_again(files: tuple[Path, Path]) -> None:
    models = LanguageModels(on_refused=Refusals())
    before = models.biasing(str(files[0]))
    models.unload(str(files[0]))
    models.unload(str(files[0]))
    assert models.biasing(str(files[0])) is not before


def test_in_place_of_a_broken_one_stays_what_was_loaded_last(files: tuple[Path, Path], tmp_path: Path) -> None:
    refusals = Refusals()
    models = LanguageModels(on_refused=refusals)
    broken = tmp_path / "broken"
    broken.write_bytes(files[1].read_bytes()[:-40])
    assert models.biasing(str(tmp_path / "none")) is models.biasing("")
    last = models.biasing(str(files[0]))
    assert models.biasing(str(broken)) is models.biasing(str(broken)) is last
    assert [Path(file).name for file, _ in refusals] == ["none", "broken"]


def opened(recognizer: PeopleRecognizer, language_model: Path | None) -> PeopleRecognition:
    recognition = recognizer.open(
        rate_hz=8000, expectation=Expectation(), on_partial=lambda partial: None, language_model=language_model
    )
    recognition.feed(PCM)
    return recognition


async def heard(recognizer: PeopleRecognizer, language_model: Path | None) -> tuple[Hypothesis, ...]:
    return await opened(recognizer, language_model).finish()


async def test_the_worker_decodes_with_the_model_of_the_turn(
    recognizer: PeopleRecognizer, files: tuple[Path, Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with asyncio.timeout(60):
        plain, one, other = [await heard(recognizer, file) for file in (None, *files)]
        assert len({plain, one, other}) == 3
        recognizer.unload(files[1])
        assert await heard(recognizer, files[0]) == one
        # One that came after it has the models of the calls that go on.
        lost = opened(recognizer, files[0])
        assert recognizer.pid is not None
        os.kill(recognizer.pid, signal.SIGKILL)
        with pytest.raises(RecognizerUnavailable):
            await lost.finish()
        await recognizer.running()
        assert await heard(recognizer, files[0]) == one
        assert await heard(recognizer, tmp_path / "none") == one
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == ["language model refused"]

"""The command line in this process, away from a hotline that may be running here."""

import json
import logging
import os
from collections.abc import Generator
from pathlib import Path

import pytest
from command_line import Command, Ran

from asr.errors import ModelUnavailable
from asr.models import ensure_people
from hotline.cli import main


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """No hotline runs here; what a command does to logging is undone."""
    monkeypatch.setenv("TONGDAI__RUN_DIR", json.dumps(str(tmp_path / "run")))
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def tongdai(capsys: pytest.CaptureFixture[str]) -> Command:
    """`tongdai("ask", "--json", …)`."""

    def run(*arguments: str | Path) -> Ran:
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as end:
            status = int(end.code or 0)
        captured = capsys.readouterr()
        return Ran(status=status, out=captured.out, err=captured.err)

    return run


@pytest.fixture(scope="session")
def people_model() -> None:
    """Fetched on first use; without a network the tests that need it are skipped, except in CI."""
    try:
        ensure_people()
    except ModelUnavailable as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(error))

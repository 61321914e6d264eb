"""The journal's database goes away: a PostgreSQL of our own that loses its power, or SQLite whose folder is gone."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hotline.bench.fault_outages import Place
from hotline.bench.fault_plan import FaultPlan
from hotline.bench.own_postgres import OwnPostgres, own_postgres, package_folder
from hotline.serve_process import Served


@asynccontextmanager
async def database_place(folder: Path, plan: FaultPlan) -> AsyncGenerator[Place]:
    """PostgreSQL where its package is installed, as it is for the tests."""
    package = package_folder()
    if package is None:
        yield _Sqlite(folder / "database")
        return
    with own_postgres(package) as server:
        yield _Postgres(server, server.new_database())


@dataclass(slots=True)
class _Postgres:
    server: OwnPostgres
    url: str
    how: str = "PostgreSQL"
    spool: Path | None = None
    environment: dict[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        self.environment = {"TONGDAI__JOURNAL__URL": self.url}

    @asynccontextmanager
    async def outage(self, served: Served) -> AsyncGenerator[None]:
        await asyncio.to_thread(self.server.stop)
        try:
            yield
        finally:
            await asyncio.to_thread(self.server.start)


@dataclass(slots=True)
class _Sqlite:
    folder: Path
    how: str = "SQLite"
    url: str = ""
    spool: Path | None = None
    environment: dict[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        self.url = f"sqlite:///{self.folder / 'journal.db'}"
        self.environment = {"TONGDAI__JOURNAL__URL": self.url}

    @asynccontextmanager
    async def outage(self, served: Served) -> AsyncGenerator[None]:
        aside = self.folder.with_name("database-aside")
        self.folder.rename(aside)
        # A file where the folder was: nobody makes a new database there, whatever rights he has.
        self.folder.touch()
        try:
            yield
        finally:
            self.folder.unlink()
            aside.rename(self.folder)

"""Databases: away and back, of another version, wrongly addressed; erasing a call."""

import importlib.util
import logging
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from records import call, ending, shipping, stored, written
from sqlalchemy import Engine, text
from sqlalchemy.event import listen

from calls.journal.database import described, open_database
from calls.journal.erasing import erase
from calls.journal.errors import DatabaseAway, DatabaseSchemaError, JournalUrlError
from calls.journal.folders import damaged_files
from calls.journal.models import Base
from calls.journal.shipper import Shipper
from calls.journal.spool import Spool
from calls.journal.upgrading import VERSION_TABLE, upgrade
from hotline.bench.own_postgres import OwnPostgres


def test_a_database_that_is_away_and_comes_back(
    postgres: OwnPostgres, spool_folder: Path, open_engine: Callable[[str], Engine], caplog: pytest.LogCaptureFixture
) -> None:
    engine = open_engine(postgres.new_database())
    events = call(600)
    spool = Spool(spool_folder)
    with shipping(engine, spool_folder) as shipper:
        for each in events[:300]:
            spool.put(each)
        assert spool.flush(10)
        assert shipper.try_pass()
        postgres.stop()
        try:
            for each in events[300:]:
                spool.put(each)
            spool.close()
            with pytest.raises(DatabaseAway, match=r"journal\.url: postgresql"):
                shipper.ship()
            assert not shipper.try_pass() and not shipper.try_pass()
            status = shipper.status()
            assert status.away is not None and (status.waiting, status.damaged) == (1, 0)
        finally:
            postgres.start()
        assert shipper.try_pass()
        assert shipper.status().away is None and shipper.status().waiting == 0
    assert stored(engine) == events
    assert ending(engine)[1] == "hung_up"
    messages = [record.message for record in caplog.records if record.name.startswith("calls.")]
    assert messages == ["journal not shipped", "journal is shipped again"]


def test_a_database_that_is_not_there_yet(
    tmp_path: Path, spool_folder: Path, open_engine: Callable[[str], Engine]
) -> None:
    (tmp_path / "database").write_text("in the way of the folder")
    engine = open_engine(f"sqlite:///{tmp_path}/database/journal.db")
    written(spool_folder, call(3))
    with shipping(engine, spool_folder) as shipper:
        assert not shipper.try_pass()
        (tmp_path / "database").unlink()
        assert shipper.try_pass()
    assert len(stored(engine)) == 3


def test_a_database_that_somebody_deletes(
    tmp_path: Path, spool_folder: Path, open_engine: Callable[[str], Engine]
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/journal.db")
    with shipping(engine, spool_folder) as shipper:
        written(spool_folder, call(3))
        shipper.ship()
        assert (tmp_path / "journal.db").stat().st_mode & 0o077 == 0
        (tmp_path / "journal.db").unlink()
        written(spool_folder, call(3, "call-2"))
        assert not shipper.try_pass()
        assert shipper.try_pass()
    assert len(stored(engine, "call-2")) == 3


def test_a_database_whose_disk_is_full(
    tmp_path: Path, spool_folder: Path, open_engine: Callable[[str], Engine]
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/journal.db")
    pages = [30]

    def limit(connection: sqlite3.Connection, entry: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages[0]}")

    listen(engine, "connect", limit)
    file = written(spool_folder, call(2000))
    with shipping(engine, spool_folder) as shipper:
        assert not shipper.try_pass()
        assert "database or disk is full" in (shipper.status().away or "")
        assert file.exists() and shipper.status().damaged == 0
        pages[0] = 100_000
        assert shipper.try_pass()
    assert len(stored(engine)) == 2000


def test_the_lag_grows_while_the_database_is_away(
    tmp_path: Path, spool_folder: Path, open_engine: Callable[[str], Engine]
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/journal.db")
    times = iter([0.0, 10.0, 11.0, 20.0, 25.0])
    shipper = Shipper(engine, spool_folder, now=lambda: next(times))
    shipper.ship()
    assert shipper.status().lag_s == 1.0
    (tmp_path / "journal.db").write_bytes(b"not a database" * 1000)
    written(spool_folder, call(3))
    assert not shipper.try_pass()
    assert shipper.status().lag_s == 15.0
    shipper.close()
    assert "file is not a database" in (shipper._away or "")


def test_the_shipper_waits_longer_each_time_and_makes_a_last_pass(
    engine: Engine, spool_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    with shipping(engine, spool_folder) as shipper:
        answers = iter([True, False, False, False, True, True])
        monkeypatch.setattr(shipper, "try_pass", lambda: next(answers))
        stop = threading.Event()

        def wait(seconds: float) -> bool:
            waited.append(seconds)
            if len(waited) == 5:
                stop.set()
            return stop.is_set()

        monkeypatch.setattr(stop, "wait", wait)
        shipper.run(stop, every_s=0.3)
        assert next(answers, None) is None
    assert waited == [0.3, 0.5, 1.0, 2.0, 0.3]


def test_the_migrations_make_the_tables_that_the_program_knows(
    journal_url: str, open_engine: Callable[[str], Engine]
) -> None:
    assert upgrade(journal_url) == upgrade(journal_url) == "0001"
    with open_engine(journal_url).connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE, "compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_a_database_of_a_newer_program_is_left_alone(engine: Engine, spool_folder: Path) -> None:
    upgrade(engine.url.render_as_string(hide_password=False))
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    file = written(spool_folder, call(3))
    with shipping(engine, spool_folder) as shipper:
        with pytest.raises(DatabaseSchemaError, match=r"version 9999, this program needs 0001: .*db upgrade"):
            shipper.ship()
    assert file.exists()
    with pytest.raises(DatabaseSchemaError, match=r"journal\.url: .*newer program, version 9999"):
        upgrade(engine.url.render_as_string(hide_password=False))


def test_programs_that_upgrade_at_once(journal_url: str) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(upgrade(journal_url))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert found == ["0001"] * 4


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://root:secret@there/db", "mysql: not a kind of database that is known"),
        ("journal.db", "not an address"),
        ("sqlite://", "sqlite: not a kind"),
        ("", "not an address"),
    ],
)
def test_a_wrong_address_is_named(url: str, message: str) -> None:
    with pytest.raises(JournalUrlError, match=rf"journal\.url: {message}") as error:
        open_database(url)
    assert "secret" not in str(error.value) and error.value.exit_status == 2


def test_a_server_that_does_not_answer_is_named_without_the_password() -> None:
    with pytest.raises(DatabaseAway, match=r"journal\.url: postgresql\+psycopg://u:\*\*\*@127\.0\.0\.1:1/db") as error:
        upgrade("postgres://u:secret@127.0.0.1:1/db")
    assert "secret" not in str(error.value)


def test_sqlite_is_durable_and_forgets(tmp_path: Path, open_engine: Callable[[str], Engine]) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/journal.db")
    with engine.connect() as connection:
        asked = ("journal_mode", "synchronous", "busy_timeout", "secure_delete", "foreign_keys")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked]
    assert found == ["wal", 2, 5000, 1, 1]
    assert described(engine).startswith("sqlite:///")


def test_erasing_a_call(engine: Engine, spool_folder: Path, tmp_path: Path) -> None:
    with shipping(engine, spool_folder) as shipper:
        for call_id in ("call-1", "call-2"):
            written(spool_folder, call(30, call_id))
        shipper.ship()
        damaged = written(spool_folder, call(5))
        damaged.write_bytes(damaged.read_bytes()[:-3])
        shipper.ship()
        spool = Spool(spool_folder)
        for each in call(4, ended=False):
            spool.put(each)
        assert spool.flush(10)
        assert len(damaged_files(spool_folder)) == 1
        found = erase(engine, spool_folder, "call-1")  # While the call goes on and a shipper runs.
        assert (found.files, found.events) == (2, 30)
        shipper.ship()
        spool.close()
        shipper.ship()
    assert stored(engine) == []
    assert len(stored(engine, "call-2")) == 30
    assert not list(spool_folder.rglob("*call-1*"))
    if engine.dialect.name == "sqlite":
        engine.dispose()
        for file in (tmp_path / "database").iterdir():
            assert b"call-1" not in file.read_bytes()
    again = erase(engine, spool_folder, "call-1")
    assert (again.files, again.events) == (0, 0)


def test_nothing_of_a_call_stands_in_the_log(
    engine: Engine, spool_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "calls")
    file = written(spool_folder, call(5))
    file.write_bytes(file.read_bytes().replace("lần 3".encode(), "lần 4".encode()))
    with shipping(engine, spool_folder) as shipper:
        shipper.ship()
    (record,) = [record for record in caplog.records if record.name.startswith("calls.")]
    assert "lần" not in str(vars(record))


@pytest.mark.parametrize("name", ["calls.journal.migrations", "calls.journal.migrations.versions"])
def test_the_migrations_are_packages_and_so_in_a_wheel(name: str) -> None:
    spec = importlib.util.find_spec(name)
    assert spec is not None and spec.origin is not None

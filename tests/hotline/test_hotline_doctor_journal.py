"""What `doctor` tells of the journal."""

import sqlite3
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from calls.journal.shipper import ShipperStatus
from calls.journal.spool import Spool
from calls.journal.status_file import write_status
from calls.journal.upgrading import VERSION_TABLE, upgrade
from contracts.call_event import CallEvent
from hotline.commands.doctor_journal import journal_checks
from hotline.journal import journal_url, spool_folder
from hotline.settings import Settings, load_settings
from telephony.asterisk.doctor import Check


@pytest.fixture
def settings() -> Settings:
    return load_settings()


@pytest.fixture
def waiting(settings: Settings) -> Generator[Spool]:
    """A call that has not been stored."""
    spool = Spool(spool_folder(settings))
    start = datetime(2026, 3, 1, tzinfo=UTC)
    spool.put(CallEvent(call_id="1", sequence=0, sample=0, utc=start, bundle_id="b", kind="call.started", fields={}))
    assert spool.flush(10)
    yield spool
    spool.close()


def told(settings: Settings, *, running: bool = False) -> dict[str, Check]:
    return {check.name: check for check in journal_checks(settings, running=running)}


def test_before_the_first_start_there_is_nothing_and_nothing_is_made(settings: Settings, tmp_path: Path) -> None:
    checks = told(settings)
    assert set(checks) == {"journal database", "journal spool"} and all(check.ok for check in checks.values())
    assert "no tables yet" in checks["journal database"].found and "0 files" in checks["journal spool"].found
    assert not any(tmp_path.iterdir())


def test_the_version_of_the_tables_is_told(settings: Settings, tmp_path: Path) -> None:
    version = upgrade(journal_url(settings))
    assert told(settings)["journal database"].found.endswith(f"journal.db: version {version}")
    with sqlite3.connect(tmp_path / "run" / "journal" / "journal.db") as database:
        database.execute(f"UPDATE {VERSION_TABLE} SET version_num = 'old'")
    database.close()
    check = told(settings)["journal database"]
    assert not check.ok and "version old, this program needs" in check.found
    assert check.mend.startswith("./tongdai db upgrade")


def test_a_database_that_cannot_be_reached_is_told_without_its_password(tmp_path: Path) -> None:
    file = tmp_path / "hotline.yaml"
    file.write_text("journal: {url: 'postgresql://u:secret@127.0.0.1:1/d'}", "utf-8")
    check = told(load_settings(file))["journal database"]
    assert not check.ok and "127.0.0.1:1" in check.found and "secret" not in check.found
    assert check.mend == "start the database, or correct journal.url"


def test_calls_that_wait_are_counted(settings: Settings, waiting: Spool) -> None:
    check = told(settings)["journal spool"]
    assert not check.ok and check.found.startswith("1 files of calls wait, 0.0 MB")
    assert check.mend == "./tongdai db ship --once"


def test_beside_a_running_hotline_they_wait_for_its_shipper(settings: Settings, waiting: Spool) -> None:
    assert told(settings, running=True)["journal spool"].mend == "./tongdai db ship"
    status = ShipperStatus(lag_s=1, waiting=1, shipped=0, damaged=0, away=None)
    write_status(spool_folder(settings), status)
    assert told(settings, running=True)["journal spool"].ok
    away = ShipperStatus(lag_s=9, waiting=1, shipped=0, damaged=0, away="connection refused")
    write_status(spool_folder(settings), away)
    check = told(settings, running=True)["journal spool"]
    assert not check.ok and check.found.endswith(": connection refused") and check.mend


def test_damaged_files_are_told(settings: Settings) -> None:
    folder = spool_folder(settings) / "damaged" / "run"
    folder.mkdir(parents=True)
    (folder / "1.jsonl").write_text("{", "utf-8")
    check = told(settings)["journal damaged"]
    assert not check.ok and check.found == "1 files set aside" and "tried again" in check.mend


def test_a_spool_that_is_no_folder_is_told(settings: Settings) -> None:
    spool = spool_folder(settings)
    spool.parent.mkdir(parents=True)
    spool.write_text("", "utf-8")
    check = told(settings)["journal spool"]
    assert not check.ok and check.mend == "correct journal.spool"

"""The journal's commands, settings and process."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command_line import Command

from calls.journal.database import open_database
from calls.journal.shipper import Shipper
from calls.journal.spool import Spool
from calls.journal.status_file import read_status
from contracts.call_event import CallEvent
from hotline.errors import SettingsError
from hotline.journal import journal_url, spool_folder
from hotline.settings import ROOT, load_settings


def put_call(spool: Spool) -> None:
    for sequence, kind in enumerate(("call.started", "call.ended")):
        spool.put(
            CallEvent(
                call_id="call-1",
                sequence=sequence,
                sample=0,
                utc=datetime(2026, 3, 1, tzinfo=UTC),
                bundle_id="bundle",
                kind=kind,
                fields={},
            )
        )
    assert spool.flush(10)


def test_the_journal_is_in_the_runs_folder_unless_told(tmp_path: Path) -> None:
    settings = load_settings()
    assert journal_url(settings) == f"sqlite:///{tmp_path}/run/journal/journal.db"
    assert spool_folder(settings) == tmp_path / "run" / "journal" / "spool"
    file = tmp_path / "hotline.yaml"
    file.write_text("journal: {url: 'postgresql://u:p@h/d', spool: /srv/spool}", "utf-8")
    settings = load_settings(file)
    assert (journal_url(settings), spool_folder(settings)) == ("postgresql://u:p@h/d", Path("/srv/spool"))


def test_a_database_of_an_unknown_kind_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "hotline.yaml"
    file.write_text("journal: {url: 'mysql://u:secret@h/d'}", "utf-8")
    with pytest.raises(SettingsError, match=r"hotline\.yaml: journal\.url: must be sqlite") as error:
        load_settings(file)
    assert "secret" not in str(error.value)


def test_upgrade_makes_the_tables(tongdai: Command, tmp_path: Path) -> None:
    for _ in range(2):
        ran = tongdai("db", "upgrade", "--json")
        assert (ran.status, ran.lines[0]["version"]) == (0, "0001")
    with sqlite3.connect(tmp_path / "run" / "journal" / "journal.db") as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    database.close()
    assert tables == {"calls", "events", "journal_version"}


def test_a_server_that_is_not_there_is_named(tongdai: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGDAI__JOURNAL__URL", "postgresql://u:secret@127.0.0.1:1/d")
    for arguments in (("upgrade",), ("ship", "--once")):
        ran = tongdai("db", *arguments, "--json")
        assert ran.status == 1 and ran.lines[0]["error"]["code"] == "journal.away"
        assert "journal.url: postgresql" in ran.err and "secret" not in ran.err + ran.out


def test_ship_once_stores_what_waits(tongdai: Command) -> None:
    spool = Spool(spool_folder(load_settings()))
    put_call(spool)
    spool.close()
    ran = tongdai("db", "ship", "--once", "--json")
    assert ran.status == 0 and ran.lines[0] | {"lag_s": 0} == {
        "lag_s": 0,
        "waiting": 0,
        "shipped": 2,
        "damaged": 0,
        "away": None,
    }
    assert "0 events stored" in tongdai("db", "ship", "--once").out


def test_a_running_shipper_is_not_disturbed(tongdai: Command) -> None:
    settings = load_settings()
    shipper = Shipper(open_database(journal_url(settings)), spool_folder(settings))
    ran = tongdai("db", "ship")
    shipper.close()
    assert ran.status == 1 and "another shipper works here" in ran.err


def test_the_shipping_process_ends_after_a_last_pass(tmp_path: Path) -> None:
    spool_path = spool_folder(load_settings())
    spool = Spool(spool_path)
    process = subprocess.Popen(
        [sys.executable, "-m", "hotline.shipping_process"],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    with process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert ready["ready"] and ready["spool"] == str(spool_path)
        process.send_signal(signal.SIGINT)  # A terminal's Ctrl-C reaches it too, before the calls have ended.
        put_call(spool)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    spool.close()
    with sqlite3.connect(tmp_path / "run" / "journal" / "journal.db") as database:
        assert database.execute("SELECT count(*) FROM events").fetchone() == (2,)
    database.close()
    told = read_status(spool_path)
    assert told is not None and told[0].shipped == 2 and told[0].away is None


def test_the_shipping_process_names_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "hotline.yaml").write_text("journal: {spool: /dev/null/spool}", "utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "hotline.shipping_process", str(tmp_path / "hotline.yaml")],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert ran.returncode == 1
    assert ran.stderr == "journal: journal.spool: /dev/null/spool: Not a directory\n"

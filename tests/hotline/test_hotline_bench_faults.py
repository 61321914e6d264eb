"""What `bench faults` makes of what callers met; the calls themselves are in tests/e2e/test_bench_faults.py."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from calls.journal.database import open_database
from calls.journal.errors import DatabaseAway
from calls.journal.upgrading import check
from hotline.bench.fault_calls import Outcome
from hotline.bench.fault_database import database_place
from hotline.bench.fault_disk import disk_place
from hotline.bench.fault_hotline import hurt_run_dir
from hotline.bench.fault_network import network_place
from hotline.bench.fault_outages import CannotBeMade, Place
from hotline.bench.fault_plan import FaultPlan
from hotline.bench.fault_rows import FaultResult, spread
from hotline.bench.faults import FAULTS, QUICK_FAULTS, named
from hotline.cli import main
from hotline.serve_process import Served

PLAN = FaultPlan()
WRITER = """
import os, sys
file = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
for _ in sys.stdin:
    try:
        os.write(file, b"x")
        print("taken", flush=True)
    except OSError:
        print("refused", flush=True)
"""


def served(pid: int) -> Served:
    return cast(Served, SimpleNamespace(process=SimpleNamespace(pid=pid)))


def test_rows_count_callers_events_and_rings() -> None:
    result = FaultResult(name="guard killed", goal_ms=1000)
    result.outcomes = [
        Outcome(kept=True, rang_ms=None),
        Outcome(kept=False, rang_ms=300),
        Outcome(kept=False, rang_ms=None),
    ]
    result.events = {("one", 1): "call.started", ("one", 2): "call.ended"}
    result.stored = {("one", 1), ("other", 7)}
    rows = {row["name"]: (row["value"], row["goal"], row["n"]) for row in result.rows()}
    assert rows == {
        "guard killed: callers who reached a person or kept the call": (2, 3, 3),
        "guard killed: calls that went on": (1, None, 3),
        "guard killed: journal events lost": (1, 0, 2),
        "guard killed: until a person's phone rings, p50": (300, None, 1),
        "guard killed: until a person's phone rings, p95": (300, 1000, 1),
    }


def test_nothing_measured_is_no_row() -> None:
    assert spread("anything", [], 900) == []


def test_faults_are_found_by_name() -> None:
    assert named(()) == FAULTS
    assert [fault.name for fault in named(QUICK_FAULTS)] == list(QUICK_FAULTS)
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


def test_an_unknown_fault_is_refused_with_the_names(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["bench", "faults", "--only", "nothing"])
    assert ended.value.code == 2
    assert "guard killed" in capsys.readouterr().err


async def test_the_network_is_left_alone_outside_of_a_namespace(tmp_path: Path) -> None:
    with pytest.raises(CannotBeMade):
        async with network_place(tmp_path, PLAN):
            pass


async def test_a_limit_keeps_a_calls_process_from_writing(tmp_path: Path) -> None:
    child = await asyncio.create_subprocess_exec(
        # Its command line is a calls process's.
        *(sys.executable, "-c", WRITER, "hotline.calls_process", str(tmp_path / "written")),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )

    async def write() -> bytes:
        assert child.stdin is not None and child.stdout is not None
        child.stdin.write(b"\n")
        return await child.stdout.readline()

    async with disk_place(tmp_path, PLAN) as place:
        assert await write() == b"taken\n"
        async with place.outage(served(child.pid)):
            assert await write() == b"refused\n"
        assert await write() == b"taken\n"
    await child.communicate(b"")


async def test_without_postgresql_the_folder_of_sqlite_goes_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline.bench.fault_database.package_folder", lambda: None)
    (tmp_path / "database").mkdir()
    (tmp_path / "database" / "journal.db").write_bytes(b"")
    async with database_place(tmp_path, PLAN) as place:
        async with place.outage(served(0)):
            assert not opens(place)
        assert opens(place)


def opens(place: Place) -> bool:
    engine = open_database(place.url)
    try:
        check(engine)
    except DatabaseAway:
        return False
    finally:
        engine.dispose()
    return True


def test_what_is_left_of_a_run_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGDAI_CACHE", str(tmp_path))
    with hurt_run_dir() as folder:
        environment = dict(os.environ) | {"TONGDAI__RUN_DIR": json.dumps(str(folder))}
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, env=environment)
        assert child.poll() is None
    assert child.wait(30) == -signal.SIGKILL
    assert child.stdin is not None
    child.stdin.close()

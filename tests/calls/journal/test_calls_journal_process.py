"""Calls processes that end as processes do: killed, or with a full disk."""

import os
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from records import ending, shipping, stored
from sqlalchemy import Engine

CHILD = Path(__file__).with_name("writing_child.py")
ROOT = Path(__file__).parents[3]
CALLS = ("call-0", "call-1", "call-2")


@contextmanager
def writing(*arguments: object) -> Generator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, str(CHILD), *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def read_number(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    return int(process.stdout.readline().split()[0])


def grant(process: subprocess.Popen[str], hundreds: int) -> None:
    assert process.stdin is not None
    process.stdin.write("\n" * hundreds)
    process.stdin.flush()


def shipped(engine: Engine) -> list[list[int]]:
    return [[event.sequence for event in stored(engine, call_id)] for call_id in CALLS]


@pytest.mark.parametrize("reads", [1, 7, 40])
def test_kill_9_loses_nothing_that_the_kernel_had(engine: Engine, spool_folder: Path, reads: int) -> None:
    with writing(spool_folder, 1_000_000) as process, shipping(engine, spool_folder) as shipper:
        handed_over = 0
        grant(process, reads + 20)  # It is still writing when it is killed.
        for number in range(reads):
            handed_over = read_number(process)
            if number == reads // 2:
                shipper.ship()  # While it writes.
        process.kill()
        process.wait(10)
        shipper.ship()
        assert shipper.status().damaged == 0
        assert shipper.status().waiting == 0
    found = shipped(engine)
    assert sum(map(len, found)) >= handed_over > 0
    assert found == [list(range(len(numbers))) for numbers in found]
    assert {ending(engine, call_id)[1] for call_id in CALLS if stored(engine, call_id)} == {"process_ended"}


def test_a_disk_that_has_room_again_gets_everything(
    spool_folder: Path, tmp_path: Path, open_engine: Callable[[str], Engine]
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/journal.db")
    with writing(spool_folder, 900, 20_000) as process, shipping(engine, spool_folder) as shipper:
        assert process.stdout is not None and process.stdin is not None and process.stderr is not None
        grant(process, 9)
        while not (line := process.stdout.readline()).endswith("full\n"):
            assert "all" not in line
        shipper.ship()
        before = shipped(engine)
        assert 0 < sum(map(len, before)) < 900
        assert shipper.status().damaged == 0
        process.stdin.write("room\n")
        process.stdin.flush()
        assert read_number(process) == 0
        assert process.stderr.read().splitlines() == ["journal disk takes nothing", "journal disk takes events again"]
        process.wait(10)
        shipper.ship()
        assert shipper.status().damaged == 0
    assert shipped(engine) == [[*range(300), 900]] * 3
    assert {ending(engine, call_id)[1:] for call_id in CALLS} == {("hung_up", 0)}


def test_a_full_disk_at_the_end_loses_the_rest_and_says_how_much(
    spool_folder: Path, tmp_path: Path, open_engine: Callable[[str], Engine]
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/journal.db")
    with writing(spool_folder, 900, 20_000) as process:
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        grant(process, 10)
        lost = int(process.stdout.readlines()[-1])
        assert "journal events lost" in process.stderr.read()
    with shipping(engine, spool_folder) as shipper:
        shipper.ship()
        assert shipper.status().damaged == 3  # Each file's last line is half.
    assert sum(map(len, shipped(engine))) == 900 - lost

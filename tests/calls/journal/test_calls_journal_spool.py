"""The spool's end in the calls process: it never makes a call wait, and says what it loses."""

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from records import call, ending, event, shipping, stored
from sqlalchemy import Engine

from calls.journal.errors import SpoolError
from calls.journal.lines import LINE_LIMIT
from calls.journal.spool import Spool


class Disk:
    """`os.write` that can be full, or slow."""

    def __init__(self) -> None:
        self.room: int | None = None
        """Bytes; none: enough."""
        self.writes = threading.Event()
        self.writes.set()

    def write(self, descriptor: int, data: bytes) -> int:
        assert self.writes.wait(10)
        if self.room is None:
            return os.write(descriptor, data)
        if self.room == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        done = os.write(descriptor, data[: self.room])
        self.room -= done
        return done


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def sqlite(tmp_path: Path, open_engine: Callable[[str], Engine]) -> Engine:
    return open_engine(f"sqlite:///{tmp_path}/journal.db")


def ship(engine: Engine, folder: Path) -> None:
    with shipping(engine, folder) as shipper:
        shipper.ship()
        assert (shipper.status().damaged, shipper.status().waiting) == (0, 0)


def test_nobody_waits_for_a_disk_that_hangs(sqlite: Engine, spool_folder: Path, disk: Disk) -> None:
    disk.writes.clear()
    events = call(2000)
    spool = Spool(spool_folder, write=disk.write)
    for each in events:
        spool.put(each)  # The disk answers after the last of them.
    assert spool.status().written == 0
    disk.writes.set()
    assert spool.flush(10)
    assert spool.status().written == 2001  # With the record's end.
    spool.close()
    ship(sqlite, spool_folder)
    assert stored(sqlite) == events


def test_a_disk_that_does_not_sync_delays_no_write(spool_folder: Path) -> None:
    syncing, go_on = threading.Event(), threading.Event()

    def sync(descriptor: int) -> None:
        syncing.set()
        assert go_on.wait(10)

    spool = Spool(spool_folder, sync=sync)
    for each in call(2, "call-1"):
        spool.put(each)
    assert syncing.wait(10)  # At the end of a call.
    for each in call(50, "call-2"):
        spool.put(each)
    assert spool.flush(10)
    assert len((spool.folder / "call-2.jsonl").read_bytes().splitlines()) == 51
    go_on.set()
    spool.close()


@pytest.mark.parametrize("room", [0, 1, 300, 5000])
def test_a_full_disk_is_waited_for(
    sqlite: Engine, spool_folder: Path, disk: Disk, room: int, caplog: pytest.LogCaptureFixture
) -> None:
    disk.room = room
    events = call(100)
    spool = Spool(spool_folder, write=disk.write)
    for each in events:
        spool.put(each)
    assert spool.flush(10)
    assert spool.status().stuck and spool.status().lost == 0 and spool.status().waiting > 0
    disk.room = None
    while spool.status().stuck:
        assert spool.flush(10)
    spool.close()
    assert spool.status().lost == 0
    ship(sqlite, spool_folder)
    assert stored(sqlite) == events
    messages = [record.message for record in caplog.records if record.name.startswith("calls.journal")]
    assert messages == ["journal disk takes nothing", "journal disk takes events again"]


def test_what_a_full_disk_loses_stands_in_the_record(sqlite: Engine, spool_folder: Path, disk: Disk) -> None:
    disk.room = 0
    spool = Spool(spool_folder, write=disk.write, memory_limit=2000)
    events = call(100)
    for each in events:
        spool.put(each)
        assert spool.flush(10)
    lost = spool.status().lost
    assert 80 < lost < 100
    disk.room = None
    while spool.status().stuck:
        assert spool.flush(10)
    spool.close()
    ship(sqlite, spool_folder)
    *kept, loss = stored(sqlite)
    assert [each for each in events if each in kept] == kept
    assert (loss.kind, loss.sequence, loss.fields) == ("journal.lost", 100, {"events": lost})
    assert len(kept) == 100 - lost
    assert ending(sqlite)[1:] == ("hung_up", lost)


def test_what_a_full_queue_loses_stands_in_the_record(
    sqlite: Engine, spool_folder: Path, disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    spool = Spool(spool_folder, write=disk.write, queue_limit=10)
    disk.writes.clear()
    for each in call(200):
        spool.put(each)
    lost = spool.status().lost
    assert 150 < lost < 200
    disk.writes.set()
    assert spool.flush(10)
    spool.close()
    ship(sqlite, spool_folder)
    *_, end, loss = stored(sqlite)
    assert (end.kind, loss.kind, loss.fields) == ("call.ended", "journal.lost", {"events": lost})
    assert ending(sqlite)[2] == lost
    assert [record.message for record in caplog.records] == ["journal queue full"]


def test_an_event_that_cannot_be_written_costs_no_other(sqlite: Engine, spool_folder: Path) -> None:
    bad = [event(1, fields={"what": object()}), event(2, fields={"long": "x" * LINE_LIMIT})]  # pyright: ignore[reportArgumentType]
    spool = Spool(spool_folder)
    for each in (event(0), *bad, event(3, "call.ended")):
        spool.put(each)
    assert spool.flush(10)
    spool.close()
    assert spool.status().lost == 2
    ship(sqlite, spool_folder)
    assert [each.kind for each in stored(sqlite)] == ["turn.partial", "call.ended", "journal.lost"]


def test_events_after_the_end_go_to_a_file_of_their_own(sqlite: Engine, spool_folder: Path) -> None:
    spool = Spool(spool_folder)
    for each in (event(0), event(1, "call.ended")):
        spool.put(each)
    assert spool.flush(10)
    spool.put(event(2, "handoff.done"))
    assert spool.flush(10)
    assert sorted(file.name for file in spool.folder.glob("*.jsonl")) == ["call-1.jsonl", "call-1@2.jsonl"]
    spool.close()
    ship(sqlite, spool_folder)
    assert len(stored(sqlite)) == 3
    assert ending(sqlite)[1] == "hung_up"


def test_a_closed_spool_takes_nothing_and_fails_nobody(spool_folder: Path) -> None:
    spool = Spool(spool_folder)
    spool.close()
    spool.close()
    spool.put(event(0))
    assert spool.status().lost == 1


def test_two_processes_share_a_spool(sqlite: Engine, spool_folder: Path) -> None:
    spools = [Spool(spool_folder), Spool(spool_folder)]
    for number, spool in enumerate(spools):
        for each in call(3, f"call-{number}"):
            spool.put(each)
        assert spool.flush(10)
        spool.close()
    ship(sqlite, spool_folder)
    assert [len(stored(sqlite, f"call-{number}")) for number in range(2)] == [3, 3]


def test_files_are_for_this_user_only(spool_folder: Path) -> None:
    spool = Spool(spool_folder)
    spool.put(event(0))
    assert spool.flush(10)
    assert [path.stat().st_mode & 0o077 for path in (spool_folder, spool.folder, *spool.folder.iterdir())] == [0] * 4
    spool.close()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SpoolError, match=r"journal\.spool: .*file/spool: Not a directory"):
        Spool(tmp_path / "file" / "spool")


def test_a_process_that_begins_on_a_full_disk_writes_once_there_is_room(
    sqlite: Engine, spool_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events, made = call(3), Path.mkdir

    def full(path: Path, mode: int = 0o777, *, parents: bool = False, exist_ok: bool = False) -> None:
        if path.parent == spool_folder:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        made(path, mode, parents=parents, exist_ok=exist_ok)

    with monkeypatch.context() as disk:
        disk.setattr(Path, "mkdir", full)
        spool = Spool(spool_folder)
        for each in events:
            spool.put(each)
        assert spool.flush(10)
        assert spool.status().stuck and spool.status().lost == 0
    while spool.status().stuck:
        assert spool.flush(10)
    spool.close()
    ship(sqlite, spool_folder)
    assert stored(sqlite) == events


def test_a_folder_that_room_would_not_mend_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("a file")
    with pytest.raises(SpoolError, match=r"journal\.spool"):
        Spool(tmp_path / "spool")


def test_a_folder_that_could_not_be_made_leaves_nothing(spool_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(path: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr(Path, "rename", no_room)
        spool = Spool(spool_folder)
        assert list(spool_folder.iterdir()) == []
    spool.close()

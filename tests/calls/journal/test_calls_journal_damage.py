"""Files that are not as they were written: what is sound before the damage is stored, and nothing is thrown away."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from records import call, ending, event, shipping, stored, written
from sqlalchemy import Engine

from calls.journal.folders import belongs, damaged_files, file_stem
from calls.journal.lines import START, BadLine, End, decode, encode
from calls.journal.spool import Spool
from calls.journal.tail import Position, read_chunk
from contracts.call_event import CallEvent, Value


def reason(spool: Path) -> tuple[str, int]:
    """Code and line."""
    (file,) = damaged_files(spool)
    told = json.loads(file.with_name(f"{file.name}.reason").read_text("utf-8"))
    return told["code"], told["line"]


def test_a_cut_last_line(engine: Engine, spool_folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    events = call(4, ended=False)
    file = written(spool_folder, events)
    file.write_bytes(file.read_bytes()[:-10])
    with shipping(engine, spool_folder) as shipper:
        shipper.ship()
        assert shipper.status().damaged == 1
    assert stored(engine) == events[:3]
    assert reason(spool_folder) == ("cut", 4)
    assert ending(engine) == (events[2].utc, "record_damaged", None)
    assert [record.message for record in caplog.records] == ["journal file damaged"]


def test_a_line_that_is_still_being_written_is_waited_for(engine: Engine, spool_folder: Path) -> None:
    spool = Spool(spool_folder)
    for each in call(3, ended=False):
        spool.put(each)
    assert spool.flush(10)
    (file,) = spool.folder.glob("*.jsonl")
    whole = file.read_bytes()
    with shipping(engine, spool_folder) as shipper:
        for part in (whole[:-10], whole):
            file.write_bytes(part)
            shipper.ship()
            assert len(stored(engine)) == (3 if part == whole else 2)
            assert shipper.status().damaged == 0
    spool.close()


def test_a_file_without_an_end_of_a_process_that_is_gone(engine: Engine, spool_folder: Path) -> None:
    events = call(3, ended=False)
    file = written(spool_folder, events)
    with shipping(engine, spool_folder) as shipper:
        shipper.ship()
        assert (shipper.status().waiting, shipper.status().damaged) == (0, 0)
    assert stored(engine) == events
    assert ending(engine) == (events[-1].utc, "process_ended", None)
    assert not file.parent.exists()


def test_a_line_that_somebody_changed(engine: Engine, spool_folder: Path) -> None:
    events = call(5)
    file = written(spool_folder, events)
    lines = file.read_text("utf-8").splitlines(keepends=True)
    lines[2] = lines[2].replace("lần 2", "lần 7")
    file.write_text("".join(lines), "utf-8")
    with shipping(engine, spool_folder) as shipper:
        shipper.ship()
    assert stored(engine) == events[:2]
    assert reason(spool_folder) == ("checksum", 3)


@pytest.mark.parametrize(
    ("order", "line"),
    [([0, 2, 3], 2), ([0, 2, 1, 3], 2), ([0, 1, 1, 2], 3), ([1, 2, 3], 1)],
    ids=["missing", "exchanged", "twice", "first missing"],
)
def test_lines_out_of_their_order(
    order: list[int], line: int, spool_folder: Path, tmp_path: Path, open_engine: Callable[[str], Engine]
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/journal.db")
    file = written(spool_folder, call(4))
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[number] for number in order))
    with shipping(engine, spool_folder) as shipper:
        shipper.ship()
    assert reason(spool_folder) == ("checksum", line)


def test_another_schema_version_is_kept_and_said(engine: Engine, spool_folder: Path) -> None:
    file = written(spool_folder, [event(0), event(1, schema_version=7), event(2)])
    before = file.read_bytes()
    with shipping(engine, spool_folder) as shipper:
        shipper.ship()
    assert [each.sequence for each in stored(engine)] == [0]
    (kept,) = damaged_files(spool_folder)
    assert kept.read_bytes() == before
    told = kept.with_name(f"{kept.name}.reason").read_text("utf-8")
    assert "schema version 7; this program reads 1" in told


def test_a_damaged_file_brought_back_is_tried_again(engine: Engine, spool_folder: Path) -> None:
    events = call(4)
    file = written(spool_folder, events)
    whole = file.read_bytes()
    file.write_bytes(whole[:-10])
    with shipping(engine, spool_folder) as shipper:
        shipper.ship()
        (kept,) = damaged_files(spool_folder)
        kept.write_bytes(whole)
        shutil.move(kept.parent, spool_folder / "again")
        shipper.ship()
        assert (shipper.status().waiting, shipper.status().damaged) == (0, 0)
    assert stored(engine) == events
    assert ending(engine) == (events[-1].utc, "hung_up", 0)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", None),
        (b"\0" * 100, "cut"),
        (b"\n", "checksum"),
        (b"garbage\n" * 10, "checksum"),
        (b"\xff\xfe\n", "checksum"),
    ],
)
def test_what_is_no_spool_file(
    content: bytes, code: str | None, spool_folder: Path, tmp_path: Path, open_engine: Callable[[str], Engine]
) -> None:
    (spool_folder / "run").mkdir(parents=True)
    (spool_folder / "run" / "call.jsonl").write_bytes(content)
    events = call(2)
    written(spool_folder, events)
    with shipping(open_engine(f"sqlite:///{tmp_path}/journal.db"), spool_folder) as shipper:
        shipper.ship()
        assert (shipper.status().waiting, shipper.status().damaged) == (0, int(code is not None))
        assert shipper.status().shipped == 2
    if code:
        assert reason(spool_folder) == (code, 1)


def test_another_calls_event(spool_folder: Path, tmp_path: Path, open_engine: Callable[[str], Engine]) -> None:
    file = written(spool_folder, call(2))
    file.rename(file.with_name("call-2.jsonl"))
    with shipping(open_engine(f"sqlite:///{tmp_path}/journal.db"), spool_folder) as shipper:
        shipper.ship()
    assert reason(spool_folder) == ("call_id", 1)


def test_no_damaged_file_takes_the_place_of_another(
    spool_folder: Path, tmp_path: Path, open_engine: Callable[[str], Engine]
) -> None:
    (spool_folder / "run").mkdir(parents=True)
    contents = [b"one\n", b"two\n", b"three\n"]
    with shipping(open_engine(f"sqlite:///{tmp_path}/journal.db"), spool_folder) as shipper:
        for content in contents:
            (spool_folder / "run").mkdir(exist_ok=True)
            (spool_folder / "run" / "call-1.jsonl").write_bytes(content)
            shipper.ship()
    assert sorted(file.read_bytes() for file in damaged_files(spool_folder)) == sorted(contents)
    assert all(belongs(file, "call-1") for file in damaged_files(spool_folder))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
RECORDS = st.lists(st.dictionaries(st.text(min_size=1), VALUES, max_size=3), max_size=8)


def lines_of(fields: list[dict[str, Value]]) -> tuple[list[CallEvent], bytes]:
    events = [event(number, fields=each) for number, each in enumerate(fields)]
    checksum, lines = START, b""
    for record in (*events, End(events=len(events), lost=0)):
        line, checksum = encode(record, checksum)
        lines += line
    return events, lines


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fields=RECORDS, data=st.data(), gone=st.booleans(), limit=st.integers(1, 9))
def test_whatever_is_left_of_a_file_yields_a_prefix(
    fields: list[dict[str, Value]], data: st.DataObject, gone: bool, limit: int, tmp_path: Path
) -> None:
    events, lines = lines_of(fields)
    cut_from = data.draw(st.integers(0, len(lines)))
    cut_to = data.draw(st.integers(cut_from, len(lines)))
    put_in = data.draw(st.just(b"") | st.binary(max_size=40) | st.just(lines))
    file = tmp_path / f"{file_stem('call-1')}.jsonl"
    file.write_bytes(lines[:cut_from] + put_in + lines[cut_to:])
    position, found, whole = Position(), list[CallEvent](), False
    while True:
        chunk = read_chunk(file, position, limit=limit, owner_gone=gone)
        found += chunk.events
        position, whole = chunk.stop, chunk.end is not None
        if chunk.over or not chunk.more:
            break
    assert found == events[: len(found)]
    if whole:
        assert found == events
    if found != events and gone:
        assert chunk.damage is not None or chunk.abandoned


@given(st.binary())
def test_no_bytes_break_the_reader(line: bytes) -> None:
    with pytest.raises(BadLine):
        decode(line + b"\n", START)


@given(RECORDS)
def test_lines_come_back_as_they_were(fields: list[dict[str, Value]]) -> None:
    events, lines = lines_of(fields)
    checksum, found = START, list[CallEvent | End]()
    for line in lines.split(b"\n")[:-1]:
        record, checksum = decode(line + b"\n", checksum)
        found.append(record)
    assert found == [*events, End(events=len(events), lost=0)]

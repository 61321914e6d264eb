"""From spool to database, and how often and whenever one likes."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from records import call, ending, event, shipping, stored, written
from sqlalchemy import Engine

from calls.journal.errors import ShipperBusy
from calls.journal.shipper import Shipper
from calls.journal.spool import Spool
from contracts.call_event import Value


def test_a_call_is_stored_and_its_file_goes(engine: Engine, spool_folder: Path) -> None:
    events = call(5)
    written(spool_folder, events)
    with shipping(engine, spool_folder) as shipper:
        shipper.ship()
        assert stored(engine) == events
        assert ending(engine) == (events[-1].utc, "hung_up", 0)
        assert shipper.status().shipped == 5
        assert (shipper.status().waiting, shipper.status().damaged) == (0, 0)
    assert [entry.name for entry in spool_folder.iterdir() if not entry.name.startswith(".")] == []


def test_a_running_call_is_shipped_as_it_goes(engine: Engine, spool_folder: Path) -> None:
    events = call(6)
    spool = Spool(spool_folder)
    with shipping(engine, spool_folder) as shipper:
        for count in (2, 4, 6):
            for each in events[count - 2 : count]:
                spool.put(each)
            assert spool.flush(10)
            shipper.ship()
            assert stored(engine) == events[:count]
            assert shipper.status().waiting == (0 if count == 6 else 1)
        spool.close()
        shipper.ship()
        assert ending(engine)[1] == "hung_up"


def test_shipping_twice_stores_once(engine: Engine, spool_folder: Path, tmp_path: Path) -> None:
    events = call(1200)
    file = written(spool_folder, events)
    shutil.copytree(file.parent, tmp_path / "again")
    for _ in range(2):
        with shipping(engine, spool_folder) as shipper:
            shipper.ship()
            assert shipper.status().damaged == 0
        assert stored(engine) == events
        shutil.copytree(tmp_path / "again", file.parent, dirs_exist_ok=True)


def test_a_shipper_that_starts_again_goes_on(engine: Engine, spool_folder: Path) -> None:
    events = call(6)
    spool = Spool(spool_folder)
    for count in (3, 6):
        for each in events[count - 3 : count]:
            spool.put(each)
        assert spool.flush(10)
        with shipping(engine, spool_folder) as shipper:
            shipper.ship()
    spool.close()
    assert stored(engine) == events


def test_another_event_under_the_same_number_is_kept(engine: Engine, spool_folder: Path) -> None:
    """Such as a second program that gives a call's name again."""
    written(spool_folder, call(3))
    with shipping(engine, spool_folder) as shipper:
        shipper.ship()
        written(spool_folder, [event(0), event(1, "other"), event(5)])
        shipper.ship()
        assert shipper.status().damaged == 1
    assert [each.kind for each in stored(engine)] == ["turn.partial", "turn.partial", "call.ended", "turn.partial"]
    reason = next(spool_folder.glob("damaged/*/*.reason")).read_text("utf-8")
    assert '"conflict"' in reason and "lần" not in reason


def test_a_second_shipper_is_refused(engine: Engine, spool_folder: Path) -> None:
    with shipping(engine, spool_folder):
        with pytest.raises(ShipperBusy, match=r"journal\.spool: .*another shipper"):
            Shipper(engine, spool_folder)
    Shipper(engine, spool_folder).close()


@pytest.mark.parametrize(
    ("kinds", "reason"),
    [
        (["handoff.started", "handoff.done", "call.ended"], "handed_over"),
        (["fault", "handoff.done", "call.ended"], "fault"),
        (["handoff.failed", "call.ended"], "hung_up"),
        (["handoff.done"], "process_ended"),
    ],
)
def test_how_a_call_ended(kinds: list[str], reason: str, engine: Engine, spool_folder: Path) -> None:
    written(spool_folder, [event(number, kind) for number, kind in enumerate(kinds)])
    with shipping(engine, spool_folder) as shipper:
        shipper.ship()
    assert ending(engine)[1] == reason


def test_fields_that_databases_do_not_like(engine: Engine, spool_folder: Path) -> None:
    fields: dict[str, Value] = {
        "zero": "a\0b",
        "half": "\ud83d",
        "number": float("nan"),
        "far": [float("-inf")],
        "long": "đ" * 100_000,
    }
    written(spool_folder, [event(0, fields=fields), event(1, fields={"huge": 1 << 80}), event(2)])
    with shipping(engine, spool_folder) as shipper:
        shipper.ship()
        assert shipper.status().damaged == 0
    first, second, _ = stored(engine)
    assert first.fields == {**fields, "number": "nan", "far": ["-inf"]}
    assert second.fields == {"huge": 1 << 80}


@pytest.mark.parametrize("call_id", ["PJSIP/trunk-00000001", "..", "1764.12@x", "ký tự", "x" * 5000])
def test_any_call_id_has_its_file(
    call_id: str, tmp_path: Path, spool_folder: Path, open_engine: Callable[[str], Engine]
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/journal.db")
    written(spool_folder, call(2), closed=True)
    written(spool_folder, call(3, call_id))
    with shipping(engine, spool_folder) as shipper:
        shipper.ship()
        assert shipper.status().damaged == 0
    assert (len(stored(engine)), len(stored(engine, call_id))) == (2, 3)

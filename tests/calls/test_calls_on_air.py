"""The board: one person stops, two put on again; bulletins go by themselves; a wrong file changes nothing."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from calls.control import CallControl
from calls.on_air.board import FILE_NAME, HISTORY_NAME, OnAirBoard
from calls.on_air.errors import BoardUnreadable, EntryRefused, NotOnBoard, SamePerson
from calls.on_air.watching import EVERYTHING_STOPPED, LOOK_EVERY_S, OnAirWatch
from contracts.clock import ScriptedClock
from contracts.meaning import Aspect
from contracts.on_air import Bulletin, OnAir, Stop
from contracts.tasks import end_tasks

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
BIRTH = "1.001193"


@pytest.fixture
def clock() -> ScriptedClock:
    return ScriptedClock(NOW)


@pytest.fixture
def board(tmp_path: Path, clock: ScriptedClock) -> OnAirBoard:
    return OnAirBoard(tmp_path / "store", clock)


def changes(tmp_path: Path) -> list[tuple[str, str]]:
    lines = (tmp_path / "store" / HISTORY_NAME).read_text(encoding="utf-8").splitlines()
    return [(line["change"], line["by"]) for line in map(json.loads, lines)]


def test_one_person_stops_and_two_put_on_again(board: OnAirBoard, tmp_path: Path) -> None:
    entry = board.stop(BIRTH, Aspect.FEE, by="hoa", note="Lệ phí vừa đổi.")
    assert board.on_air() == OnAir(stops=(Stop(code=BIRTH, aspect=Aspect.FEE),))
    waiting = board.lift(entry.id, by="hoa")
    assert waiting is not None and waiting.lift_asked_by == "hoa"
    with pytest.raises(SamePerson, match="người thứ hai"):
        board.lift(entry.id, by="hoa")
    assert board.on_air().stops
    assert board.lift(entry.id, by="minh") is None
    assert board.on_air() == OnAir()
    assert changes(tmp_path) == [("stopped", "hoa"), ("lift_asked", "hoa"), ("lifted", "minh")]


def test_what_is_stopped_already_stays_as_it_is(board: OnAirBoard, tmp_path: Path) -> None:
    first = board.stop(BIRTH, by="hoa")
    assert board.stop(BIRTH, by="minh") == first
    assert changes(tmp_path) == [("stopped", "hoa")]


def test_who_stops_again_takes_back_what_was_asked_of_lifting(board: OnAirBoard, tmp_path: Path) -> None:
    """Else one person would put on again what another has just stopped for another reason."""
    entry = board.stop(BIRTH, by="hoa")
    board.lift(entry.id, by="minh")
    again = board.stop(BIRTH, by="lan")
    assert again.id == entry.id and not again.lift_asked_by
    waiting = board.lift(entry.id, by="hoa")
    assert waiting is not None and board.on_air().stops
    assert changes(tmp_path) == [("stopped", "hoa"), ("lift_asked", "minh"), ("stopped", "lan"), ("lift_asked", "hoa")]


async def test_a_bulletin_ends_by_itself(board: OnAirBoard, clock: ScriptedClock) -> None:
    entry = board.tell(" Cổng đang\nbảo trì. ", until=NOW + timedelta(minutes=5), by="hoa", aspects=(Aspect.ONLINE,))
    assert board.on_air().bulletins == (Bulletin(id=entry.id, text="Cổng đang bảo trì.", aspects=(Aspect.ONLINE,)),)
    await clock.advance(300)
    assert board.on_air() == OnAir()


def test_a_bulletin_is_withdrawn(board: OnAirBoard, tmp_path: Path) -> None:
    entry = board.tell("Nghỉ lễ.", until=NOW + timedelta(days=1), by="hoa")
    board.withdraw(entry.id, by="minh")
    assert board.on_air() == OnAir()
    assert changes(tmp_path) == [("told", "hoa"), ("withdrawn", "minh")]


REFUSED: tuple[tuple[Callable[[OnAirBoard], object], str], ...] = (
    (lambda board: board.stop("khai sinh", by="hoa"), "code"),
    (lambda board: board.stop(BIRTH, fact="0123abcd", by="hoa"), "aspect"),
    (lambda board: board.stop(BIRTH, Aspect.FEE, "xyz", by="hoa"), "fact"),
    (lambda board: board.stop(BIRTH, by=""), "by"),
    (lambda board: board.tell("", until=NOW + timedelta(days=1), by="hoa"), "text"),
    (lambda board: board.tell("dài " * 60, until=NOW + timedelta(days=1), by="hoa"), "text"),
    (lambda board: board.tell("Nghỉ lễ.", until=NOW, by="hoa"), "until"),
)


@pytest.mark.parametrize(("refused", "field"), REFUSED)
def test_what_cannot_be_taken_is_named(board: OnAirBoard, refused: Callable[[OnAirBoard], object], field: str) -> None:
    with pytest.raises(EntryRefused, match=f"^{field}"):
        refused(board)
    assert board.on_air() == OnAir()


def test_what_is_not_there(board: OnAirBoard) -> None:
    with pytest.raises(NotOnBoard):
        board.lift("0123abcd", by="hoa")
    with pytest.raises(NotOnBoard):
        board.withdraw("0123abcd", by="hoa")


WITHOUT_ZONE = {
    "id": "0123abcd",
    "by": "hoa",
    "at": "2026-11-24T08:00:00Z",
    "text": "Nghỉ.",
    "until": "2026-11-24T17:00",
}


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"version": 2}',
        '{"version": 1, "stops": [{"id": "x"}]}',
        json.dumps({"version": 1, "bulletins": [WITHOUT_ZONE]}),
    ],
)
def test_a_wrong_file_is_named_and_kept(board: OnAirBoard, tmp_path: Path, text: str) -> None:
    board.stop(BIRTH, by="hoa")
    file = tmp_path / "store" / FILE_NAME
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BoardUnreadable, match=FILE_NAME):
        board.stop("1.000656", by="hoa")
    assert file.read_text(encoding="utf-8") == text


async def test_calls_follow_the_board(board: OnAirBoard, tmp_path: Path) -> None:
    control = CallControl()
    watch = OnAirWatch(board, control)
    await watch.look()
    assert control.on_air == OnAir()
    board.stop(BIRTH, by="hoa")
    await watch.look()
    stopped = OnAir(stops=(Stop(code=BIRTH),))
    assert control.on_air == stopped
    (tmp_path / "store" / FILE_NAME).write_text("{", encoding="utf-8")
    await watch.look()
    assert control.on_air == stopped


async def test_a_board_that_cannot_be_read_at_the_start_stops_everything(board: OnAirBoard, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / FILE_NAME).write_text("{", encoding="utf-8")
    control = CallControl()
    await OnAirWatch(board, control).look()
    assert control.on_air == EVERYTHING_STOPPED


@pytest.mark.parametrize("gone", ["file", "folder"])
async def test_a_board_that_is_gone_lifts_nothing(board: OnAirBoard, tmp_path: Path, gone: str) -> None:
    """As when the disk of the store is not mounted any more."""
    control = CallControl()
    watch = OnAirWatch(board, control)
    board.stop(BIRTH, by="hoa")
    await watch.look()
    store = tmp_path / "store"
    if gone == "file":
        (store / FILE_NAME).unlink()
    else:
        store.rename(tmp_path / "elsewhere")
    await watch.look()
    assert control.on_air == OnAir(stops=(Stop(code=BIRTH),))
    with pytest.raises(BoardUnreadable):
        board.stop("1.000656", by="hoa")


def test_a_history_without_a_file_is_no_empty_board(board: OnAirBoard, tmp_path: Path, clock: ScriptedClock) -> None:
    board.stop(BIRTH, by="hoa")
    (tmp_path / "store" / FILE_NAME).unlink()
    with pytest.raises(BoardUnreadable, match=FILE_NAME):
        OnAirBoard(tmp_path / "store", clock).read()


async def test_a_fault_does_not_end_the_watch(
    board: OnAirBoard, clock: ScriptedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    control, looks = CallControl(), list[OnAir]()

    def on_air() -> OnAir:
        looks.append(OnAir())
        if len(looks) == 1:
            raise RuntimeError("no thread to be had")
        return OnAir(stops=(Stop(code=BIRTH),))

    monkeypatch.setattr(board, "on_air", on_air)
    watching = asyncio.create_task(OnAirWatch(board, control).watch(clock))
    async with asyncio.timeout(5):
        while not control.on_air.stops:
            await clock.advance(LOOK_EVERY_S)
            await asyncio.sleep(0)
    await end_tasks(watching)

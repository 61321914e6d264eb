"""Handoff packets: collected from a call's events, kept on disk and on the channel, put away with the caller."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from calls.packets.collector import MOST_KEPT, PacketCollector
from calls.packets.files import KeptPacket, PacketFiles
from calls.packets.keeper import GONE_AFTER_S, PRUNE_EVERY_S, Exchange, PacketKeeper
from contracts.acts import HandoffReason
from contracts.call_event import CallEvent, Value
from contracts.clock import ScriptedClock
from contracts.handoff import DoubtKind, HandoffPacket
from telephony.errors import AriUnreachable

UTC_START = datetime(2026, 11, 24, 3, tzinfo=UTC)
CALL = "1795519611.0"


def event(kind: str, call_id: str = CALL, **fields: Value) -> CallEvent:
    return CallEvent(call_id=call_id, sequence=0, sample=0, utc=UTC_START, bundle_id="b", kind=kind, fields=fields)


STARTED = event("call.started", caller="0901234678")
PAPERS = event(
    "turn.heard",
    text="làm giấy khai sinh",
    intent="ask",
    aspects=["documents"],
    procedures=["1.001193"],
    acceptance=0.9,
)
ANSWER = event(
    "say.started",
    act_id=3,
    behaviour="answer",
    text="Bác cần giấy chứng sinh.",
    sources=["1.001193@ab12"],
    as_of="2026-11-24",
)
QUESTION = event("say.started", act_id=4, behaviour="clarify", text="Bác hỏi về kết hôn phải không ạ?")


def name_of(code: str) -> str:
    return {"1.001193": "đăng ký khai sinh"}.get(code, code)


def collected(*events: CallEvent) -> HandoffPacket:
    collector = PacketCollector(STARTED, name_of)
    for one in events:
        collector.take(one)
    return collector.packet(UTC_START + timedelta(seconds=12))


def test_what_was_asked_answered_and_why_it_is_handed_over() -> None:
    packet = collected(PAPERS, ANSWER, event("handoff.started", reason="caller_asked"))
    assert (packet.call_id, packet.caller, packet.duration_s) == (CALL, "09xxxxx678", 12.0)
    assert packet.reason is HandoffReason.CALLER_ASKED
    (asked,), (answered,) = packet.asked, packet.answered
    assert (asked.text, asked.aspects, asked.procedures) == (
        "làm giấy khai sinh",
        ("documents",),
        ("đăng ký khai sinh",),
    )
    (source,) = answered.sources
    assert (source.code, source.version, source.as_of, answered.cut) == ("1.001193", "ab12", "2026-11-24", False)
    assert packet.doubts == ()


def test_doubts() -> None:
    packet = collected(
        event("turn.heard", text="ơ kìa", intent="nothing", acceptance=0.0),
        event("turn.heard", text="", intent="nothing", acceptance=0.0),
        event("turn.heard", text="làm giấy", intent="ask", acceptance=0.4, aspects=[], procedures=[]),
        QUESTION,
        event("turn.heard", text="không phải", intent="no", acceptance=0.9),
    )
    assert [(doubt.kind, doubt.text) for doubt in packet.doubts] == [
        (DoubtKind.NOT_UNDERSTOOD, "ơ kìa"),
        (DoubtKind.NOT_UNDERSTOOD, ""),
        (DoubtKind.LOW_ACCEPTANCE, "làm giấy"),
        (DoubtKind.REJECTED, "Bác hỏi về kết hôn phải không ạ?"),
    ]
    assert [asked.text for asked in packet.asked] == ["ơ kìa", "làm giấy"]


def test_an_answer_that_was_interrupted_is_marked() -> None:
    packet = collected(PAPERS, ANSWER, event("barge_in.interrupted", act_id=3, heard_chars=4))
    assert [answered.cut for answered in packet.answered] == [True]


def test_a_long_call_keeps_the_newest() -> None:
    packet = collected(*[event("turn.heard", text=f"câu {n}", intent="ask", acceptance=0.9) for n in range(100)])
    assert [asked.text for asked in packet.asked] == [f"câu {n}" for n in range(100 - MOST_KEPT, 100)]


def test_events_without_their_fields_do_no_harm() -> None:
    kinds = ("turn.heard", "say.started", "barge_in.interrupted", "handoff.started", "handoff.failed", "x")
    assert collected(*(event(kind) for kind in kinds)).reason is None


def test_a_file_is_for_this_user_only_and_opens_with_its_key(tmp_path: Path) -> None:
    files = PacketFiles(tmp_path / "handoffs")
    files.write(KeptPacket(packet=collected(PAPERS), key="k"))
    files.write(KeptPacket(packet=collected(PAPERS, ANSWER), key="k"))
    (file,) = files.folder.iterdir()
    assert file.stat().st_mode & 0o077 == 0 and files.folder.stat().st_mode & 0o077 == 0
    kept = files.read(CALL)
    assert kept is not None and kept.packet == collected(PAPERS, ANSWER)
    assert kept.opens("k") and not kept.opens("") and not kept.opens("kk")
    files.remove(CALL)
    files.remove(CALL)
    assert files.read(CALL) is None


@pytest.mark.parametrize("call_id", ["", ".", "..", "../x", "a/b", "a\0b", "x" * 100, ".hidden"])
def test_no_call_id_leads_out_of_the_folder(tmp_path: Path, call_id: str) -> None:
    files = PacketFiles(tmp_path / "handoffs")
    assert files.read(call_id) is None
    files.remove(call_id)
    packet = HandoffPacket(call_id=call_id, caller="", started=UTC_START)
    with pytest.raises(ValueError, match="call id"):
        files.write(KeptPacket(packet=packet, key="k"))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"key": "k"}', '{"key": "k", "packet": {}}', "\udcff"])
def test_a_damaged_file_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / f"{CALL}.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert PacketFiles(tmp_path).read(CALL) is None


def test_old_files_are_removed(tmp_path: Path) -> None:
    files = PacketFiles(tmp_path / "handoffs")
    assert files.prune() == 0
    for call_id in ("1.1", "1.2"):
        files.write(KeptPacket(packet=HandoffPacket(call_id=call_id, caller="", started=UTC_START), key="k"))
    os.utime(files.folder / "1.1.json", (0, 0))
    assert files.prune() == 1
    assert files.read("1.1") is None and files.read("1.2") is not None


class FakeExchange:
    def __init__(self) -> None:
        self.notes: list[tuple[str, str, str]] = []
        self.callers = {CALL}
        self.error: AriUnreachable | None = None
        self.open = asyncio.Event()
        self.open.set()

    async def leave_note(self, call_id: str, summary: str, page: str) -> None:
        await self.open.wait()
        if self.error is not None:
            raise self.error
        self.notes.append((call_id, summary, page))

    async def has_caller(self, call_id: str) -> bool:
        return call_id in self.callers


class Rig:
    def __init__(self, folder: Path) -> None:
        self.exchange = FakeExchange()
        self.clock = ScriptedClock()
        self.files = PacketFiles(folder)
        exchange = Exchange(leave_note=self.exchange.leave_note, has_caller=self.exchange.has_caller)
        self.keeper = PacketKeeper(self.files, exchange, page=lambda one, key: f"{one}?{key}", clock=self.clock)
        self.listen = self.keeper.listener(name_of)

    async def after(self, *events: CallEvent) -> HandoffPacket | None:
        for one in events:
            self.listen(one)
        await self.keeper.settled()
        kept = self.files.read(CALL)
        return kept.packet if kept else None

    async def call_ended(self) -> HandoffPacket | None:
        self.listen(event("call.ended"))
        ending = asyncio.create_task(self.keeper.settled())
        while not ending.done():
            await self.clock.advance(GONE_AFTER_S)
            # What is done in threads takes no time of this clock.
            await asyncio.wait([ending], timeout=0.01)
        kept = self.files.read(CALL)
        return kept.packet if kept else None


@asynccontextmanager
async def rigged(folder: Path) -> AsyncGenerator[Rig]:
    rig = Rig(folder)
    async with asyncio.timeout(20):
        yield rig
        await rig.keeper.close()


async def test_each_turn_is_on_disk_and_on_the_channel(tmp_path: Path) -> None:
    async with rigged(tmp_path) as rig:
        await rig.after(STARTED)
        packet = await rig.after(PAPERS, ANSWER)
        assert packet is not None and packet.asked and packet.answered
        (_, first, page), *_, (_, last, again) = rig.exchange.notes
        kept = rig.files.read(CALL)
        assert kept is not None and page == f"{CALL}?{kept.key}" and again == ""
        assert "chưa rõ" in first and "giấy chứng sinh" in last


async def test_many_events_at_once_are_told_once(tmp_path: Path) -> None:
    async with rigged(tmp_path) as rig:
        await rig.after(STARTED, *[PAPERS] * 20, ANSWER)
        assert len(rig.exchange.notes) == 1


async def test_after_the_handoff_began_no_note_is_left(tmp_path: Path) -> None:
    async with rigged(tmp_path) as rig:
        await rig.after(STARTED, PAPERS)
        notes = len(rig.exchange.notes)
        packet = await rig.after(event("handoff.started", reason="no_source"))
        assert packet is not None and packet.reason is HandoffReason.NO_SOURCE
        assert len(rig.exchange.notes) == notes
        await rig.after(event("handoff.failed", code="transfer.refused"), PAPERS)
        assert len(rig.exchange.notes) == notes + 1


async def test_an_exchange_that_does_not_answer_holds_up_nobody(tmp_path: Path) -> None:
    async with rigged(tmp_path) as rig:
        rig.exchange.open.clear()
        rig.listen(STARTED)
        rig.listen(PAPERS)
        rig.listen(event("call.started", "1795519611.9", caller=""))
        rig.exchange.open.set()
        rig.exchange.error = AriUnreachable("no answer")
        packet = await rig.after(ANSWER)
        assert packet is not None and packet.answered


async def test_a_disk_that_takes_nothing_holds_up_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    async with rigged(tmp_path / "file" / "handoffs") as rig:
        await rig.after(STARTED, PAPERS)
        assert len(rig.exchange.notes) == 1


async def test_the_packet_of_a_caller_who_hung_up_is_removed(tmp_path: Path) -> None:
    async with rigged(tmp_path) as rig:
        await rig.after(STARTED, PAPERS)
        rig.exchange.callers.clear()
        assert await rig.call_ended() is None


@pytest.mark.parametrize("by_dialog", [True, False])
async def test_the_packet_of_a_caller_who_is_with_people_stays(tmp_path: Path, by_dialog: bool) -> None:
    async with rigged(tmp_path) as rig:
        await rig.after(STARTED, PAPERS)
        if by_dialog:
            await rig.after(event("handoff.started", reason="fault"), event("handoff.done"))
        assert await rig.call_ended() is not None


async def test_old_packets_are_removed_from_time_to_time(tmp_path: Path) -> None:
    async with rigged(tmp_path) as rig:
        running = asyncio.create_task(rig.keeper.run())
        await rig.after(STARTED)
        os.utime(tmp_path / f"{CALL}.json", (0, 0))
        while rig.files.read(CALL) is not None:
            await rig.clock.advance(PRUNE_EVERY_S)
            await asyncio.wait([running], timeout=0.01)
        running.cancel()
        await asyncio.wait([running])

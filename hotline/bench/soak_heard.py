"""Thousands of calls in one process, fed with words instead of sound, and what is left of them afterwards."""

import asyncio
import os
import random
import tempfile
import threading
from collections.abc import AsyncGenerator, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from asr.ear import Ear
from calls.admission import Admission
from calls.control import CallControl
from calls.feed import EventFeed
from calls.journal.database import open_database
from calls.journal.folders import call_files, runs
from calls.journal.masked import masked
from calls.journal.shipper import Shipper
from calls.journal.spool import Spool
from calls.packets.files import PacketFiles
from calls.packets.keeper import Exchange, PacketKeeper
from calls.parts import Parts
from dialogs.engine import Engine
from hotline.bench.questions import QUESTIONS
from hotline.bench.soak_endings import ENDINGS, Ending
from hotline.bench.soak_memory import Sample, held_by
from hotline.bench.soak_told import ToldDetector, ToldLine, ToldRecognizer, ToldVoice
from hotline.knowledge import today
from nlu.interpreter import Interpreter

OWN = "calls fed with words"
"""This process's name among those whose memory is looked at."""
_CALL_S = 30.0
_SETTLES_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardPlan:
    calls: int = 9000
    at_once: int = 20
    look_every: int = 100
    """Calls between two looks at the memory."""
    seed: int = 20266


@dataclass(slots=True, kw_only=True)
class HeardResult:
    as_planned: int = 0
    handed_over: int = 0
    samples: list[Sample] = field(default_factory=list[Sample])
    left: dict[str, int] = field(default_factory=dict[str, int])
    """What is still there afterwards, by kind."""


class _Office:
    """What all calls of a process share."""

    def __init__(self, folder: Path, engine: Engine, interpreter: Interpreter, thinking: ThreadPoolExecutor) -> None:
        self.folder = folder
        self.control = CallControl()
        self.feed = EventFeed()
        self.spool = Spool(folder / "spool")
        self.packets = PacketKeeper(
            PacketFiles(folder / "handoffs"),
            Exchange(leave_note=_no_note, has_caller=_nobody),
            page=lambda call_id, key: f"http://127.0.0.1/handoff/{call_id}?key={key}",
        )
        self._engine = engine
        self._interpreter = interpreter
        self._thinking = thinking
        self._names = self.packets.listener(lambda code: code)

    async def answer(self, line: ToldLine, calls_now: int) -> None:
        admission = Admission(lambda: self._parts(line), most_calls=1000, most_behind_ms=800, control=self.control)
        await admission.answer(line, calls_now=calls_now, today=today())

    def _parts(self, line: ToldLine) -> Parts:
        return Parts(
            make_ear=lambda rate_hz: Ear(
                recognizer=ToldRecognizer(lambda: line.saying), rate_hz=rate_hz, detector=ToldDetector()
            ),
            interpreter=self._interpreter,
            engine=self._engine,
            bundle_id=self._engine.bundle_id,
            voice=ToldVoice(),
            thinking=self._thinking,
            listeners=(self.feed.publish, lambda event: self.spool.put(masked(event)), self._names),
        )


async def soak_heard(plan: HeardPlan, engine: Engine, interpreter: Interpreter) -> HeardResult:
    warm, result = HeardResult(), HeardResult()
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(max_workers=1) as thinking:
        async with _office(Path(name), engine, interpreter, thinking) as office:
            await _run("warm", HeardPlan(calls=plan.at_once, at_once=plan.at_once), office, warm)
            await _settle(office)
            before = _held()
            await _run("heard", plan, office, result)
            await _settle(office)
            result.left = _left(office, before, warm.handed_over + result.handed_over)
    return result


async def _run(name: str, plan: HeardPlan, office: _Office, result: HeardResult) -> None:
    dice = random.Random(plan.seed)
    coming = iter(range(plan.calls))
    done = 0

    async def caller() -> None:
        nonlocal done
        for call in coming:
            questions = [one.text for one in dice.sample(QUESTIONS, 2)]
            line = ToldLine(f"{name}-{call}", questions, _ending(call))
            async with asyncio.timeout(_CALL_S):
                await office.answer(line, calls_now=plan.at_once)
            result.as_planned += line.as_planned
            result.handed_over += line.transferred
            done += 1
            if done % plan.look_every == 0:
                result.samples.append(_own(done))

    async with asyncio.TaskGroup() as group:
        for _ in range(plan.at_once):
            group.create_task(caller(), name="test caller")


def _ending(call: int) -> Ending:
    return ENDINGS[call % len(ENDINGS)]


async def _settle(office: _Office) -> None:
    """What comes after a call's end: its packet is removed, its journal stored."""
    await office.packets.settled()
    await asyncio.to_thread(office.spool.flush, _SETTLES_S)
    async with asyncio.timeout(_SETTLES_S):
        while True:
            if not _spooled(office):
                return
            await asyncio.sleep(0.1)


def _own(calls: int) -> Sample:
    held = held_by(os.getpid())
    assert held is not None
    return Sample(calls=calls, held={OWN: held})


def _held() -> dict[str, int]:
    held = _own(0).held[OWN]
    return {"tasks": len(asyncio.all_tasks()), "files": held.files, "threads": held.threads}


def _left(office: _Office, before: dict[str, int], handed_over: int) -> dict[str, int]:
    """`handed_over`: calls whose packets are kept for the talk that follows."""
    now = _held()
    packets = len(list((office.folder / "handoffs").iterdir()))
    return {
        **{kind: now[kind] - before[kind] for kind in before},
        "calls that can be controlled": len(office.control.calls()),
        "watchers of the feed": office.feed.watchers,
        "files in the spool": _spooled(office),
        "packets of callers who are gone": packets - handed_over,
    }


def _spooled(office: _Office) -> int:
    return sum(len(call_files(run)) for run in runs(office.folder / "spool"))


@asynccontextmanager
async def _office(
    folder: Path, engine: Engine, interpreter: Interpreter, thinking: ThreadPoolExecutor
) -> AsyncGenerator[_Office]:
    office = _Office(folder, engine, interpreter, thinking)
    try:
        with _shipping(folder):
            yield office
    finally:
        await office.packets.close()
        await asyncio.to_thread(office.spool.close)


@contextmanager
def _shipping(folder: Path) -> Generator[None]:
    """The journal's other end, in a thread."""
    engine = open_database(f"sqlite:///{folder / 'journal.db'}")
    shipper, stop = Shipper(engine, folder / "spool"), threading.Event()
    thread = threading.Thread(target=shipper.run, args=[stop], name="shipper")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        shipper.close()
        engine.dispose()


async def _no_note(call_id: str, summary: str, page: str) -> None: ...


async def _nobody(call_id: str) -> bool:
    return False

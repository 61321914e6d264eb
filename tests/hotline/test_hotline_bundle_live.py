"""A running hotline takes what is published for the next call, and nothing that is broken."""

import asyncio
import gc
import logging
import shutil
import weakref
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest

from asr.adapted import AdaptedRecognizer
from asr.ear import Ear
from asr.recognizer import IDLE, OnPartial, PooledRecognition, PooledRecognizer, RecognizerLoad
from asr.sharing import SharedRecognizer
from calls.parts import Parts
from contracts.acts import Act, Say
from contracts.clock import ScriptedClock
from contracts.events import CallStarted, KeyPressed
from contracts.expectation import Expectation
from contracts.meaning import Meaning
from dialogs.content import Content
from dialogs.engine import Engine
from dialogs.state import State
from hotline.bundles.history import Action
from hotline.bundles.live import AGAIN_AFTER_LOOKS, LOOK_EVERY_S, LiveBundle, Making, live_bundle
from hotline.bundles.loading import Bundle, First, first_bundle
from hotline.bundles.store import BundleStore
from hotline.knowledge import today
from nlu.interpreter import Interpreter
from procedures.errors import ContentFileError
from tts.voice import Voice

SHIPPED = Path(__file__).parents[2] / "config" / "content"
KEYS = "Bấm sao để nghe lại, bấm không để gặp cán bộ, bấm thăng để bỏ qua."


def load(folder: Path) -> Bundle:
    """Without meaning: what is said is enough to tell bundles apart."""
    content = Content.load(folder)
    engine = Engine(content)
    return Bundle(
        id=engine.bundle_id,
        folder=folder,
        content=content,
        engine=engine,
        interpreter=cast(Interpreter, Meaning),
        language_model=folder / "none",
    )


def no_ear(rate_hz: int) -> Ear:
    raise AssertionError


def parts(bundle: Bundle) -> Parts:
    return Parts(
        make_ear=no_ear,
        interpreter=bundle.interpreter,
        engine=bundle.engine,
        bundle_id=bundle.id,
        voice=cast(Voice, None),
        thinking=ThreadPoolExecutor(1),
    )


@dataclass(slots=True, kw_only=True)
class Call:
    """As a session holds it: the parts of its beginning."""

    parts: Parts
    state: State = field(init=False)

    def __post_init__(self) -> None:
        self.state, _ = self.parts.engine.step(self.parts.engine.start(), CallStarted(today=today()))

    def press(self, key: str) -> str:
        acts: tuple[Act, ...]
        self.state, acts = self.parts.engine.step(self.state, KeyPressed(key=key))
        return " ".join(act.text for act in acts if isinstance(act, Say))


@dataclass(slots=True, kw_only=True)
class Hotline:
    store: BundleStore
    folder: Path
    prepared: list[str] = field(default_factory=list[str])

    def write(self, text: str) -> None:
        file = self.folder / "responses.yml"
        file.write_text((SHIPPED / "responses.yml").read_text("utf-8").replace(KEYS, text), encoding="utf-8")

    def publish(self, text: str) -> str:
        self.write(text)
        with self.store.staged(self.folder) as staged:
            bundle = self.store.keep(staged)
        self.store.switch(bundle, Action.PUBLISH)
        return bundle

    @asynccontextmanager
    async def running(
        self, clock: ScriptedClock | None = None, parts: Callable[[Bundle], Parts] = parts
    ) -> AsyncGenerator[LiveBundle]:
        async def prepare(bundle: Bundle) -> None:
            self.prepared.append(bundle.id)

        first: First = await asyncio.to_thread(first_bundle, self.store, self.folder, load)
        making = Making(load=load, prepare=prepare, parts=parts)
        async with live_bundle(self.store, first, making, clock or ScriptedClock()) as live:
            del first
            yield live


@pytest.fixture
def hotline(tmp_path: Path) -> Hotline:
    folder = tmp_path / "content"
    (folder / "procedures").mkdir(parents=True)
    for name in ("flows.yml", "responses.yml", "thresholds.yml", "procedures/khai_sinh.yml"):
        shutil.copyfile(SHIPPED / name, folder / name)
    return Hotline(store=BundleStore(tmp_path / "store"), folder=folder)


def damage(store: BundleStore, bundle: str) -> None:
    file = store.path(bundle) / "responses.yml"
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[:-20])


async def test_the_next_call_takes_what_is_published(hotline: Hotline) -> None:
    async with hotline.running() as live:
        before = Call(parts=live.current())
        bundle = hotline.publish("Câu mới.")
        await live.look()
        after = Call(parts=live.current())
        assert (before.press("5"), after.press("5")) == (KEYS, "Câu mới.")
        assert after.parts.bundle_id == live.figures()["bundle"] == bundle[:12] == hotline.prepared[-1]
        hotline.store.go_back()
        await live.look()
        assert Call(parts=live.current()).press("5") == KEYS
        assert (before.press("5"), after.press("5")) == (KEYS, "Câu mới.")
        assert live.switches == 2


async def test_the_store_is_looked_at_each_second(hotline: Hotline) -> None:
    clock = ScriptedClock()
    async with hotline.running(clock) as live:
        hotline.publish("Câu mới.")
        async with asyncio.timeout(20):
            while not live.switches:
                await clock.advance(LOOK_EVERY_S)


async def test_parts_go_with_their_last_call(hotline: Hotline) -> None:
    async with hotline.running() as live:
        engine = weakref.ref(live.current().engine)
        call = [Call(parts=live.current())]
        hotline.publish("Câu mới.")
        await live.look()
        gc.collect()
        assert engine() is not None
        call.clear()
        gc.collect()
        assert engine() is None


class Worker(PooledRecognizer):
    """Which language models it is told to use, and to unload."""

    def __init__(self) -> None:
        self.opened: list[str] = []
        self.unloaded: list[str] = []

    def open(
        self, *, rate_hz: int, expectation: Expectation, on_partial: OnPartial, language_model: Path | None = None
    ) -> PooledRecognition:
        self.opened.append(str(language_model))
        return cast(PooledRecognition, None)

    def unload(self, language_model: Path) -> None:
        self.unloaded.append(str(language_model))

    def load(self) -> RecognizerLoad:
        return IDLE

    async def running(self) -> None: ...
    async def cpu_s(self) -> float:
        return 0.0

    async def close(self) -> None: ...


async def test_a_call_keeps_the_language_model_of_its_bundle(hotline: Hotline) -> None:
    worker = Worker()
    engine = SharedRecognizer([worker])

    def adapted(bundle: Bundle) -> Parts:
        recognizer = AdaptedRecognizer(engine, Path(bundle.id))

        def make_ear(rate_hz: int) -> Ear:
            return cast(Ear, recognizer)

        return replace(parts(bundle), make_ear=make_ear)

    def turn(of: Parts) -> None:
        ear = cast(AdaptedRecognizer, of.make_ear(8000))
        ear.open(rate_hz=8000, expectation=Expectation(), on_partial=lambda partial: None)

    async with hotline.running(parts=adapted) as live:
        calls = [live.current()]
        old, new = calls[0].bundle_id, hotline.publish("Câu mới.")[:12]
        await live.look()
        for of in (calls[0], live.current(), calls[0]):
            turn(of)
        assert worker.opened == [old, new, old] and not worker.unloaded
        del of
        calls.clear()
        gc.collect()
        await asyncio.sleep(0)
        assert worker.unloaded == [old]


async def test_a_broken_bundle_is_not_taken(hotline: Hotline, caplog: pytest.LogCaptureFixture) -> None:
    async with hotline.running() as live:
        before = live.current()
        bundle = hotline.publish("Câu mới.")
        damage(hotline.store, bundle)
        for _ in range(3):
            await live.look()
        assert live.current() is before
        refused = live.figures()["refused"]
        assert refused["bundle"] == bundle[:12] and "đã bị hỏng trên đĩa" in refused["why"]
        assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == ["bundle refused"]
        # Mended by publishing the same content again.
        hotline.publish("Câu mới.")
        await live.look()
        assert live.current().bundle_id == bundle[:12] and "refused" not in live.figures()


async def test_a_bundle_broken_while_live_is_told_and_calls_go_on(hotline: Hotline) -> None:
    async with hotline.running() as live:
        bundle = hotline.publish("Câu mới.")
        await live.look()
        shutil.rmtree(hotline.store.path(bundle))
        for _ in range(AGAIN_AFTER_LOOKS):
            await live.look()
        assert live.figures()["refused"]["bundle"] == bundle[:12]
        assert Call(parts=live.current()).press("5") == "Câu mới."


async def test_content_that_this_program_cannot_read_is_not_taken(hotline: Hotline) -> None:
    async with hotline.running() as live:
        bundle = hotline.publish("{gì}")
        await live.look()
        assert live.figures()["refused"]["bundle"] == bundle[:12]
        assert "responses.keys_known" in live.figures()["refused"]["why"]
        assert Call(parts=live.current()).press("5") == KEYS


async def test_a_broken_pointer_changes_nothing(hotline: Hotline) -> None:
    hotline.publish("Câu mới.")
    async with hotline.running() as live:
        pointer = hotline.store.folder / "live"
        whole = pointer.read_bytes()
        pointer.write_bytes(b"{")
        await live.look()
        assert live.figures()["refused"]["bundle"] == ""
        pointer.unlink()
        await live.look()
        pointer.write_bytes(whole)
        await live.look()
        assert "refused" not in live.figures() and live.switches == 0


async def test_a_broken_bundle_at_start_gives_way_to_the_last_sound_one(
    hotline: Hotline, caplog: pytest.LogCaptureFixture
) -> None:
    bundles = [hotline.publish(text) for text in ("Một.", "Hai.", "Ba.")]
    hotline.write(KEYS)
    damage(hotline.store, bundles[2])
    async with hotline.running() as live:
        assert Call(parts=live.current()).press("5") == "Hai."
        assert live.figures()["refused"]["bundle"] == bundles[2][:12]
        await live.look()
        assert Call(parts=live.current()).press("5") == "Hai."
    for bundle in bundles[:2]:
        damage(hotline.store, bundle)
    async with hotline.running() as live:
        assert Call(parts=live.current()).press("5") == KEYS
        assert live.figures()["refused"]["bundle"] == bundles[2][:12]
    assert "bundle refused" in [record.message for record in caplog.records]


async def test_without_a_publication_the_folder_is_taken_and_kept(hotline: Hotline) -> None:
    async with hotline.running() as live:
        running = live.current().bundle_id
    assert hotline.store.live() is None
    async with hotline.running():
        pass
    assert [(entry.id, entry.action) for entry in hotline.store.history()] == [(running, Action.START)]
    hotline.publish("Câu mới.")
    assert hotline.store.go_back().id == running


async def test_a_store_that_cannot_be_written_does_not_keep_calls_from_being_answered(
    hotline: Hotline, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    hotline.store = BundleStore(tmp_path / "file")
    async with hotline.running() as live:
        await live.look()
        assert Call(parts=live.current()).press("5") == KEYS


async def test_wrong_content_at_start_is_an_error(hotline: Hotline) -> None:
    hotline.write("{gì}")
    with pytest.raises(ContentFileError):
        async with hotline.running():
            pass

"""Loads what chats share: content, meaning, the journal's spool, what is on air."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import FastAPI

from calls.call_backs import CallBacks
from calls.journal.masked import masked
from calls.journal.spool import Spool
from calls.on_air.board import OnAirBoard
from calls.on_air.watching import following
from calls.thinking import ThinkingThread
from chat.app import ChatConfig, create_chat
from chat.conversation import ChatParts
from chat.sessions import Sessions
from contracts.clock import Clock, SystemClock
from dialogs.content import Content
from dialogs.engine import Engine
from hotline.bundles.live import BundleFollower, Making, live_bundle
from hotline.bundles.loading import Bundle, first_bundle
from hotline.bundles.publishing import open_store
from hotline.handoffs import call_backs_folder
from hotline.journal import spool_folder
from hotline.knowledge import load_interpreter
from hotline.settings import Settings
from hotline.state import content_store
from nlu.typed import MarkRestorer, mark_restorer
from procedures.record import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningChat:
    app: FastAPI
    sessions: Sessions
    bundles: BundleFollower[ChatParts]
    thinking: ThinkingThread


@asynccontextmanager
async def running_chat(settings: Settings, clock: Clock | None = None) -> AsyncGenerator[RunningChat]:
    """What is stopped is known when it yields. Raises `TongdaiError` of the part that cannot be loaded."""
    clock = clock or SystemClock()
    store, profile = open_store(settings), Profile(settings.content.profile)
    first = await asyncio.to_thread(first_bundle, store, settings.content.folder, lambda folder: _load(folder, profile))
    async with AsyncExitStack() as stack:
        spool = Spool(spool_folder(settings))
        stack.push_async_callback(asyncio.to_thread, spool.close)
        thinking = stack.enter_context(ThinkingThread())
        learning = _Parts()
        making = Making(load=lambda folder: _load(folder, profile), prepare=learning.prepare, parts=learning.parts)
        bundles = await stack.enter_async_context(live_bundle(store, first, making, clock))
        del first  # Held here, it would outlive its last chat.
        sessions = Sessions(
            current=bundles.current, clock=clock, thinking=thinking, most=settings.chat.most_sessions,
            listeners=(lambda event: spool.put(masked(event)),),
        )  # fmt: skip
        await stack.enter_async_context(following(OnAirBoard(content_store(settings), clock), sessions, clock))
        config = ChatConfig(number=settings.telephony.number, origin=_origin(settings.chat.url))
        app = create_chat(config, sessions, CallBacks(call_backs_folder(settings)), clock)
        yield RunningChat(app=app, sessions=sessions, bundles=bundles, thinking=thinking)


def _load(folder: Path, profile: Profile) -> Bundle:
    """As its calls have it, in words that are read. Raises `TongdaiError`."""
    content = Content.load(folder).written()
    return Bundle(
        id=content.bundle_id,
        folder=folder,
        content=content,
        engine=Engine(content, profile=profile),
        interpreter=load_interpreter(folder, content.catalogue),
        # Nobody speaks here.
        language_model=folder / "none",
    )


class _Parts:
    """What of a bundle takes a second to learn is learned before it is asked for, off the loop."""

    def __init__(self) -> None:
        self._learned: dict[str, MarkRestorer] = {}

    async def prepare(self, bundle: Bundle) -> None:
        procedures = bundle.content.catalogue.procedures()
        self._learned[bundle.id] = await asyncio.to_thread(mark_restorer, bundle.folder, procedures)

    def parts(self, bundle: Bundle) -> ChatParts:
        return ChatParts(
            bundle_id=bundle.id,
            engine=bundle.engine,
            interpreter=bundle.interpreter,
            typed=self._learned.pop(bundle.id).hypotheses,
        )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""

"""The bundle that new calls take, in a running hotline: it follows the store's pointer, off the audio's loop."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic, ParamSpec, Protocol, TypeVar

from calls.parts import Parts
from contracts.clock import Clock, SystemClock
from contracts.errors import TongdaiError
from hotline.bundles.history import Entry
from hotline.bundles.loading import Bundle, First, refusal
from hotline.bundles.store import BundleStore

log = logging.getLogger(__name__)

Given = ParamSpec("Given")
Made = TypeVar("Made")


class OfBundle(Protocol):
    @property
    def bundle_id(self) -> str: ...


P = TypeVar("P", bound=OfBundle)

LOOK_EVERY_S = 1.0
AGAIN_AFTER_LOOKS = 60
"""Then a bundle that was refused is tried again, and the one in use is compared with its files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Making(Generic[P]):
    """How what conversations need comes from a bundle."""

    load: Callable[[Path], Bundle]
    """Blocks for seconds; called in a thread of its own."""
    prepare: Callable[[Bundle], Awaitable[None]]
    """What should be there before a call takes it, such as its sentences as sound."""
    parts: Callable[[Bundle], P]


class BundleFollower(Generic[P]):
    """Holds the parts for new conversations; those of earlier bundles are held by theirs alone, and go with them."""

    def __init__(self, store: BundleStore, making: Making[P], first: First, loader: ThreadPoolExecutor) -> None:
        self._store = store
        self._making = making
        self._loader = loader
        self._bundle: str = first.hash
        self._parts = making.parts(first.bundle)
        self._refused = first.refused
        self._seen: Entry | None = None
        self._looks = 0
        self.switches = 0

    def current(self) -> P:
        """For a call that begins now, which keeps them to its end."""
        return self._parts

    def figures(self) -> Mapping[str, Any]:
        """For status pages: the bundle of new calls, and a published one that could not be taken."""
        refused = {"refused": asdict(self._refused)} if self._refused else {}
        return {"bundle": self._parts.bundle_id, "switches": self.switches, **refused}

    async def watch(self, clock: Clock) -> None:
        """Until cancelled."""
        while True:
            await clock.sleep(LOOK_EVERY_S)
            await self.look()

    async def look(self) -> None:
        """Follows the pointer. Whatever is wrong with it or its bundle, calls go on with the one in memory."""
        self._looks += 1
        entry: Entry | None = None
        try:
            entry = await self._in_thread(self._store.live)
            if entry is None or (entry == self._seen and self._looks % AGAIN_AFTER_LOOKS):
                return
            await self._take(entry)
            self._refused = None
        except Exception as error:  # noqa: BLE001 – the edge of the watching: logged, and told in the figures
            self._refuse(entry, error)
        self._seen = entry

    async def _take(self, entry: Entry) -> None:
        folder = await self._in_thread(self._store.verify, entry.bundle)
        if entry.bundle == self._bundle:
            return
        bundle = await self._in_thread(self._making.load, folder)
        try:
            await self._making.prepare(bundle)
        except TongdaiError as error:
            log.warning("bundle not prepared", extra={"bundle": bundle.id, "why": str(error)})
        self._parts, self._bundle = self._making.parts(bundle), entry.bundle
        self.switches += 1
        log.info("bundle live", extra={"bundle": bundle.id})

    def _refuse(self, entry: Entry | None, error: Exception) -> None:
        refused = refusal(entry.bundle if entry else "", error)
        if refused != self._refused:
            log.error("bundle refused", extra=asdict(refused), exc_info=not isinstance(error, TongdaiError))
        self._refused = refused

    async def _in_thread(self, function: Callable[Given, Made], *args: Given.args, **kwargs: Given.kwargs) -> Made:
        return await asyncio.get_running_loop().run_in_executor(self._loader, lambda: function(*args, **kwargs))


LiveBundle = BundleFollower[Parts]
"""Of calls."""


@asynccontextmanager
async def live_bundle(
    store: BundleStore, first: First, making: Making[P], clock: Clock | None = None
) -> AsyncGenerator[BundleFollower[P]]:
    """Begins with `first` and watches the store while open. Raises what `making.prepare` raises for `first`."""
    await making.prepare(first.bundle)
    loader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="content")
    live = BundleFollower(store, making, first, loader)
    del first  # Held here, it would outlive its last call.
    watching = asyncio.create_task(live.watch(clock or SystemClock()), name="content")
    try:
        yield live
    finally:
        watching.cancel()
        await asyncio.wait([watching])
        # What is being loaded is loaded for nothing; nobody waits for it.
        loader.shutdown(wait=False, cancel_futures=True)

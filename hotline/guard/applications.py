"""Which applications the dialplan offers new calls to: those of the calls processes that live."""

import asyncio
import logging
from collections.abc import Callable, Collection

from contracts.clock import Clock
from telephony.ari.client import AriClient
from telephony.asterisk.dialplan import APPS_SEPARATOR, STASIS_APPS_VARIABLE
from telephony.errors import AriError

log = logging.getLogger(__name__)

_AGAIN_S = 1.0


class Applications:
    """Told to the exchange with every change. Where that fails, it is tried again by `keep_told`; the dialplan finds a
    dead one missing and goes on, but a new one gets no calls before the exchange knows it."""

    def __init__(self, ari: AriClient) -> None:
        self._ari = ari
        self._live: list[str] = []
        self._closed = False
        # One after another: the exchange may take two requests in the other order.
        self._telling = asyncio.Lock()
        self._untold = False

    async def add(self, app: str) -> None:
        self._live.append(app)
        await self.tell()

    async def remove(self, app: str) -> None:
        if app in self._live:
            self._live.remove(app)
            await self.tell()

    async def close(self) -> None:
        """No new calls for any of them: callers go to people."""
        self._closed = True
        await self.tell()

    async def tell(self) -> None:
        """Again after the exchange was started anew."""
        async with self._telling:
            names = APPS_SEPARATOR.join([] if self._closed else self._live)
            try:
                await self._ari.set_global(STASIS_APPS_VARIABLE, names)
            except AriError as error:
                if not self._untold:
                    log.warning("applications not told", extra={"code": error.code})
                self._untold = True
            else:
                self._untold = False

    async def keep_told(self, clock: Clock, unwilling: Callable[[], Collection[str]] = tuple) -> None:
        """Until cancelled. `unwilling`: those that live and take no new calls."""
        while True:
            await clock.sleep(_AGAIN_S)
            for app in unwilling():
                await self.remove(app)
            if self._untold:
                await self.tell()

"""Which applications the dialplan offers new calls to: those of the calls processes that live."""

import logging

from telephony.ari.client import AriClient
from telephony.asterisk.dialplan import APPS_SEPARATOR, STASIS_APPS_VARIABLE
from telephony.errors import AriError

log = logging.getLogger(__name__)


class Applications:
    """Told to the exchange with every change. Where that fails, the dialplan finds a dead one missing and goes on."""

    def __init__(self, ari: AriClient) -> None:
        self._ari = ari
        self._live: list[str] = []
        self._closed = False

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
        names = APPS_SEPARATOR.join([] if self._closed else self._live)
        try:
            await self._ari.set_global(STASIS_APPS_VARIABLE, names)
        except AriError as error:
            log.warning("applications not told", extra={"code": error.code})

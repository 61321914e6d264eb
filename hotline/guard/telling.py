"""What the guard knows of the processes below it, told to the console again and again."""

from collections.abc import Mapping
from typing import Any

from contracts.clock import Clock
from hotline.guard.exchange import Exchange
from hotline.guard.keeper import Keeper
from telephony.ari.client import AriClient
from telephony.errors import AriError

TELL_EVERY_S = 2.0


class Telling:
    def __init__(
        self, *, calls: Mapping[str, Keeper], others: Mapping[str, Keeper], exchange: Exchange, ari: AriClient,
        clock: Clock,
    ) -> None:  # fmt: skip
        self._calls = calls
        self._others = others
        self._exchange = exchange
        self._ari = ari
        self._clock = clock

    async def run(self, to: Keeper) -> None:
        """Until cancelled."""
        while True:
            figures = await self.figures()
            if to.child is not None:
                to.child.send({"figures": figures})
            await self._clock.sleep(TELL_EVERY_S)

    async def figures(self) -> Mapping[str, Any]:
        """`calls` and `others` by name: pid, restarts, whether it is ready, and its last beat; and the `exchange`."""
        answers = await self._answers()
        process = self._exchange.running
        return {
            "calls": {name: _of(keeper) for name, keeper in self._calls.items()},
            "others": {name: _of(keeper) for name, keeper in self._others.items()},
            "exchange": {
                "pid": process.pid, "restarts": self._exchange.restarts, "frozen": self._exchange.frozen,
                "ready": answers, "answers": answers,
            },
        }  # fmt: skip

    async def _answers(self) -> bool:
        try:
            await self._ari.channels()
        except AriError:
            return False
        return True


def _of(keeper: Keeper) -> dict[str, Any]:
    child = keeper.child
    counts = {"restarts": keeper.restarts, "frozen": keeper.frozen}
    if child is None:
        return counts | {"pid": 0, "ready": False}
    return dict(child.figures) | counts | {"pid": child.pid, "ready": child.ready}

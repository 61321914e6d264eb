"""Keeps one program running: started, watched for its end and for silence, replaced after a wait that grows."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from contracts.clock import Clock
from hotline.guard.child import Child, ChildSpec, StartFailed

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 0.25
_HELD_UP_S = 1.0
"""So late for a look, and the guard itself stood still; its silence is then not the program's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepingRules:
    silent_s: float = 3.0
    """So long without a beat, and the program counts as frozen. The dead-man's timer of a call is 4 s."""
    start_s: float = 120.0
    first_wait_s: float = 0.1
    longest_wait_s: float = 10.0
    proven_s: float = 30.0
    """A program that lived so long begins again without a wait."""


class Keeper:
    """`run` it as a task; the first start is the caller's, whom its failure concerns, or else `run`'s."""

    def __init__(
        self, *, make: Callable[[], ChildSpec], clock: Clock, rules: KeepingRules | None = None,
        on_up: Callable[[Child], Awaitable[None]], on_down: Callable[[Child], Awaitable[None]],
    ) -> None:  # fmt: skip
        """`make`: for each start. `on_up`: it is ready. `on_down`: it has ended or was killed. Neither may raise."""
        self._make = make
        self._clock = clock
        self._rules = rules or KeepingRules()
        self._on_up = on_up
        self._on_down = on_down
        self.child: Child | None = None
        self.restarts = 0
        self.frozen = 0
        """Times it was ended because it said nothing."""
        self._retired = False

    async def start(self) -> None:
        """Ready when it returns. Raises `StartFailed`."""
        child = self.child = Child(self._make(), self._clock)
        try:
            await child.start(self._rules.start_s)
        except BaseException:
            child.kill()
            await child.stop(0)
            await self._on_down(child)
            raise
        await self._on_up(child)

    async def run(self) -> None:
        """Until cancelled, when the program is still there, or after its end where it is retired."""
        wait_s = self._rules.first_wait_s
        if self.child is None:
            await self._try_start()
        while True:
            started = self._clock.now()
            if self.child is not None and self.child.alive:
                await self._until_down(self.child)
            if self._clock.now() - started >= self._rules.proven_s:
                wait_s = self._rules.first_wait_s
            await self._clock.sleep(wait_s)
            wait_s = min(wait_s * 2, self._rules.longest_wait_s)
            if self._retired:
                return
            self.restarts += 1
            await self._try_start()

    async def _try_start(self) -> None:
        try:
            await self.start()
        except StartFailed as error:
            log.error("child does not start", extra={"child": self.name, "code": error.code, "error": str(error)})
        except OSError as error:
            log.error("child does not start", extra={"child": self.name, "error": str(error)})

    def retire(self) -> None:
        """Its program is watched to its end and not replaced."""
        self._retired = True

    async def stop(self, grace_s: float) -> None:
        if self.child is not None:
            await self.child.stop(grace_s)

    @property
    def name(self) -> str:
        return self.child.spec.name if self.child else ""

    async def _until_down(self, child: Child) -> None:
        ended = asyncio.create_task(child.wait(), name=f"end of {self.name}")
        looked = heard_since = self._clock.now()
        try:
            while not ended.done():
                looking = asyncio.ensure_future(self._clock.sleep(_LOOK_EVERY_S))
                await asyncio.wait([ended, looking], return_when=asyncio.FIRST_COMPLETED)
                looking.cancel()
                now = self._clock.now()
                if now - looked > _LOOK_EVERY_S + _HELD_UP_S:
                    log.warning("guard was held up", extra={"seconds": round(now - looked, 1)})
                    # What held us up (a machine that was paused) may have held up the program just so.
                    heard_since = now
                looked = now
                if not ended.done() and now - max(child.last_word, heard_since) > self._rules.silent_s:
                    log.error("child is silent", extra={"child": self.name, "pid": child.pid})
                    self.frozen += 1
                    child.kill()
                    await ended
        finally:
            ended.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await ended
        log.error("child has ended", extra={"child": self.name, "pid": child.pid, "status": await child.wait()})
        await child.stop(0)
        await self._on_down(child)

"""One program below the guard: lines of JSON to it and from it, until it ends.

To it: a greeting (what it needs, secrets too, which no `ps` shows), then commands. From it: `{"ready": true}` or
`{"error", "code", "exit_status"}`, then `{"beat", "lag_ms", …}` again and again.
"""

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from contracts.clock import Clock
from hotline.errors import NotReadyError
from hotline.settings import ROOT
from telephony.asterisk.child import bound_to_us

log = logging.getLogger(__name__)

_LINE_LIMIT = 1 << 20
LAG_MS = 250.0
"""A loop that comes so late lets frames of audio wait: worth a line in the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSpec:
    name: str
    """As logs and figures call it."""
    module: str
    arguments: Sequence[str] = ()
    greeting: Mapping[str, Any] = field(repr=False)
    descriptors: Sequence[int] = ()
    """Listening sockets that it inherits."""
    outlives_us: bool = False
    """It goes on when the guard is killed."""


class StartFailed(NotReadyError):
    """The program ended, or said why it cannot begin; `str()` are its own words."""

    code = "program.child_not_ready"

    def __init__(self, message: str, exit_status: int = 1) -> None:
        super().__init__(message)
        self.exit_status = exit_status


class Child:
    """Started once; a new one takes its place."""

    def __init__(self, spec: ChildSpec, clock: Clock) -> None:
        self.spec = spec
        self._clock = clock
        self._process: asyncio.subprocess.Process | None = None
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._reader: asyncio.Task[None] | None = None
        self.last_word = clock.now()
        """When it last said anything."""
        self.figures: Mapping[str, Any] = {}
        """Of its last beat."""

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    @property
    def ready(self) -> bool:
        """It lives and has said that it is ready."""
        return self.alive and self._ready.done() and self._ready.exception() is None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def start(self, timeout_s: float) -> None:
        """Ready when it returns. Raises `StartFailed`."""
        command = [sys.executable, "-m", self.spec.module, *self.spec.arguments]
        if not self.spec.outlives_us:
            command = bound_to_us(command, signal_number=signal.SIGKILL)
        self._process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            pass_fds=tuple(self.spec.descriptors),
            # Ctrl-C is for the guard, which ends the others in order.
            start_new_session=True,
            limit=_LINE_LIMIT,
        )
        self._reader = asyncio.create_task(self._read(), name=f"words of {self.spec.name}")
        self.send(self.spec.greeting)
        try:
            async with asyncio.timeout(timeout_s):
                # Shielded: given up by us, it stays a future whose end can be asked for.
                await asyncio.shield(self._ready)
        except TimeoutError:
            self.kill()
            raise StartFailed(f"{self.spec.name}: not ready within {timeout_s:g} s") from None

    def send(self, message: Mapping[str, Any]) -> None:
        """One line to it; nothing where it is gone."""
        pipe = self._process.stdin if self._process else None
        if pipe is not None and not pipe.is_closing():
            with contextlib.suppress(ConnectionError):
                pipe.write(json.dumps(message).encode() + b"\n")

    def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def wait(self) -> int:
        """Until it has ended; its exit status."""
        assert self._process is not None
        return await self._process.wait()

    async def stop(self, grace_s: float) -> None:
        """SIGTERM, and after `grace_s` SIGKILL."""
        if self._process is not None:
            if self._process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    self._process.terminate()
                try:
                    await asyncio.wait_for(self._process.wait(), grace_s)
                except TimeoutError:
                    log.warning("child killed", extra={"child": self.spec.name, "grace_s": grace_s})
                    self.kill()
            await self._process.wait()
        if self._reader is not None:
            await asyncio.wait([self._reader])

    async def _read(self) -> None:
        assert self._process is not None and self._process.stdout is not None
        async for line in self._process.stdout:
            self._take(line)
        status = await self._process.wait()
        if not self._ready.done():
            self._ready.set_exception(StartFailed(f"{self.spec.name}: ended with status {status} before it was ready"))
            self._ready.exception()  # nobody may be waiting any more

    def _look_at_lag(self, lag_ms: object) -> None:
        if isinstance(lag_ms, int | float) and lag_ms >= LAG_MS:
            log.warning("child lags", extra={"child": self.spec.name, "lag_ms": lag_ms})

    def _take(self, line: bytes) -> None:
        try:
            message: Any = json.loads(line)
        except ValueError:
            message = None
        if not isinstance(message, dict):
            log.warning("word of a child not understood", extra={"child": self.spec.name})
            return
        words = cast(dict[str, Any], message)
        self.last_word = self._clock.now()
        if "beat" in words:
            self.figures = words
            self._look_at_lag(words.get("lag_ms"))
        elif not self._ready.done():
            if words.get("ready"):
                self._ready.set_result(None)
            else:
                self._ready.set_exception(StartFailed(str(words.get("error")), int(words.get("exit_status", 1))))
                self._ready.exception()

"""Processes that do native work for the calls process, and the frames on their pipes.

A frame is two little-endian u32 lengths, a JSON header and a raw payload. The parent owns the child: when the parent
is gone the child reads end-of-file and leaves, and whatever the child prints goes to stderr, never into the frames.
"""

import asyncio
import contextlib
import json
import logging
import os
import queue
import struct
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from contracts.errors import TongdaiError

log = logging.getLogger(__name__)

_LENGTHS = struct.Struct("<II")
_HEADER_LIMIT = 1 << 20
_PAYLOAD_LIMIT = 1 << 26
_ROOT = Path(__file__).resolve().parent.parent

Header = Mapping[str, Any]
"""Always has a string `type`."""


class WorkerError(TongdaiError):
    """WorkerError ── WorkerDead · WorkerBusy · WorkerStartError"""

    code = "worker"


class WorkerDead(WorkerError):
    """The process has ended; start another."""

    code = "worker.dead"


class WorkerBusy(WorkerError):
    """The process does not keep up: its pipe is full. Drop work or take another worker."""

    code = "worker.busy"


class WorkerStartError(WorkerError):
    """The process did not say that it is ready; the message carries its last words."""

    code = "worker.start"


def encode_frame(header: Header, payload: bytes = b"") -> bytes:
    head = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    return _LENGTHS.pack(len(head), len(payload)) + head + payload


class WorkerProcess:
    """The parent's end: starts `python -m MODULE ARGS`, sends frames, hands received ones to `on_message`."""

    def __init__(
        self,
        module: str,
        args: Sequence[str] = (),
        *,
        on_message: Callable[[Header, bytes], None],
        on_exit: Callable[[int], None] = lambda code: None,
        max_pending_bytes: int = 4 << 20,
        ready_timeout_s: float = 60.0,
    ) -> None:
        self._module = module
        self._args = list(args)
        self._on_message = on_message
        self._on_exit = on_exit
        self._max_pending = max_pending_bytes
        self._ready_timeout = ready_timeout_s
        self._process: asyncio.subprocess.Process | None = None
        self._ready: asyncio.Future[Header] | None = None
        self._reader: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.returncode is None and not self._stopping

    async def start(self) -> Header:
        """Returns the child's `ready` header. Raises `WorkerStartError` if it ends or stays silent first."""
        self._stopping = False
        environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")])}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            self._module,
            *self._args,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=environment,
        )
        self._process = process
        self._ready = asyncio.get_running_loop().create_future()
        self._reader = asyncio.create_task(self._read(process), name=f"worker {self._module} {process.pid}")
        try:
            return await asyncio.wait_for(asyncio.shield(self._ready), self._ready_timeout)
        except TimeoutError:
            await self.stop()
            raise WorkerStartError(f"{self._module}: not ready within {self._ready_timeout:.0f} s") from None

    def send(self, header: Header, payload: bytes = b"") -> None:
        """Never blocks. Raises `WorkerDead`, or `WorkerBusy` when more than `max_pending_bytes` wait in the pipe."""
        process = self._process
        if process is None or process.stdin is None or not self.alive or process.stdin.is_closing():
            raise WorkerDead(f"{self._module} is not running")
        if process.stdin.transport.get_write_buffer_size() > self._max_pending:
            raise WorkerBusy(f"{self._module} does not keep up")
        process.stdin.write(encode_frame(header, payload))

    async def stop(self, grace_s: float = 2.0) -> None:
        """Ends the child: end-of-file first, a kill after `grace_s`."""
        self._stopping = True
        process, reader = self._process, self._reader
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), grace_s)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if reader is not None and reader is not asyncio.current_task():
            await asyncio.wait([reader])

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None and self._ready is not None
        try:
            while True:
                head_length, payload_length = _LENGTHS.unpack(await process.stdout.readexactly(_LENGTHS.size))
                if head_length > _HEADER_LIMIT or payload_length > _PAYLOAD_LIMIT:
                    log.error("worker frame too large", extra={"worker": self._module})
                    break
                header: Header = json.loads(await process.stdout.readexactly(head_length))
                payload = await process.stdout.readexactly(payload_length)
                if not self._ready.done() and header.get("type") == "ready":
                    self._ready.set_result(header)
                else:
                    self._hand_on(header, payload)
        except (asyncio.IncompleteReadError, ConnectionError, ValueError):
            pass
        if process.returncode is None:
            try:
                await asyncio.wait_for(process.wait(), 1.0)
            except TimeoutError:
                process.kill()
                await process.wait()
        code = process.returncode if process.returncode is not None else -1
        if not self._ready.done():
            self._ready.set_exception(WorkerStartError(f"{self._module}: ended with status {code} before it was ready"))
            # The starter may have given up already; nobody else looks at this future.
            self._ready.exception()
        if not self._stopping:
            log.warning("worker ended", extra={"worker": self._module, "status": code})
            self._on_exit(code)

    def _hand_on(self, header: Header, payload: bytes) -> None:
        try:
            self._on_message(header, payload)
        except Exception:  # One message's fault must not stop the reading for everybody else.
            log.exception("worker message failed", extra={"worker": self._module, "type": header.get("type")})


async def end_task(task: "asyncio.Task[None]", *, again_s: float = 1.0) -> None:
    """Cancels it until it has ended: Python 3.11's `wait_for` loses a cancellation that comes as it returns."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=again_s)


class WorkerPort:
    """The child's end. A thread reads frames; `receive` takes them, `send` writes one."""

    def __init__(self) -> None:
        self._out: BinaryIO = os.fdopen(os.dup(1), "wb", buffering=0)
        # Native libraries print; their words must not land between the frames.
        os.dup2(2, 1)
        self._in: BinaryIO = sys.stdin.buffer
        self._frames: queue.Queue[tuple[dict[str, Any], bytes] | None] = queue.Queue()
        self._lock = threading.Lock()
        self._closed = False
        threading.Thread(target=self._pump, name="worker input", daemon=True).start()

    def ready(self, **fields: Any) -> None:
        self.send({"type": "ready", **fields})

    def send(self, header: Header, payload: bytes = b"") -> None:
        """Ends the process when the parent is gone."""
        view = memoryview(encode_frame(header, payload))
        with self._lock:
            try:
                while view:
                    view = view[self._out.write(view) or 0 :]
            except (BrokenPipeError, OSError):
                os._exit(0)

    def receive(self, timeout_s: float | None = None) -> tuple[dict[str, Any], bytes] | None:
        """The next frame, or None when `timeout_s` passed (0: only what is there). At end-of-file ends the process."""
        if self._closed:
            raise SystemExit(0)
        try:
            frame = self._frames.get(timeout=timeout_s) if timeout_s != 0 else self._frames.get_nowait()
        except queue.Empty:
            return None
        if frame is None:
            self._closed = True
            raise SystemExit(0)
        return frame

    def _pump(self) -> None:
        while True:
            lengths = self._in.read(_LENGTHS.size)
            if len(lengths) < _LENGTHS.size:
                break
            head_length, payload_length = _LENGTHS.unpack(lengths)
            head, payload = self._in.read(head_length), self._in.read(payload_length)
            if len(head) < head_length or len(payload) < payload_length:
                break
            self._frames.put((json.loads(head), payload))
        self._frames.put(None)

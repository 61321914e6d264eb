"""The calls process's end of the journal: takes events of all its calls and hands them to the kernel, in one thread.

What the kernel has survives the end of this process, however it ends (`kill -9` too). A disk that is full, gone or slow
is waited for in memory, within a bound; what is truly lost is counted, logged, and said in the call's own record.
"""

import logging
import os
import queue
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from calls.journal.run_folder import RunFolder
from calls.journal.spool_file import Write
from calls.journal.syncing import Sync, Syncer
from calls.journal.writing import SpoolWriter
from contracts.call_event import CallEvent

log = logging.getLogger(__name__)

ENDING = "call.ended"
"""The kind of a call's last event."""
_RETRY_S = 0.25
_BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolStatus:
    written: int
    """Lines handed to the kernel since the start."""
    lost: int
    """Events lost since the start."""
    waiting: int
    """Events in the queue, and lines for a disk that does not take them."""
    stuck: bool
    """The disk does not take what is written."""
    sync_failures: int


@dataclass(frozen=True, slots=True)
class _Finish:
    call_id: str


@dataclass(frozen=True, slots=True)
class _Flush:
    done: threading.Event


@dataclass(frozen=True, slots=True)
class _Close:
    pass


_Item = CallEvent | _Finish | _Flush | _Close


class Spool:
    def __init__(
        self,
        folder: Path,
        *,
        queue_limit: int = 20_000,
        memory_limit: int = 32 << 20,
        write: Write = os.write,
        sync: Sync = os.fdatasync,
    ) -> None:
        """`queue_limit`: events; `memory_limit`: bytes kept for a disk that is full. Raises `SpoolError`."""
        self._run_folder = RunFolder(folder)
        self._queue: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._queue_limit = queue_limit
        self._overflow: Counter[str] = Counter()
        self._overflowed = 0
        self._lock = threading.Lock()
        self._closed = False
        self._syncer = Syncer(sync=sync)
        self._writer = SpoolWriter(self._run_folder, self._syncer, memory_limit=memory_limit, write=write)
        self._thread = threading.Thread(target=self._run, name="journal spool", daemon=True)
        self._thread.start()

    @property
    def folder(self) -> Path:
        """Of this run. Raises `OSError` while the disk has no room for it."""
        return self._run_folder.own().path

    def put(self, event: CallEvent) -> None:
        """Neither waits nor raises. The event `call.ended` finishes the call's record."""
        ending = event.kind == ENDING
        if self._closed or (self._queue.qsize() >= self._queue_limit and not ending):
            self._overflows(event.call_id)
            return
        self._queue.put(event)
        if ending:
            self.finish(event.call_id)

    def finish(self, call_id: str) -> None:
        """No more events of this call follow; for a call that has no `call.ended`."""
        self._queue.put(_Finish(call_id))

    def flush(self, timeout_s: float) -> bool:
        """Waits until all that was put before has been handed to the kernel, or tried."""
        done = threading.Event()
        self._queue.put(_Flush(done))
        return done.wait(timeout_s)

    def status(self) -> SpoolStatus:
        return SpoolStatus(
            written=self._writer.written,
            lost=self._writer.lost + self._overflowed,
            waiting=self._queue.qsize() + self._writer.waiting,
            stuck=self._writer.stuck,
            sync_failures=self._syncer.failed,
        )

    def close(self, timeout_s: float = 5.0) -> None:
        """Writes what is there; what the disk does not take now is lost, and counted. It waits: not for a call's loop.

        Files of calls that have not ended stay without an end; the shipper takes them over.
        """
        if self._closed:
            return
        self._closed = True
        self._queue.put(_Close())
        self._thread.join(timeout_s)
        self._syncer.close(timeout_s)
        self._run_folder.release()

    def _overflows(self, call_id: str) -> None:
        with self._lock:
            self._overflow[call_id] += 1
            self._overflowed += 1
            first = self._overflowed == 1
        if first:
            log.error("journal queue full", extra={"limit": self._queue_limit})

    def _run(self) -> None:
        going_on = True
        while going_on:
            items = self._next_items()
            for item in items:
                self._apply(item)
            self._writer.write_all()
            going_on = _Close() not in items
            for item in items:
                if isinstance(item, _Flush):
                    item.done.set()
        self._writer.give_up()

    def _next_items(self) -> list[_Item]:
        """Waits for the first; nothing when it is time to try the disk again."""
        try:
            items = [self._queue.get(timeout=_RETRY_S if self._writer.stuck else None)]
        except queue.Empty:
            return []
        items += [self._queue.get_nowait() for _ in range(min(self._queue.qsize(), _BATCH))]
        return items

    def _apply(self, item: _Item) -> None:
        try:
            match item:
                case CallEvent():
                    self._writer.take(item)
                case _Finish(call_id=call_id):
                    with self._lock:
                        lost_before = self._overflow.pop(call_id, 0)
                    self._writer.finish(call_id, lost_before=lost_before)
                case _:
                    pass
        except Exception:  # The edge of the thread: one event's fault must not end the journal.
            log.exception("journal fault")
            self._writer.lose(1, "fault")

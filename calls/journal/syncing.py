"""Asks the disk to keep what was written, in a thread of its own: a slow disk delays no write and no call."""

import logging
import os
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

Sync = Callable[[int], None]


class Syncer:
    """Files are its own once they are `finished`: it closes them."""

    def __init__(self, *, every_s: float = 1.0, sync: Sync = os.fdatasync) -> None:
        self._every_s = every_s
        self._sync = sync
        self._lock = threading.Lock()
        self._written: set[int] = set()
        self._finished: set[int] = set()
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="journal sync", daemon=True)
        self.failed = 0
        self._thread.start()

    def wrote(self, descriptor: int) -> None:
        with self._lock:
            self._written.add(descriptor)

    def finished(self, descriptor: int) -> None:
        """The last thing done with this file."""
        with self._lock:
            self._written.discard(descriptor)
            self._finished.add(descriptor)
        self._wake.set()

    def close(self, timeout_s: float) -> None:
        self._stopping = True
        self._wake.set()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while not self._stopping:
            self._wake.wait(self._every_s)
            self._wake.clear()
            self._turn()
        self._turn()

    def _turn(self) -> None:
        with self._lock:
            written, self._written = self._written, set()
            finished, self._finished = self._finished, set()
        for descriptor in written - finished:
            self._keep(descriptor)
        for descriptor in finished:
            self._keep(descriptor)
            os.close(descriptor)

    def _keep(self, descriptor: int) -> None:
        try:
            self._sync(descriptor)
        except OSError as error:
            if not self.failed:
                log.error("journal not synced", extra={"error": error.strerror})
            self.failed += 1

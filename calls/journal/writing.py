"""The open spool files of a run: which call's lines wait for the disk, and how much may wait. Used by one thread."""

import logging
import os

from calls.journal.run_folder import RunFolder
from calls.journal.spool_file import SpoolFile, Write
from calls.journal.syncing import Syncer
from contracts.call_event import CallEvent

log = logging.getLogger(__name__)


class SpoolWriter:
    def __init__(self, folder: RunFolder, syncer: Syncer, *, memory_limit: int, write: Write = os.write) -> None:
        """`memory_limit`: bytes of lines that may wait for a disk that takes none."""
        self._folder = folder
        self._syncer = syncer
        self._memory_limit = memory_limit
        self._write = write
        self._files: dict[str, SpoolFile] = {}
        self._dirty: set[str] = set()
        self._refused: str | None = None
        """Why the disk takes nothing, while it takes nothing."""
        self.written = 0
        """Lines handed to the kernel."""
        self.lost = 0

    @property
    def stuck(self) -> bool:
        return self._refused is not None

    @property
    def waiting(self) -> int:
        """Lines that the disk has not taken."""
        return sum(file.pending for file in tuple(self._files.values()))

    def take(self, event: CallEvent) -> None:
        """Written by the next `write_all`, or counted as lost."""
        file = self._files.get(event.call_id)
        if file is None:
            file = self._files[event.call_id] = SpoolFile(self._folder, event, self._write)
        if file.ended:
            self.lose(1, "after the call's end")
            return
        if self.stuck and self._held() > self._memory_limit:
            file.lose(event)
            self.lose(1, "disk full")
            return
        try:
            file.add(event)
        except (ValueError, TypeError, OverflowError, RecursionError):
            file.lose(event)
            self.lose(1, "event is no JSON")
        self._dirty.add(event.call_id)

    def finish(self, call_id: str, *, lost_before: int) -> None:
        """`lost_before`: events of the call that never got here."""
        file = self._files.get(call_id)
        if file is None or file.ended:
            return
        file.lost += lost_before
        file.end()
        self._dirty.add(call_id)

    def write_all(self) -> None:
        refused = None
        for call_id in tuple(self._dirty):
            refused = self._write_file(self._files[call_id]) or refused
            if not self._files[call_id].pending:
                self._settle(call_id)
        if refused and not self.stuck:
            log.error("journal disk takes nothing", extra={"error": refused, "kept_in_memory": self.waiting})
        elif self.stuck and not refused:
            log.warning("journal disk takes events again", extra={"lost": self.lost})
        self._refused = refused

    def give_up(self) -> None:
        """At the end of the process: what the disk has not taken is lost."""
        for file in self._files.values():
            if unwritten := file.pending - file.ended:
                self.lose(unwritten, self._refused or "closed")
            if file.descriptor is not None:
                self._syncer.finished(file.descriptor)
        self._files.clear()

    def lose(self, count: int, reason: str) -> None:
        """Said at the first event, and at each tenfold number."""
        before, self.lost = self.lost, self.lost + count
        if len(str(before)) < len(str(self.lost)) or before == 0:
            log.error("journal events lost", extra={"lost": self.lost, "reason": reason})

    def _held(self) -> int:
        return sum(self._files[call_id].pending_bytes for call_id in self._dirty)

    def _write_file(self, file: SpoolFile) -> str | None:
        """Why not everything was taken."""
        before, new = file.pending, file.descriptor is None
        try:
            file.write()
            return None
        except OSError as error:
            return error.strerror or "no space"
        finally:
            self.written += before - file.pending
            if file.descriptor is not None:
                self._syncer.wrote(file.descriptor)
                if new:
                    self._syncer.wrote(self._folder.own().descriptor)

    def _settle(self, call_id: str) -> None:
        self._dirty.discard(call_id)
        file = self._files[call_id]
        if file.ended:
            del self._files[call_id]
            if file.descriptor is not None:
                self._syncer.finished(file.descriptor)

"""One call's spool file: lines wait in memory until the kernel has them; a disk that is full is tried again."""

import os
from collections import deque
from collections.abc import Callable

from calls.journal.folders import SUFFIX, file_stem
from calls.journal.lines import LINE_LIMIT, START, End, encode
from calls.journal.run_folder import RunFolder
from contracts.call_event import CallEvent

Write = Callable[[int, bytes], int]
"""`os.write`: how many bytes were taken; raises `OSError`."""
_CHUNK = 1 << 18


class SpoolFile:
    def __init__(self, folder: RunFolder, first: CallEvent, write: Write = os.write) -> None:
        self._folder = folder
        self._call_id = first.call_id
        self._first = first.sequence
        self._write = write
        self._lines: deque[bytes] = deque()
        self._checksum = START
        self.descriptor: int | None = None
        self.pending_bytes = 0
        self.events = 0
        """Encoded, and so in the file or waiting for it."""
        self.lost = 0
        self.last = first
        """The event with the highest sequence, written or lost."""
        self.ended = False

    @property
    def pending(self) -> int:
        """Lines that the kernel does not have, or not whole."""
        return len(self._lines)

    def add(self, event: CallEvent) -> None:
        """Raises `ValueError` or `TypeError` for an event that is no JSON, or is too long for a line."""
        self._append(event)
        self.last = event
        self.events += 1

    def lose(self, event: CallEvent) -> None:
        """It will be missing, and the record says so."""
        self.last = event
        self.lost += 1

    def end(self) -> None:
        """The call is over: no more events follow. What was lost is said in the record itself."""
        if self.lost:
            self.add(_loss(self.last, self.lost))
        self._append(End(events=self.events, lost=self.lost))
        self.ended = True

    def write(self) -> int:
        """Hands everything to the kernel; how many lines that were. Raises `OSError`; the rest stays."""
        taken = 0
        while self._lines:
            if self.descriptor is None:
                self.descriptor = self._open()
            done = self._write(self.descriptor, self._next_chunk())
            if done == 0:
                raise OSError("nothing was taken")
            taken += self._took(done)
        return taken

    def _append(self, record: CallEvent | End) -> None:
        line, checksum = encode(record, self._checksum)
        if len(line) > LINE_LIMIT:
            raise ValueError("event too long for a line")
        self._checksum = checksum
        self._lines.append(line)
        self.pending_bytes += len(line)

    def _next_chunk(self) -> bytes:
        chunk = bytearray()
        for line in self._lines:
            chunk += line
            if len(chunk) >= _CHUNK:
                break
        return bytes(chunk)

    def _took(self, count: int) -> int:
        """Counts what the kernel has; a line it took in part goes on from there."""
        self.pending_bytes -= count
        whole = 0
        while self._lines and count >= len(self._lines[0]):
            count -= len(self._lines.popleft())
            whole += 1
        if count:
            self._lines[0] = self._lines[0][count:]
        return whole

    def _open(self) -> int:
        """Never a file that is there: that one's record has ended."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        folder, stem = self._folder.own().path, file_stem(self._call_id)
        try:
            return os.open(folder / f"{stem}{SUFFIX}", flags, 0o600)
        except FileExistsError:
            return os.open(folder / f"{stem}@{self._first}{SUFFIX}", flags, 0o600)


def _loss(last: CallEvent, lost: int) -> CallEvent:
    return CallEvent(
        call_id=last.call_id,
        sequence=last.sequence + 1,
        sample=last.sample,
        utc=last.utc,
        bundle_id=last.bundle_id,
        kind="journal.lost",
        fields={"events": lost},
    )

"""The folder of this run in the spool: there from the start, or, where the disk is full then, once there is room."""

import errno
import logging
from pathlib import Path

from calls.journal.errors import SpoolError
from calls.journal.folders import OwnFolder, make_own

log = logging.getLogger(__name__)

_FULL = (errno.ENOSPC, errno.EDQUOT)


class RunFolder:
    """A process that begins on a full disk answers calls like one that went on; their events wait in memory."""

    def __init__(self, spool: Path) -> None:
        """Raises `SpoolError` for a folder that more room would not mend."""
        self._spool = spool
        self._own: OwnFolder | None = None
        try:
            self._own = make_own(spool)
        except SpoolError as error:
            if not isinstance(error.__cause__, OSError) or error.__cause__.errno not in _FULL:
                raise
            log.error("journal disk full at the start", extra={"error": str(error)})

    def own(self) -> OwnFolder:
        """Raises `OSError` while there is none."""
        if self._own is None:
            try:
                self._own = make_own(self._spool)
            except SpoolError as error:
                raise OSError(errno.ENOSPC, str(error)) from error
        return self._own

    def release(self) -> None:
        if self._own is not None:
            self._own.release()

"""A process that another program started and left behind, watched and ended like a child of ours; what /proc tells."""

import asyncio
import contextlib
import os
import signal
from pathlib import Path


class AdoptedProcess:
    """As much of `asyncio.subprocess.Process` as an Asterisk needs (pidfd_open(2)); its exit status stays unknown."""

    def __init__(self, pid: int) -> None:
        """Raises `ProcessLookupError` if it has ended."""
        self.pid = pid
        self.returncode: int | None = None
        self._descriptor = os.pidfd_open(pid)
        self._ended = asyncio.Event()
        asyncio.get_running_loop().add_reader(self._descriptor, self._end)

    async def wait(self) -> int:
        await self._ended.wait()
        return 0

    def send_signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._descriptor, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def release(self) -> None:
        """It is watched no longer, and goes on."""
        if self.returncode is None:
            self._end()

    def _end(self) -> None:
        self.returncode = 0
        self._ended.set()
        asyncio.get_running_loop().remove_reader(self._descriptor)
        os.close(self._descriptor)


def stat_of(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat after the name: state first, then the parent (proc(5)); None: it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return None
    # The name may have anything in it.
    return text.rpartition(")")[2].split()


def runs(pid: int, *words: str) -> bool:
    """Whether that process lives and its command line has these words."""
    return set(words) <= set(words_of(pid))


def words_of(pid: int) -> list[str]:
    """Of its command line; none where it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text("utf-8", "replace").split("\0")
    except OSError:
        return []

"""Audio of sentences that come again: in memory, and fixed prompts on disk, both with the least used going first.

While somebody speaks, only memory is asked. Files are read and written when prompts are prepared, in a thread.
Only what is given to `keep` is written to disk: an answer may carry what a caller said about himself.
"""

import asyncio
import contextlib
import hashlib
import logging
import os
import tempfile
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """All that decides the sound."""

    engine: str
    model: str
    variant: str
    words: str
    rate: float
    rate_hz: int

    def file_name(self) -> str:
        text = f"{self.words}\n{self.rate:.3f}\n{self.rate_hz}\n{self.variant}"
        return hashlib.sha256(text.encode()).hexdigest() + ".pcm"

    def folder(self) -> str:
        return f"{self.engine}-{self.model}"


class AudioCache:
    """PCM16 by key. The disk part is used by several processes: files appear whole or not at all."""

    def __init__(
        self,
        folder: Path | None,
        *,
        memory_bytes: int = 32 << 20,
        prompt_bytes: int = 32 << 20,
        disk_bytes: int = 128 << 20,
    ) -> None:
        """`folder` None: memory only. `prompt_bytes`: of kept prompts in memory, beside the other sentences."""
        self._folder = folder
        self._memory_limit, self._prompts_limit, self._disk_limit = memory_bytes, prompt_bytes, disk_bytes
        self._memory: OrderedDict[Key, bytes] = OrderedDict()
        self._memory_size = 0
        self._prompts: dict[Key, bytes] = {}
        self._prompts_size = 0

    def get(self, key: Key) -> bytes | None:
        """From memory."""
        pcm = self._prompts.get(key)
        if pcm is None and (pcm := self._memory.get(key)) is not None:
            self._memory.move_to_end(key)
        return pcm

    def put(self, key: Key, pcm: bytes) -> None:
        """Into memory."""
        self._remember(key, pcm)

    async def fetch(self, key: Key) -> bytes | None:
        """A kept prompt; from then on it stays in memory."""
        pcm = self._prompts.get(key)
        if pcm is None and (pcm := await asyncio.to_thread(self._read, key)) is not None:
            self._hold(key, pcm)
        return pcm

    async def keep(self, key: Key, pcm: bytes) -> None:
        """In memory, and on disk. A disk that cannot be written costs only the time to make the audio again."""
        self._hold(key, pcm)
        if self._folder is not None:
            try:
                await asyncio.to_thread(self._write, self._folder, key, pcm)
            except OSError as error:
                log.warning("voice.cache_not_written", extra={"error": str(error)})

    def forget(self) -> None:
        """Empties the part in memory."""
        self._memory.clear()
        self._prompts.clear()
        self._memory_size = self._prompts_size = 0

    def _hold(self, key: Key, pcm: bytes) -> None:
        """Not pushed out by answers; beyond the limit a prompt is as any other sentence."""
        size = self._prompts_size + len(pcm) - len(self._prompts.get(key, b""))
        if size > self._prompts_limit:
            self._remember(key, pcm)
            return
        self._prompts[key] = pcm
        self._prompts_size = size

    def _remember(self, key: Key, pcm: bytes) -> None:
        if len(pcm) > self._memory_limit:
            return
        self._memory_size += len(pcm) - len(self._memory.pop(key, b""))
        self._memory[key] = pcm
        while self._memory_size > self._memory_limit:
            _, oldest = self._memory.popitem(last=False)
            self._memory_size -= len(oldest)

    def _read(self, key: Key) -> bytes | None:
        if self._folder is None:
            return None
        path = self._folder / key.folder() / key.file_name()
        try:
            pcm = path.read_bytes()
            # The time of last use is what `_trim` goes by.
            os.utime(path)
        except OSError:
            return None
        return pcm if pcm and len(pcm) % 2 == 0 else None

    def _write(self, folder: Path, key: Key, pcm: bytes) -> None:
        path = folder / key.folder() / key.file_name()
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(pcm)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
        self._trim(folder)

    def _trim(self, folder: Path) -> None:
        files: list[tuple[float, int, Path]] = []
        for path in folder.glob("*/*.pcm"):
            with contextlib.suppress(FileNotFoundError):
                status = path.stat()
                files.append((status.st_mtime, status.st_size, path))
        size = sum(length for _, length, _ in files)
        for _, length, path in sorted(files):
            if size <= self._disk_limit:
                return
            path.unlink(missing_ok=True)
            size -= length

"""Handoff packets on disk, one file a call, for this user only: the console reads them, also of dead processes."""

import contextlib
import json
import logging
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from contracts.handoff import HandoffPacket, PacketError
from contracts.private_file import write_private
from contracts.secret import same_secret

log = logging.getLogger(__name__)

KEPT_S = 24 * 3600.0
"""A packet is for the talk that follows; what is to be kept of a call is in the journal."""
_CALL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_SUFFIX = ".json"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPacket:
    packet: HandoffPacket
    key: str = field(repr=False)
    """Who has it may read the packet; it is on the INVITE to the person's phone."""

    def opens(self, key: str) -> bool:
        return same_secret(self.key, key)


class PacketFiles:
    """Any process may read while one writes: a file is there whole or not at all. Raises `OSError` where it says so."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, kept: KeptPacket) -> None:
        """Raises `OSError`; `ValueError` for a call id that is no file name."""
        file = self._file(kept.packet.call_id)
        if file is None:
            raise ValueError(f"{kept.packet.call_id!r} is no call id")
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = json.dumps({"key": kept.key, "packet": json.loads(kept.packet.to_json())}, ensure_ascii=False)
        write_private(file, text)

    def read(self, call_id: str) -> KeptPacket | None:
        """None: there is none, or none that can be read."""
        file = self._file(call_id)
        if file is None:
            return None
        try:
            raw = cast(dict[str, Any], json.loads(file.read_text("utf-8")))
            packet = HandoffPacket.from_json(json.dumps(raw["packet"]))
            return KeptPacket(packet=packet, key=str(raw["key"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, PacketError) as error:
            log.warning("handoff packet not read", extra={"call_id": call_id, "error": type(error).__name__})
            return None

    def remove(self, call_id: str) -> None:
        """Raises `OSError`."""
        file = self._file(call_id)
        if file is not None:
            file.unlink(missing_ok=True)

    def prune(self, older_than_s: float = KEPT_S) -> int:
        """Removes what is older; how many. Raises `OSError`."""
        before, removed = time.time() - older_than_s, 0
        if not self.folder.is_dir():
            return 0
        for file in self.folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if file.stat().st_mtime < before:
                    file.unlink()
                    removed += 1
        return removed

    def _file(self, call_id: str) -> Path | None:
        return self.folder / f"{call_id}{_SUFFIX}" if _CALL_ID.fullmatch(call_id) else None

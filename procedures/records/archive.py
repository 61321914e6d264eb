"""Every version of every record that was ever taken, one file each, never overwritten.

FOLDER/1.004194/<hash>.json: {"read", "file", "record", "raw"}
"""

import contextlib
import json
import os
from datetime import date
from pathlib import Path
from typing import Any, cast

from procedures.records.record import Record, record_hash


class RecordArchive:
    """Methods that write raise `OSError` where the disk refuses."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, code: str, hash_of_record: str) -> Record | None:
        """The record with that hash, if it was kept and is still whole."""
        try:
            kept: object = json.loads(self._path(code, hash_of_record).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        record = cast(dict[str, Any], kept).get("record") if isinstance(kept, dict) else None
        if not isinstance(record, dict) or record_hash(cast(Record, record)) != hash_of_record:
            return None
        return cast(Record, record)

    def keep(self, record: Record, *, raw: object, file: str, read: date) -> Path:
        """A version that was kept before stays as it is."""
        path = self._path(str(record["procedure_code"]), record_hash(record))
        if path.exists():
            return path
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{path.name}.{os.getpid()}")
        told = {"read": read.isoformat(), "file": file, "record": record, "raw": raw}
        aside.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        try:
            # A link, unlike a renaming, never replaces what another program has put there meanwhile.
            with contextlib.suppress(FileExistsError):
                os.link(aside, path)
        finally:
            aside.unlink()
        return path

    def _path(self, code: str, hash_of_record: str) -> Path:
        return self._folder / code / f"{hash_of_record}.json"

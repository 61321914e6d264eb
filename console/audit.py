"""Who looked at which call, and who did what: lines that are only ever added. No word of a call is in it."""

import json
import os
from enum import StrEnum
from pathlib import Path

from console.errors import AuditUnwritable
from contracts.clock import Clock

FILE_NAME = "audit.jsonl"


class Action(StrEnum):
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    LOOKED_AT_CALL = "looked_at_call"
    ASKED_TAKE_OVER = "asked_take_over"
    CALLED_BACK = "called_back"
    STOPPED = "stopped"
    LIFTED = "lifted"
    """Or asked for it, as the first of two."""
    TOLD = "told"
    WITHDREW = "withdrew"


class AuditLog:
    def __init__(self, file: Path, clock: Clock) -> None:
        self._file = file
        self._clock = clock

    def record(self, user: str, action: Action, *, call_id: str = "", **details: str) -> None:
        """With the kernel when it returns. Raises `AuditUnwritable`."""
        line = {"utc": self._clock.utc().isoformat(), "user": user, "action": action.value, "call_id": call_id}
        text = json.dumps(line | details, ensure_ascii=False).encode() + b"\n"
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            out = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                # One write, so that lines of several programs never mix.
                if os.write(out, text) != len(text):
                    raise AuditUnwritable(f"{self._file}: the disk is full")
            finally:
                os.close(out)
        except OSError as error:
            raise AuditUnwritable(f"{self._file}: {error.strerror}") from error

"""Logs as events: a fixed name and `extra` fields on one line; personal fields never get here."""

import logging
import os
import sys
import traceback
from types import TracebackType

from contracts.errors import TongdaiError
from hotline.errors import SettingsError

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_VARIABLE = "TONGDAI_LOG"
_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class EventFormatter(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        line = super().formatMessage(record)
        fields = [f"{name}={value!r}" for name, value in vars(record).items() if name not in _STANDARD]
        return " ".join([line, *fields])

    def formatException(  # noqa: N802
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """Place and kind. Only our own errors and the system's tell more: others quote what was said."""
        parts: list[str] = []
        error = ei[1]
        while error is not None:
            words = f": {error}" if isinstance(error, TongdaiError | OSError) else ""
            parts.append("".join(traceback.format_tb(error.__traceback__)) + type(error).__qualname__ + words)
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\nwhile handling:\n".join(parts)


def configure_logs() -> None:
    """To stderr; level by TONGDAI_LOG (default WARNING). Raises `SettingsError` for one that is none."""
    level = os.environ.get(_VARIABLE, "").upper() or "WARNING"
    _configure(level if level in LEVELS else "WARNING", logging.StreamHandler(sys.stderr))
    if level not in LEVELS:
        raise SettingsError(f"{_VARIABLE}: {os.environ[_VARIABLE]!r} is none of {', '.join(LEVELS)}")


def _configure(level: str, handler: logging.Handler) -> None:
    handler.setFormatter(EventFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Its lines carry whole addresses, and with them what is said about a call.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    root.setLevel(level)

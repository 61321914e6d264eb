"""Logs as events: a fixed name and `extra` fields on one line; personal fields never get here."""

import logging

_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class EventFormatter(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        line = super().formatMessage(record)
        fields = [f"{name}={value!r}" for name, value in vars(record).items() if name not in _STANDARD]
        return " ".join([line, *fields])


def configure(level: str, handler: logging.Handler) -> None:
    handler.setFormatter(EventFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Its lines carry whole addresses, and with them what is said about a call.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    root.setLevel(level.upper() if level.upper() in logging.getLevelNamesMapping() else "WARNING")

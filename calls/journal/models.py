"""The journal's tables."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, ForeignKey, Integer, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class UtcTime(TypeDecorator[datetime]):
    """Aware, in UTC, with microseconds; SQLite keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    pass


class Call(Base):
    __tablename__ = "calls"

    call_id: Mapped[str] = mapped_column(Text, primary_key=True)
    started_utc: Mapped[datetime] = mapped_column(UtcTime, index=True)
    ended_utc: Mapped[datetime | None] = mapped_column(UtcTime)
    """Of the last event; none while the call goes on."""
    bundle_id: Mapped[str] = mapped_column(Text)
    end_reason: Mapped[str | None] = mapped_column(String(60))
    """`hung_up`, `handed_over`, `fault`; `process_ended`: no end was written; `record_damaged`: see the spool."""
    lost_events: Mapped[int | None] = mapped_column(Integer)
    """Events that happened and could not be written; none while that is not known."""


class StoredEvent(Base):
    __tablename__ = "events"

    call_id: Mapped[str] = mapped_column(ForeignKey("calls.call_id", ondelete="CASCADE"), primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    sample: Mapped[int] = mapped_column(BigInteger)
    utc: Mapped[datetime] = mapped_column(UtcTime)
    kind: Mapped[str] = mapped_column(Text, index=True)
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    personal: Mapped[list[str]] = mapped_column(JSON)
    """Names of those `fields` that hold personal data."""
    schema_version: Mapped[int] = mapped_column(Integer)

"""Opens the journal's database by its URL, and says in our words what goes wrong with it."""

import contextlib
import json
import math
from collections.abc import Generator
from typing import Any, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, SQLAlchemyError, StatementError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from calls.journal.errors import DatabaseAway, EventRefused, JournalUrlError

SETTING = "journal.url"
_KINDS = "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE"
_BUSY_MS = 5000
_CONNECT_S = 5


def open_database(url: str) -> Engine:
    """SQLite or PostgreSQL; connects when it is used. Raises `JournalUrlError` naming the setting."""
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        # Opened each time: a file that was moved or deleted must be missed, not written on without a name.
        engine = create_engine(
            address, json_serializer=to_json, connect_args={"timeout": _BUSY_MS / 1000}, poolclass=NullPool
        )
        _prepare_sqlite(engine)
        return engine
    # A network that swallows packets must be seen within seconds, not within TCP's quarter of an hour.
    seen_dead = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 10_000}
    arguments = {"connect_timeout": _CONNECT_S, "application_name": "tongdai"} | seen_dead
    return create_engine(address, json_serializer=to_json, connect_args=arguments, pool_recycle=1800)


def described(engine: Engine) -> str:
    """The address without its password."""
    return engine.url.render_as_string(hide_password=True)


@contextlib.contextmanager
def transaction(engine: Engine, *, immediate: bool = False) -> Generator[Connection]:
    """Committed at its end. `immediate`: SQLite takes the lock for writing before anything is read.

    Raises `EventRefused` for values that will never be taken, `DatabaseAway` for everything that may pass.
    """
    try:
        with engine.connect().execution_options(tongdai_immediate=immediate) as connection, connection.begin():
            yield connection
    except (DataError, IntegrityError) as error:
        raise EventRefused(f"{SETTING}: {described(engine)}: {_reason(error)}") from error
    except DBAPIError as error:
        raise DatabaseAway(f"{SETTING}: {described(engine)}: {_reason(error)}") from error
    except (StatementError, OverflowError, UnicodeError) as error:
        raise EventRefused(f"{SETTING}: {described(engine)}: {type(error).__name__}") from error
    except SQLAlchemyError as error:
        raise DatabaseAway(f"{SETTING}: {described(engine)}: {type(error).__name__}") from error


def to_json(value: Any) -> str:
    """Plain ASCII that both databases take: numbers that JSON does not know become their names."""
    try:
        return json.dumps(value, allow_nan=False, separators=(",", ":"))
    except ValueError:
        return json.dumps(_named(value), allow_nan=False, separators=(",", ":"))


def _named(value: Any) -> Any:
    match value:
        case float() if not math.isfinite(value):
            return str(value)
        case dict():
            return {key: _named(item) for key, item in cast(dict[str, Any], value).items()}
        case list():
            return [_named(item) for item in cast(list[Any], value)]
        case _:
            return value


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError:
        raise JournalUrlError(f"{SETTING}: not an address: {_KINDS}") from None
    match address.drivername:
        case "sqlite" | "sqlite+pysqlite" if address.database:
            return address.set(drivername="sqlite")
        case "postgresql" | "postgres" | "postgresql+psycopg":
            return address.set(drivername="postgresql+psycopg")
        case name:
            raise JournalUrlError(f"{SETTING}: {name}: not a kind of database that is known: {_KINDS}")


def _reason(error: DBAPIError) -> str:
    """The first line of the driver's words: later ones may quote what was to be stored."""
    return (str(error.orig).splitlines() or [type(error).__name__])[0].strip()


def _prepare_sqlite(engine: Engine) -> None:
    """Write-ahead log; a commit is on the disk before the spool file goes; erased rows are overwritten."""

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, entry: ConnectionPoolEntry) -> None:  # pyright: ignore[reportUnusedFunction]
        # Transactions are begun by us: the driver would leave them out around changes of tables.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:  # pyright: ignore[reportUnusedFunction]
        immediate = connection.get_execution_options().get("tongdai_immediate")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

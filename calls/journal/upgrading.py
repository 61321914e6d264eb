"""Brings the database to the tables that this program knows (Alembic, from the package's own migrations)."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text

from calls.journal.database import SETTING, described, open_database, transaction
from calls.journal.errors import DatabaseAway, DatabaseSchemaError

VERSION_TABLE = "journal_version"
_MIGRATIONS = Path(__file__).with_name("migrations")
_LOCK = 0x746F6E67
"""Any number, the same for all: programs that upgrade one PostgreSQL at once go one after another."""


def upgrade(url: str) -> str:
    """Makes or changes the tables; the version that they have now.

    Raises `JournalUrlError`, `DatabaseAway`, `DatabaseSchemaError`, each naming the setting.
    """
    engine = open_database(url)
    try:
        return upgrade_engine(engine)
    finally:
        engine.dispose()


def upgrade_engine(engine: Engine) -> str:
    _make_file(engine)
    with transaction(engine, immediate=True) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        try:
            command.upgrade(_configuration(connection), "head")
        except CommandError as error:
            raise DatabaseSchemaError(
                f"{SETTING}: {described(engine)}: made by a newer program, version {_version(connection)}"
            ) from error
        return _version(connection) or ""


def check(engine: Engine) -> None:
    """An empty database is given its tables; one of another version is left alone.

    Raises `DatabaseSchemaError` saying what mends it, `DatabaseAway`.
    """
    _make_file(engine)
    with transaction(engine) as connection:
        version = _version(connection)
    if version is None:
        upgrade_engine(engine)
    elif version != _head():
        raise DatabaseSchemaError(
            f"{SETTING}: {described(engine)}: tables of version {version}, this program needs {_head()}: "
            "./tongdai db upgrade, or a newer program"
        )


def versions(engine: Engine) -> tuple[str | None, str | None]:
    """Of the tables that are there (None: none yet), and of those that this program needs. Makes nothing.

    Raises `DatabaseAway`.
    """
    file = engine.url.database if engine.dialect.name == "sqlite" else None
    if file and not Path(file).exists():
        return None, _head()
    with transaction(engine) as connection:
        return _version(connection), _head()


def _make_file(engine: Engine) -> None:
    """For this user only; SQLite's other files take their mode from it."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return
    file = Path(engine.url.database)
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
    except OSError as error:
        raise DatabaseAway(f"{SETTING}: {file}: {error.strerror}") from error


def _configuration(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _version(connection: Connection) -> str | None:
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()


def _head() -> str | None:
    return ScriptDirectory.from_config(_configuration()).get_current_head()

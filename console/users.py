"""Who may use the console: a file of this machine's user, read again whenever it has changed."""

import fcntl
import json
import re
import secrets
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from console.errors import NoSuchUser, UserExists, UserFileUnreadable, UserRefused
from console.passwords import LONGEST, SHORTEST, hashed
from contracts.private_file import write_private

FILE_NAME = "users.json"
_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,30}")


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    TRAINER = "trainer"
    ADMIN = "admin"


class User(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    role: Role
    password: str = Field(repr=False)
    """As `console.passwords.hashed` writes it."""
    stamp: str
    """Another one after each change: who signed in before it is signed out."""


class _UserFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = Field(1, ge=1, le=1)
    users: tuple[User, ...] = ()


class Users:
    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen: tuple[int, int, int] | None = None
        self._users: Mapping[str, User] = {}

    def all(self) -> Mapping[str, User]:
        """By name. Raises `UserFileUnreadable`."""
        try:
            status = self._file.stat()
        except FileNotFoundError:
            self._seen, self._users = None, {}
            return self._users
        except OSError as error:
            raise UserFileUnreadable(f"{self._file}: {error.strerror}") from error
        now = (status.st_ino, status.st_mtime_ns, status.st_size)
        if now != self._seen:
            self._users = self._read()
            self._seen = now
        return self._users

    def add(self, name: str, role: Role, password: str) -> None:
        """Raises `UserRefused`, `UserExists`, `UserFileUnreadable`."""
        if not _NAME.fullmatch(name):
            raise UserRefused(f"name: {name!r} must match {_NAME.pattern}")
        user = _made(name, role, password)
        with self._changing() as users:
            if name in users:
                raise UserExists(f"{name}: there is such a user already")
            users[name] = user

    def remove(self, name: str) -> None:
        """Raises `NoSuchUser`, `UserFileUnreadable`."""
        with self._changing() as users:
            _known(users, name)
            del users[name]

    def set_password(self, name: str, password: str) -> None:
        """Raises `NoSuchUser`, `UserRefused`, `UserFileUnreadable`."""
        with self._changing() as users:
            users[name] = _made(name, _known(users, name).role, password)

    def _read(self) -> dict[str, User]:
        try:
            found = _UserFile.model_validate_json(self._file.read_bytes())
        except OSError as error:
            raise UserFileUnreadable(f"{self._file}: {error.strerror}") from error
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            where = ".".join(map(str, first["loc"])) or "file"
            raise UserFileUnreadable(f"{self._file}: {where}: {first['msg']}") from None
        return {user.name: user for user in found.users}

    @contextmanager
    def _changing(self) -> Generator[dict[str, User]]:
        """What the block leaves is written; one program at a time."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.with_suffix(".lock").open("w", encoding="utf-8") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                users = self._read() if self._file.exists() else {}
                yield users
                self._write(users)
        except OSError as error:
            raise UserFileUnreadable(f"{error.filename or self._file}: {error.strerror}") from error

    def _write(self, users: Mapping[str, User]) -> None:
        document = _UserFile(version=1, users=tuple(users[name] for name in sorted(users))).model_dump(mode="json")
        write_private(self._file, json.dumps(document, indent=1), synced=True)


def _made(name: str, role: Role, password: str) -> User:
    if not SHORTEST <= len(password) <= LONGEST:
        raise UserRefused(f"password: must have {SHORTEST} to {LONGEST} characters")
    return User(name=name, role=role, password=hashed(password), stamp=secrets.token_hex(8))


def _known(users: Mapping[str, User], name: str) -> User:
    if name not in users:
        raise NoSuchUser(f"{name}: there is no such user")
    return users[name]

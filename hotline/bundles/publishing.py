"""From a trainer's folder to the bundle that calls take."""

from dataclasses import dataclass
from pathlib import Path

from hotline.bundles.check import Checked, check
from hotline.bundles.errors import BundleError, ContentRefused
from hotline.bundles.history import Action, Entry
from hotline.bundles.store import BundleStore
from hotline.knowledge import load_language_model
from hotline.settings import Settings
from hotline.state import content_store


def open_store(settings: Settings) -> BundleStore:
    return BundleStore(content_store(settings))


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    entry: Entry
    checked: Checked
    was: str | None
    """The bundle that was live before; None: none was published."""


def publish(store: BundleStore, folder: Path, note: str = "") -> Published:
    """Checks, copies, learns, and only then switches: killed anywhere before, what was live stays.

    What is checked is the copy, so that nobody changes it meanwhile. Raises `ContentRefused`, `BundleError`.
    """
    try:
        with store.staged(folder) as staged:
            checked = check(staged)
            if checked.problems:
                raise ContentRefused(checked.problems)
            load_language_model(staged)
            bundle = store.keep(staged)
        live = store.history()[-1:]
        entry = store.switch(bundle, Action.PUBLISH, note)
    except OSError as error:
        raise BundleError(f"{error.filename or store.folder}: {error.strerror}") from error
    return Published(entry=entry, checked=checked, was=live[0].bundle if live else None)

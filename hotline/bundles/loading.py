"""What calls need of a bundle, and which bundle a hotline begins with."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from contracts.errors import TongdaiError
from dialogs.bundle_files import ID_CHARS
from dialogs.content import Content
from dialogs.engine import Engine
from hotline.bundles.errors import BundleBroken
from hotline.bundles.store import BundleStore
from hotline.knowledge import load_interpreter, load_language_model
from nlu.interpreter import Interpreter
from procedures.record import Profile

log = logging.getLogger(__name__)

_WHY_CHARS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What happens to the folder later concerns no call."""

    id: str
    folder: Path
    content: Content
    engine: Engine
    interpreter: Interpreter
    language_model: Path
    """Of the recogniser; in the cache."""

    @property
    def prompts(self) -> list[str]:
        """Sentences that are always said the same."""
        return [text for text in self.content.responses.texts.values() if "{" not in text]


def load_bundle(folder: Path, profile: Profile) -> Bundle:
    """Takes seconds. Raises `TongdaiError` naming what is wrong in the folder, `OSError`."""
    content = Content.load(folder)
    engine = Engine(content, profile=profile)
    interpreter = load_interpreter(folder, content.catalogue)
    return Bundle(
        id=engine.bundle_id,
        folder=folder,
        content=content,
        engine=engine,
        interpreter=interpreter,
        language_model=load_language_model(folder, content.catalogue),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A published bundle that could not be taken."""

    bundle: str
    """Its id; empty: the pointer itself cannot be read."""
    why: str


def refusal(bundle: str, error: Exception) -> Refused:
    known = isinstance(error, TongdaiError | OSError)
    return Refused(bundle=bundle[:ID_CHARS], why=(str(error) if known else type(error).__name__)[:_WHY_CHARS])


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    bundle: Bundle
    hash: str
    """Of the bundle in the store; empty: the content folder could not be kept there."""
    refused: Refused | None = None
    """What should have been taken."""


def first_bundle(store: BundleStore, folder: Path, load: Callable[[Path], Bundle]) -> First:
    """The published bundle; where that is broken the newest sound one of the history; at last the content folder.

    Raises `TongdaiError` if not even that can be loaded.
    """
    refused: Refused | None = None
    for bundle in _candidates(store):
        try:
            return First(bundle=load(store.verify(bundle)), hash=bundle, refused=refused)
        except (TongdaiError, OSError) as error:
            refused = refused or _refused(bundle, error)
    kept = _kept(store, folder)
    return First(bundle=load(store.path(kept) if kept else folder), hash=kept, refused=refused)


def _candidates(store: BundleStore) -> Iterator[str]:
    """Nothing, as long as nothing was published; else what is live, then what was before."""
    try:
        live = store.live()
        if live is None:
            return
        yield live.bundle
    except BundleBroken as error:
        _refused("", error)
    try:
        yield from dict.fromkeys(entry.bundle for entry in reversed(store.history()))
    except BundleBroken as error:
        _refused("", error)


def _refused(bundle: str, error: Exception) -> Refused:
    refused = refusal(bundle, error)
    log.error("bundle refused", extra=asdict(refused))
    return refused


def _kept(store: BundleStore, folder: Path) -> str:
    """The content folder, copied into the store so that the first publication can be undone; "" if that fails."""
    try:
        with store.staged(folder) as staged:
            bundle = store.keep(staged)
        store.began_with(bundle)
    except (OSError, BundleBroken) as error:
        log.warning("content not kept", extra={"why": str(error)})
        return ""
    return bundle

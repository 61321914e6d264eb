"""The store of bundles: nothing that happens to it, or in the middle of it, leaves callers without sound content."""

import fcntl
import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hotline.bundles.errors import BundleBroken, NothingBefore, UnknownBundle
from hotline.bundles.history import Action
from hotline.bundles.store import BundleStore


@pytest.fixture
def store(tmp_path: Path) -> BundleStore:
    return BundleStore(tmp_path / "store")


def content(folder: Path, text: str) -> Path:
    (folder / "procedures").mkdir(parents=True, exist_ok=True)
    (folder / "responses.yml").write_text(text, encoding="utf-8")
    (folder / "procedures" / "một.yml").write_text("version: 1\n", encoding="utf-8")
    return folder


def kept(store: BundleStore, folder: Path) -> str:
    with store.staged(folder) as staged:
        return store.keep(staged)


def published(store: BundleStore, folder: Path, text: str) -> str:
    bundle = kept(store, content(folder, text))
    store.switch(bundle, Action.PUBLISH, text)
    return bundle


def live(store: BundleStore) -> str | None:
    entry = store.live()
    return entry.bundle if entry else None


def test_a_bundle_is_a_copy_that_stays(store: BundleStore, tmp_path: Path) -> None:
    bundle = published(store, tmp_path / "c", "a")
    content(tmp_path / "c", "b")
    assert (store.verify(bundle) / "responses.yml").read_text("utf-8") == "a"
    assert (store.path(bundle) / "responses.yml").stat().st_mode & 0o222 == 0
    assert not list((store.folder / "staging").iterdir())


def test_the_same_files_are_the_same_bundle(store: BundleStore, tmp_path: Path) -> None:
    content(tmp_path / "d", "a")
    (tmp_path / "d" / ".DS_Store").write_bytes(b"\0")
    (tmp_path / "d" / "responses.yml~").write_text("old", encoding="utf-8")
    assert kept(store, content(tmp_path / "c", "a")) == kept(store, tmp_path / "d")
    assert len(store.bundles()) == 1


def test_going_back_step_by_step(store: BundleStore, tmp_path: Path) -> None:
    first, second, third = (published(store, tmp_path / "c", text) for text in "abc")
    assert live(store) == third
    assert [store.go_back().bundle, store.go_back().bundle] == [second, first]
    with pytest.raises(NothingBefore):
        store.go_back()
    fourth = published(store, tmp_path / "c", "d")
    assert store.go_back().bundle == first
    assert [entry.bundle for entry in store.history()] == [first, second, third, second, first, fourth, first]


def test_the_first_publication_can_be_undone(store: BundleStore, tmp_path: Path) -> None:
    running = kept(store, content(tmp_path / "c", "a"))
    store.began_with(running)
    store.began_with(running)
    assert store.live() is None
    published(store, tmp_path / "c", "b")
    assert store.go_back().bundle == running
    assert len(store.history()) == 3


def test_nothing_published(store: BundleStore) -> None:
    assert store.live() is None and store.history() == () and store.bundles() == ()
    with pytest.raises(NothingBefore):
        store.go_back()
    with pytest.raises(UnknownBundle):
        store.find("abc")
    with pytest.raises(UnknownBundle):
        store.find("")


def test_a_bundle_is_found_by_its_beginning(store: BundleStore, tmp_path: Path) -> None:
    bundle = published(store, tmp_path / "c", "a")
    assert store.find(bundle[:4].upper()) == bundle
    with pytest.raises(UnknownBundle, match="không có bản này"):
        store.find("x")


@pytest.mark.parametrize("damage", ["changed", "gone", "more", "whole"])
def test_a_damaged_bundle_does_not_go_live(store: BundleStore, tmp_path: Path, damage: str) -> None:
    first, second = (published(store, tmp_path / "c", text) for text in "ab")
    folder = store.path(first)
    file = folder / "responses.yml"
    match damage:
        case "changed":
            file.chmod(0o644)
            file.write_text("c", encoding="utf-8")
        case "gone":
            file.unlink()
        case "more":
            (folder / "procedures" / "hai.yml").write_text("", encoding="utf-8")
        case _:
            folder.rename(tmp_path / "elsewhere")
    with pytest.raises(BundleBroken):
        store.go_back()
    with pytest.raises(BundleBroken):
        store.switch(first, Action.ROLLBACK)
    assert live(store) == second
    # Publishing it again mends it.
    assert published(store, tmp_path / "c", "a") == first
    store.verify(first)


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"bundle": "../../etc"}', b"\xff\xfe", b"[" * 100_000])
def test_a_broken_pointer_is_told_and_mended_by_publishing(store: BundleStore, tmp_path: Path, text: bytes) -> None:
    published(store, tmp_path / "c", "a")
    (store.folder / "live").write_bytes(text)
    with pytest.raises(BundleBroken, match="không đọc được"):
        store.live()
    assert published(store, tmp_path / "c", "b") == live(store)


def test_a_history_that_was_cut_off(store: BundleStore, tmp_path: Path) -> None:
    first = published(store, tmp_path / "c", "a")
    file = store.folder / "history.jsonl"
    with file.open("ab") as out:
        out.write(b'{"utc": "2026-')
    second = published(store, tmp_path / "c", "b")
    assert [entry.bundle for entry in store.history()] == [first, second]
    assert store.go_back().bundle == first


def test_killed_between_pointer_and_history(store: BundleStore, tmp_path: Path) -> None:
    first = published(store, tmp_path / "c", "a")
    before = (store.folder / "history.jsonl").read_bytes()
    second = published(store, tmp_path / "c", "b")
    (store.folder / "history.jsonl").write_bytes(before)
    assert [entry.bundle for entry in store.history()] == [first, second]
    assert store.go_back().bundle == first
    lines = [json.loads(line) for line in (store.folder / "history.jsonl").read_bytes().splitlines()]
    assert [line["bundle"] for line in lines] == [first, second, first]


def test_many_publish_at_once(store: BundleStore, tmp_path: Path) -> None:
    texts = [str(number) for number in range(8)]
    with ThreadPoolExecutor(8) as many:
        waiting = [many.submit(published, BundleStore(store.folder), tmp_path / text, text) for text in texts]
        bundles = [one.result(30) for one in waiting]
    history = store.history()
    assert sorted(entry.bundle for entry in history) == sorted(bundles)
    assert live(store) == history[-1].bundle
    for bundle in bundles:
        store.verify(bundle)


def test_killed_while_publishing(store: BundleStore, tmp_path: Path) -> None:
    first = published(store, tmp_path / "c", "a")
    program = (
        "import os, signal, sys; from pathlib import Path; from hotline.bundles.store import BundleStore\n"
        "with BundleStore(Path(sys.argv[1])).staged(Path(sys.argv[2])): os.kill(os.getpid(), signal.SIGKILL)"
    )
    content(tmp_path / "c", "b")
    ended = subprocess.run([sys.executable, "-c", program, store.folder, tmp_path / "c"], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert len(list((store.folder / "staging").iterdir())) == 1
    assert live(store) == first and len(store.bundles()) == 1
    second = published(store, tmp_path / "c", "b")
    assert live(store) == second
    assert not list((store.folder / "staging").iterdir())


def test_what_others_are_making_is_not_cleared_away(store: BundleStore, tmp_path: Path) -> None:
    with store.staged(content(tmp_path / "c", "a")) as staged:
        published(BundleStore(store.folder), tmp_path / "d", "b")
        assert (staged / "responses.yml").exists()


def test_a_change_waits_for_the_lock(store: BundleStore, tmp_path: Path) -> None:
    bundle = kept(store, content(tmp_path / "c", "a"))
    with ThreadPoolExecutor(1) as other, (store.folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = other.submit(store.switch, bundle, Action.PUBLISH)
        assert not waiting.done() and store.live() is None
        fcntl.flock(lock, fcntl.LOCK_UN)
        assert waiting.result(10).bundle == bundle

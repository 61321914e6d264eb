"""The cache of spoken sentences."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tts.cache import AudioCache, Key

_KEY = Key(engine="vais", model="m1", variant="", words="xin chào", rate=1.0, rate_hz=8000)


async def test_kept_audio_is_found_by_another_process(tmp_path: Path) -> None:
    await AudioCache(tmp_path).keep(_KEY, b"\1\0" * 100)
    other = AudioCache(tmp_path)
    # Somebody speaks: no file is looked for.
    assert other.get(_KEY) is None
    assert await other.fetch(_KEY) == other.get(_KEY) == b"\1\0" * 100
    assert not list(tmp_path.rglob("*.part"))  # noqa: ASYNC240


async def test_files_are_touched_in_another_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: set[int] = set()
    for name in ("read_bytes", "replace", "mkdir", "glob", "stat"):
        real = getattr(Path, name)

        def noted(*arguments: Any, real: Any = real, **options: Any) -> Any:
            threads.add(threading.get_ident())
            return real(*arguments, **options)

        monkeypatch.setattr(Path, name, noted)
    await AudioCache(tmp_path).keep(_KEY, b"\1\0")
    cache = AudioCache(tmp_path)
    assert await cache.fetch(_KEY) == cache.get(_KEY) == b"\1\0"
    assert threads and threading.get_ident() not in threads


async def test_answers_do_not_push_prompts_out(tmp_path: Path) -> None:
    cache = AudioCache(None, memory_bytes=20, prompt_bytes=20)
    keys = [replace(_KEY, words=str(number)) for number in range(6)]
    for key in keys[:3]:
        await cache.keep(key, b"0" * 8)
    for key in keys[3:]:
        cache.put(key, b"1" * 8)
    # The third was one too many to be held.
    assert [cache.get(key) is not None for key in keys] == [True, True, False, False, True, True]


def test_what_is_not_to_be_kept_never_reaches_the_disk(tmp_path: Path) -> None:
    cache = AudioCache(tmp_path)
    cache.put(_KEY, b"\1\0")
    assert cache.get(_KEY) == b"\1\0"
    assert not list(tmp_path.rglob("*.pcm"))


async def test_everything_that_changes_the_sound_changes_the_key(tmp_path: Path) -> None:
    cache = AudioCache(tmp_path)
    await cache.keep(_KEY, b"\1\0")
    for other in (
        replace(_KEY, words="chào"),
        replace(_KEY, rate=0.8),
        replace(_KEY, rate_hz=16000),
        replace(_KEY, model="m2"),
        replace(_KEY, variant="caller1"),
        replace(_KEY, engine="espeak"),
    ):
        assert cache.get(other) is None and await cache.fetch(other) is None


def test_the_least_used_goes_first(tmp_path: Path) -> None:
    cache = AudioCache(None, memory_bytes=20)
    keys = [replace(_KEY, words=str(number)) for number in range(3)]
    cache.put(keys[0], b"0" * 8)
    cache.put(keys[1], b"1" * 8)
    assert cache.get(keys[0])
    cache.put(keys[2], b"2" * 8)
    assert [cache.get(key) is not None for key in keys] == [True, False, True]
    cache.put(keys[1], b"1" * 1000)
    assert cache.get(keys[1]) is None


async def test_the_disk_part_is_bounded(tmp_path: Path) -> None:
    cache = AudioCache(tmp_path, disk_bytes=250)
    for number in range(5):
        await cache.keep(replace(_KEY, words=str(number)), b"0" * 100)
    assert len(list(tmp_path.rglob("*.pcm"))) == 2  # noqa: ASYNC240


async def test_a_file_cut_short_and_a_folder_that_cannot_be_written_cost_nothing_but_time(tmp_path: Path) -> None:
    cache = AudioCache(tmp_path / "a")
    await cache.keep(_KEY, b"\1\0" * 10)
    for path in (tmp_path / "a").rglob("*.pcm"):
        path.write_bytes(b"odd")
    assert await AudioCache(tmp_path / "a").fetch(_KEY) is None
    (tmp_path / "file").write_text("")
    blocked = AudioCache(tmp_path / "file")
    await blocked.keep(_KEY, b"\1\0")
    assert blocked.get(_KEY) == b"\1\0"

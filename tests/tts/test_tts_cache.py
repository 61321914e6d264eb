"""The cache of spoken sentences."""

from dataclasses import replace
from pathlib import Path

from tts.cache import AudioCache, Key

_KEY = Key(engine="vais", model="m1", variant="", words="xin chào", rate=1.0, rate_hz=8000)


def test_kept_audio_is_found_by_another_process(tmp_path: Path) -> None:
    AudioCache(tmp_path).put(_KEY, b"\1\0" * 100, keep=True)
    assert AudioCache(tmp_path).get(_KEY) == b"\1\0" * 100
    assert not list(tmp_path.rglob("*.part"))


def test_what_is_not_to_be_kept_never_reaches_the_disk(tmp_path: Path) -> None:
    cache = AudioCache(tmp_path)
    cache.put(_KEY, b"\1\0")
    assert cache.get(_KEY) == b"\1\0"
    assert not list(tmp_path.rglob("*.pcm"))


def test_everything_that_changes_the_sound_changes_the_key(tmp_path: Path) -> None:
    cache = AudioCache(tmp_path)
    cache.put(_KEY, b"\1\0", keep=True)
    for other in (
        replace(_KEY, words="chào"),
        replace(_KEY, rate=0.8),
        replace(_KEY, rate_hz=16000),
        replace(_KEY, model="m2"),
        replace(_KEY, variant="caller1"),
        replace(_KEY, engine="espeak"),
    ):
        assert cache.get(other) is None


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


def test_the_disk_part_is_bounded(tmp_path: Path) -> None:
    cache = AudioCache(tmp_path, disk_bytes=250)
    for number in range(5):
        cache.put(replace(_KEY, words=str(number)), b"0" * 100, keep=True)
    assert len(list(tmp_path.rglob("*.pcm"))) == 2


def test_a_file_cut_short_and_a_folder_that_cannot_be_written_cost_nothing_but_time(tmp_path: Path) -> None:
    cache = AudioCache(tmp_path / "a")
    cache.put(_KEY, b"\1\0" * 10, keep=True)
    for path in (tmp_path / "a").rglob("*.pcm"):
        path.write_bytes(b"odd")
    assert AudioCache(tmp_path / "a").get(_KEY) is None
    (tmp_path / "file").write_text("")
    blocked = AudioCache(tmp_path / "file")
    blocked.put(_KEY, b"\1\0", keep=True)
    assert blocked.get(_KEY) == b"\1\0"

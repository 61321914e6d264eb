"""Files for this user only are there whole or not at all."""

from pathlib import Path

import pytest

from contracts.private_file import write_private


def test_it_is_for_this_user_only_and_replaces_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.write_text("old", "utf-8")
    file.chmod(0o644)
    write_private(file, "mới", synced=True)
    assert file.read_text("utf-8") == "mới"
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_what_cannot_be_written_leaves_the_old_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    write_private(file, "old")
    with pytest.raises(UnicodeEncodeError):
        write_private(file, "half \ud800")
    assert file.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [file]

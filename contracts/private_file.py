"""Files for this user only: they hold secrets, or what callers said."""

import os
import secrets
from pathlib import Path


def write_private(file: Path, text: str, *, synced: bool = False) -> None:
    """Whole or not at all, for whoever reads meanwhile. `synced`: also after a loss of power. Raises `OSError`."""
    # A name of its own, so that two writers do not meet.
    aside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            out.write(text)
            if synced:
                out.flush()
                os.fsync(out.fileno())
        aside.replace(file)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise

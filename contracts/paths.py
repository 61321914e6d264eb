"""Where the program keeps what it can fetch or make again."""

import os
from pathlib import Path


def cache_dir() -> Path:
    """`TONGDAI_CACHE`, else `tongdai` in the user's cache folder; made if missing."""
    named = os.environ.get("TONGDAI_CACHE")
    base = Path(named) if named else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tongdai"
    base.mkdir(parents=True, exist_ok=True)
    return base

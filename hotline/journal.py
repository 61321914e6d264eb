"""Where the journal of this hotline is: its spool, its database."""

from pathlib import Path

from hotline.settings import Settings
from hotline.state import run_dir


def journal_url(settings: Settings) -> str:
    return settings.journal.url or f"sqlite:///{run_dir(settings) / 'journal' / 'journal.db'}"


def spool_folder(settings: Settings) -> Path:
    return settings.journal.spool or run_dir(settings) / "journal" / "spool"

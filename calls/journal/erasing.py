"""Erases a call's record: from the spool, from what was set aside, and from the database."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from calls.journal import store, upgrading
from calls.journal.folders import belongs, call_files, damaged_files, locked, runs
from calls.journal.shipper import PASS_LOCK


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    files: int
    events: int


def erase(engine: Engine, spool: Path, call_id: str) -> Erased:
    """Also while a shipper runs: it waits for the pass in progress.

    Files go first: if the database is away (`DatabaseAway`), what it holds is still to be erased. What a call that is
    still going on writes later goes to a file without a name, and is gone with it.
    """
    with locked(spool, PASS_LOCK, wait=True):
        files = [file for run in runs(spool) for file in call_files(run)] + damaged_files(spool)
        own = [file for file in files if belongs(file, call_id)]
        for file in own:
            file.unlink(missing_ok=True)
            file.with_name(f"{file.name}.reason").unlink(missing_ok=True)
        upgrading.check(engine)
        return Erased(files=len(own), events=store.erase(engine, call_id))

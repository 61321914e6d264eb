"""What `doctor` tells of the journal: its database, and what waits for it. Nothing is made or changed."""

from pathlib import Path

from calls.journal.database import described, open_database
from calls.journal.errors import JournalError
from calls.journal.folders import call_files, damaged_files, runs
from calls.journal.status_file import read_status
from calls.journal.upgrading import versions
from hotline.journal import journal_url, spool_folder
from hotline.settings import Settings
from telephony.asterisk.doctor import Check

_SHIPPER_SILENT_S = 60.0
"""The shipper writes its status after each pass, a second apart, or at the most 30 s while the database is away."""


def journal_checks(settings: Settings, *, running: bool) -> list[Check]:
    """`running`: this hotline answers calls now, so that files of calls that go on are no fault."""
    spool = spool_folder(settings)
    checks = [_database(settings), _spool(spool, running=running)]
    if damaged := damaged_files(spool):
        mend = f"see the *.reason beside them; moved back into a folder in {spool} they are tried again"
        checks.append(Check(name="journal damaged", ok=False, found=f"{len(damaged)} files set aside", mend=mend))
    return checks


def _database(settings: Settings) -> Check:
    name = "journal database"
    try:
        engine = open_database(journal_url(settings))
    except JournalError as error:
        return Check(name=name, ok=False, found=str(error), mend="correct journal.url")
    try:
        found, needed = versions(engine)
        where = described(engine)
    except JournalError as error:
        return Check(name=name, ok=False, found=str(error), mend="start the database, or correct journal.url")
    finally:
        engine.dispose()
    if found is None:
        return Check(name=name, ok=True, found=f"{where}: no tables yet; the first start makes them")
    if found == needed:
        return Check(name=name, ok=True, found=f"{where}: version {found}")
    return Check(
        name=name,
        ok=False,
        found=f"{where}: tables of version {found}, this program needs {needed}",
        mend="./tongdai db upgrade (if they are those of a newer program: update this one)",
    )


def _spool(spool: Path, *, running: bool) -> Check:
    name = "journal spool"
    try:
        files = [file for run in runs(spool) for file in call_files(run)]
        size = sum(file.stat().st_size for file in files if file.exists())
    except OSError as error:
        return Check(name=name, ok=False, found=f"{spool}: {error.strerror}", mend="correct journal.spool")
    found = f"{len(files)} files of calls wait, {size / 1e6:.1f} MB, in {spool}"
    if not running:
        return Check(name=name, ok=not files, found=found, mend="./tongdai db ship --once" if files else "")
    status = read_status(spool)
    if status is None or status[1] > _SHIPPER_SILENT_S:
        return Check(name=name, ok=False, found=f"{found}; nothing stores them", mend="./tongdai db ship")
    if status[0].away:
        return Check(name=name, ok=False, found=f"{found}: {status[0].away}", mend="mend the journal's database")
    return Check(name=name, ok=True, found=found)

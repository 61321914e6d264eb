"""What goes wrong with the journal. Nothing here ever reaches a call.

TongdaiError
└── JournalError                    code "journal"
    ├── SpoolError                  "journal.spool"         the spool's folder cannot be used; names the setting
    ├── ShipperBusy                 "journal.busy"          another program ships or erases in this spool
    ├── JournalUrlError             "journal.url"           exit 2: an address of a kind that is not known
    ├── DatabaseAway                "journal.away"          not reachable, full or locked; worth trying again
    ├── DatabaseSchemaError         "journal.schema"        tables of another version; `db upgrade`, or newer code
    └── EventRefused                "journal.refused"       the database will never take these values
"""

from contracts.errors import TongdaiError


class JournalError(TongdaiError):
    code = "journal"


class SpoolError(JournalError):
    code = "journal.spool"


class ShipperBusy(JournalError):
    code = "journal.busy"


class JournalUrlError(JournalError):
    code = "journal.url"
    exit_status = 2


class DatabaseAway(JournalError):
    code = "journal.away"


class DatabaseSchemaError(JournalError):
    code = "journal.schema"


class EventRefused(JournalError):
    code = "journal.refused"

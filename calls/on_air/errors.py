"""TongdaiError
└── OnAirError
    ├── BoardUnreadable   "on_air.file"      the board's file cannot be read or written; names it
    ├── NotOnBoard        "on_air.none"      there is no such stop or bulletin
    ├── SamePerson        "on_air.same"      lifting a stop takes two people
    └── EntryRefused      "on_air.refused"   exit 2: a field cannot be taken; names it
"""

from contracts.errors import TongdaiError


class OnAirError(TongdaiError):
    code = "on_air"


class BoardUnreadable(OnAirError):
    code = "on_air.file"


class NotOnBoard(OnAirError):
    code = "on_air.none"


class SamePerson(OnAirError):
    code = "on_air.same"


class EntryRefused(OnAirError):
    code = "on_air.refused"
    exit_status = 2

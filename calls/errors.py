"""What those who control calls can be told; the journal has a tree of its own.

TongdaiError
└── ControlError
    ├── NoSuchCall          "control.no_call"     it has ended, or another process has it
    ├── NoSuchPhone         "control.no_phone"    the number is none of a person's phone
    └── AlreadyTakenOver    "control.taken"       somebody else was first; says who
"""

from contracts.errors import TongdaiError


class ControlError(TongdaiError):
    code = "control"


class NoSuchCall(ControlError):
    code = "control.no_call"


class NoSuchPhone(ControlError):
    code = "control.no_phone"


class AlreadyTakenOver(ControlError):
    code = "control.taken"

    def __init__(self, by: str) -> None:
        super().__init__("somebody else has this call handed over")
        self.by = by
        """Who was first; personal."""

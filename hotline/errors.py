"""Errors of the program itself.

TongdaiError
└── ProgramError
    ├── UsageError        exit 2: a wrong option or argument
    ├── SettingsError     exit 2: a wrong setting; names file and field
    └── NotReadyError     exit 1: something that must be there is not; names the command that mends it
"""

from contracts.errors import TongdaiError


class ProgramError(TongdaiError):
    code = "program"
    exit_status = 1


class UsageError(ProgramError):
    code = "program.usage"
    exit_status = 2


class SettingsError(ProgramError):
    code = "program.settings"
    exit_status = 2


class NotReadyError(ProgramError):
    code = "program.not_ready"

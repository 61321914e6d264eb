"""What goes wrong with the console.

TongdaiError
└── ConsoleError
    ├── UserFileUnreadable   "console.user_file"   the users' file cannot be read or written; names it
    ├── UserRefused          "console.user"        exit 2: a name, role or password that cannot be taken
    ├── UserExists           "console.user_exists"
    ├── NoSuchUser           "console.no_user"
    └── AuditUnwritable      "console.audit"       the audit log cannot be written: nothing may be looked at
"""

from contracts.errors import TongdaiError


class ConsoleError(TongdaiError):
    code = "console"


class UserFileUnreadable(ConsoleError):
    code = "console.user_file"


class UserRefused(ConsoleError):
    code = "console.user"
    exit_status = 2


class UserExists(ConsoleError):
    code = "console.user_exists"


class NoSuchUser(ConsoleError):
    code = "console.no_user"


class AuditUnwritable(ConsoleError):
    code = "console.audit"

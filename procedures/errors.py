"""ProcedureError
├── ContentFileError    a trainers' file is wrong; the message names file, line and field
└── UnknownProcedure    no such code in this content
"""

from contracts.errors import TongdaiError


class ProcedureError(TongdaiError):
    code = "procedures"


class ContentFileError(ProcedureError):
    """`str()` is "FILE:LINE: FIELD: what is wrong"."""

    code = "procedures.content_file"
    exit_status = 2

    def __init__(self, file: str, line: int, field: str, problem: str) -> None:
        super().__init__(f"{file}:{line}: {field}: {problem}" if field else f"{file}:{line}: {problem}")
        self.file = file
        self.line = line
        """Counted from 1."""
        self.field = field
        """Dotted path, such as `facts.2.phrase`; empty: the whole file."""


class UnknownProcedure(ProcedureError):
    code = "procedures.unknown"

"""ProcedureError
├── ContentFileError    a trainers' file is wrong; the message names file, line and field
└── UnknownProcedure    no such code in this content
"""

from contracts.errors import TongdaiError
from contracts.mistakes import Mistake


class ProcedureError(TongdaiError):
    code = "procedures"


class ContentFileError(Mistake, ProcedureError):
    code = "procedures.content_file"


class UnknownProcedure(ProcedureError):
    code = "procedures.unknown"

"""ProcedureError
└── RecordFileError   a file of records cannot be read as a whole; nothing of it may be used
"""

from procedures.errors import ProcedureError


class RecordFileError(ProcedureError):
    code = "procedures.record_file"

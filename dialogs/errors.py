"""DialogError
├── MissingResponse    a sentence that responses.yml does not have
└── FlowFault          a flow that goes in circles or misses what it needs; the caller goes to a person

Files that are wrong raise `procedures.errors.ContentFileError`, as all content does.
"""

from contracts.errors import TongdaiError


class DialogError(TongdaiError):
    code = "dialogs"


class MissingResponse(DialogError):
    code = "dialogs.missing_response"


class FlowFault(DialogError):
    code = "dialogs.flow_fault"

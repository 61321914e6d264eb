"""What can go wrong in the ear.

EarError
├── ModelUnavailable       a model file is missing and could not be fetched: the message names the mending command
├── ModelMismatch          a file is not the pinned one: fetch it again, or distrust its source
├── RecognizerUnavailable  the recogniser's process has ended or hangs: the turn is lost, the next one may work
├── RecognizerBusy         the recogniser does not keep up: hand the call over or try later
├── UnknownEngine          no engine of that name
└── AudioUnreadable        a file holds no audio that can be read
"""

from contracts.errors import TongdaiError


class EarError(TongdaiError):
    code = "ear"


class ModelUnavailable(EarError):
    code = "ear.model_unavailable"


class ModelMismatch(EarError):
    code = "ear.model_mismatch"


class RecognizerUnavailable(EarError):
    code = "ear.recognizer_unavailable"


class RecognizerBusy(EarError):
    code = "ear.recognizer_busy"


class UnknownEngine(EarError):
    code = "ear.unknown_engine"
    exit_status = 2


class AudioUnreadable(EarError):
    code = "ear.audio_unreadable"

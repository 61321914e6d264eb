"""What goes wrong on a line.

TongdaiError
└── LineError                   code "line"
    ├── LineClosed              "line.closed"           the caller is gone, or `close` was called
    ├── TransferError           "transfer"
    │   ├── NoAgentError        "transfer.no_agent"     nobody to take the call
    │   ├── TransferCallerGone  "transfer.caller_gone"  the caller hung up; nothing is left to hand over
    │   └── TransferFailed      "transfer.failed"       it may be tried again
    │       ├── TransferRefused     "transfer.refused"      the exchange answered, and did not take it
    │       └── TransferUnreachable "transfer.unreachable"  the exchange did not answer
    ├── MediaError              "media"                 the audio path broke or broke its protocol
    ├── WavError                "wav"                   a sound file that cannot be read
    ├── SipError                "sip"                   a SIP exchange failed; carries the status
    │   ├── MalformedMessage    "sip.malformed"         a datagram that is no SIP message; counted, never fatal
    │   ├── SdpError            "sip.sdp"               a session description that we cannot serve
    │   ├── AuthenticationFailed "sip.authentication"   wrong or missing password, or no challenge we know
    │   ├── CallRejected        "sip.rejected"          the other side declined the call; carries the status
    │   ├── SipTimeout          "sip.timeout"           nobody answered the request
    │   ├── CallEnded           "sip.ended"             the call is over; what was asked of it cannot happen
    │   └── SipBindError        "sip.bind"              the local address or port cannot be used
    ├── AriError                "ari"                   Asterisk refused a request; carries the HTTP status
    │   ├── AriAuthError        "ari.auth"              401: not our Asterisk, or not our password
    │   ├── AriNotFound         "ari.not_found"         404: the channel, bridge or application is gone
    │   └── AriUnreachable      "ari.unreachable"       nothing answers
    └── AsteriskError           "asterisk"
        ├── AsteriskInstallError    "asterisk.install"  the message says what mends it
        ├── AsteriskVersionError    "asterisk.version"  found and needed version
        ├── AsteriskConfigError     "asterisk.config"   a template or setting is wrong: file and name
        ├── AsteriskStartError      "asterisk.start"    it ended or was not ready in time
        └── PortTakenError          "asterisk.port"     another program owns a port: which
"""

from contracts.errors import TongdaiError


class LineError(TongdaiError):
    code = "line"


class LineClosed(LineError):
    code = "line.closed"


class TransferError(LineError):
    """The call could not be handed to a person; the caller is still on the line."""

    code = "transfer"


class NoAgentError(TransferError):
    code = "transfer.no_agent"


class TransferCallerGone(TransferError):
    code = "transfer.caller_gone"


class TransferFailed(TransferError):
    code = "transfer.failed"


class TransferRefused(TransferFailed):
    code = "transfer.refused"


class TransferUnreachable(TransferFailed):
    code = "transfer.unreachable"


class MediaError(LineError):
    code = "media"


class WavError(LineError):
    code = "wav"


class SipError(LineError):
    code = "sip"

    def __init__(self, message: str, *, status: int = 0) -> None:
        super().__init__(message)
        self.status = status
        """SIP status, 0 when there was no answer."""


class MalformedMessage(SipError):
    code = "sip.malformed"


class SdpError(SipError):
    code = "sip.sdp"


class AuthenticationFailed(SipError):
    code = "sip.authentication"


class CallRejected(SipError):
    code = "sip.rejected"


class SipTimeout(SipError):
    code = "sip.timeout"


class CallEnded(SipError):
    code = "sip.ended"


class SipBindError(SipError):
    code = "sip.bind"


class AriError(LineError):
    code = "ari"

    def __init__(self, message: str, *, status: int = 0) -> None:
        super().__init__(message)
        self.status = status
        """HTTP status, 0 when there was no answer."""


class AriAuthError(AriError):
    code = "ari.auth"


class AriNotFound(AriError):
    code = "ari.not_found"


class AriUnreachable(AriError):
    code = "ari.unreachable"


class AsteriskError(LineError):
    code = "asterisk"


class AsteriskInstallError(AsteriskError):
    code = "asterisk.install"


class AsteriskVersionError(AsteriskError):
    code = "asterisk.version"


class AsteriskConfigError(AsteriskError):
    code = "asterisk.config"


class AsteriskStartError(AsteriskError):
    code = "asterisk.start"


class PortTakenError(AsteriskError):
    code = "asterisk.port"

"""SIP messages (RFC 3261 §7, §20): reading that forgives, writing that does not."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from telephony.errors import MalformedMessage

VERSION = "SIP/2.0"
MAGIC_COOKIE = "z9hG4bK"
"""Begins every branch of RFC 3261 §8.1.1.7."""

_COMPACT = {
    "v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length", "c": "content-type",
    "k": "supported", "s": "subject", "e": "content-encoding", "o": "event", "r": "refer-to", "b": "referred-by",
}  # fmt: skip
_REQUIRED = ("via", "from", "to", "call-id", "cseq")
_REASONS = {
    100: "Trying", 180: "Ringing", 183: "Session Progress", 200: "OK", 202: "Accepted", 400: "Bad Request",
    401: "Unauthorized", 405: "Method Not Allowed", 480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist", 486: "Busy Here", 487: "Request Terminated", 488: "Not Acceptable Here",
    500: "Server Internal Error", 501: "Not Implemented", 603: "Decline",
}  # fmt: skip
_URI = re.compile(r"<([^>]*)>")
_HOST_PORT = re.compile(r"^sips?:(?:[^@]*@)?(?P<host>\[[^\]]+\]|[^:;?>]+)(?::(?P<port>\d+))?", re.IGNORECASE)


def _full_name(name: str) -> str:
    lower = name.strip().lower()
    return _COMPACT.get(lower, lower)


@dataclass(frozen=True, slots=True)
class Headers:
    """Ordered and repeatable; names compare without case and in long or compact form."""

    items: tuple[tuple[str, str], ...] = ()

    def first(self, name: str) -> str | None:
        wanted = _full_name(name)
        return next((value for key, value in self.items if _full_name(key) == wanted), None)

    def all(self, name: str) -> list[str]:
        wanted = _full_name(name)
        return [value for key, value in self.items if _full_name(key) == wanted]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.first(name) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Common:
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""

    def header(self, name: str) -> str:
        """The first header of that name. Raises `MalformedMessage` when there is none."""
        value = self.headers.first(name)
        if value is None:
            raise MalformedMessage(f"{name}: header missing")
        return value

    @property
    def call_id(self) -> str:
        return self.header("Call-ID")

    @property
    def cseq(self) -> int:
        return int(self.header("CSeq").split()[0])

    @property
    def cseq_method(self) -> str:
        return self.header("CSeq").split()[1].upper()

    @property
    def branch(self) -> str:
        """Of the topmost Via; empty if it has none (RFC 2543)."""
        return parameter(self.header("Via").split(",")[0], "branch") or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(_Common):
    method: str
    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Response(_Common):
    status: int
    reason: str


Message = Request | Response


def parse(datagram: bytes) -> Message:
    """One datagram, one message; a body longer than Content-Length is cut. Raises `MalformedMessage`."""
    head, _, body = datagram.partition(b"\r\n\r\n")
    lines = _unfold(head.decode("utf-8", errors="replace"))
    if not lines:
        raise MalformedMessage("empty")
    headers = Headers(tuple(_header_lines(lines[1:])))
    _check(headers)
    length = headers.first("content-length")
    if length is not None and length.isdecimal():
        body = body[: int(length)]
    return _start_line(lines[0], headers, body)


def _unfold(head: str) -> list[str]:
    """Lines, with continuation lines joined to the one before (RFC 3261 §7.3.1)."""
    lines: list[str] = []
    for line in head.split("\r\n"):
        if line[:1] in (" ", "\t") and lines:
            lines[-1] += " " + line.strip()
        elif line:
            lines.append(line)
    return lines


def _header_lines(lines: Iterable[str]) -> Iterable[tuple[str, str]]:
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise MalformedMessage("a header line has no name")
        yield name.strip(), value.strip()


def _check(headers: Headers) -> None:
    for name in _REQUIRED:
        if not headers.first(name):
            raise MalformedMessage(f"{name}: header missing")
    number, _, method = (headers.first("cseq") or "").partition(" ")
    if not (number.isascii() and number.isdecimal()) or len(number) > 10 or not method.strip():
        raise MalformedMessage("cseq: not a number and a method")


def _start_line(line: str, headers: Headers, body: bytes) -> Message:
    first, _, rest = line.partition(" ")
    second, _, third = rest.partition(" ")
    if first == VERSION:
        if not (second.isascii() and second.isdecimal() and len(second) == 3):
            raise MalformedMessage("status is not three digits")
        return Response(status=int(second), reason=third, headers=headers, body=body)
    if third != VERSION or not first.isalpha() or not second:
        raise MalformedMessage("start line is neither a request nor a response")
    return Request(method=first.upper(), uri=second, headers=headers, body=body)


def serialise(message: Message) -> bytes:
    """Adds Content-Length. Raises `ValueError` when a value would break out of its line."""
    if isinstance(message, Request):
        lines = [f"{message.method} {message.uri} {VERSION}"]
    else:
        lines = [f"{VERSION} {message.status} {message.reason}"]
    lines += [f"{name}: {value}" for name, value in message.headers.items if _full_name(name) != "content-length"]
    lines.append(f"Content-Length: {len(message.body)}")
    for line in lines:
        if "\r" in line or "\n" in line:
            raise ValueError("line break in a SIP header")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + message.body


def response_to(
    request: Request,
    status: int,
    *,
    to_tag: str = "",
    headers: Iterable[tuple[str, str]] = (),
    body: bytes = b"",
) -> Response:
    """The answer to a request with the headers that RFC 3261 §8.2.6 copies; `to_tag` is added if To has none."""
    to = request.header("To")
    if to_tag and parameter(to, "tag") is None:
        to += f";tag={to_tag}"
    copied = [("Via", via) for via in request.headers.all("Via")]
    copied += [("Record-Route", route) for route in request.headers.all("Record-Route")]
    copied += [("From", request.header("From")), ("To", to)]
    copied += [("Call-ID", request.call_id), ("CSeq", request.header("CSeq"))]
    reason = _REASONS.get(status, "Unknown")
    return Response(status=status, reason=reason, headers=Headers((*copied, *headers)), body=body)


def parameter(value: str, name: str) -> str | None:
    """A header parameter outside the angle brackets: `parameter("<sip:a;x=1>;tag=7", "tag")` is "7"."""
    outside = value[value.rfind(">") + 1 :]
    for part in outside.split(";")[1:]:
        key, _, found = part.partition("=")
        if key.strip().lower() == name:
            return found.strip().strip('"')
    return None


def address_uri(value: str) -> str:
    """The URI of a From, To, Contact or Route value."""
    bracketed = _URI.search(value)
    return bracketed[1] if bracketed else value.split(";")[0].strip()


def host_port(uri: str) -> tuple[str, int]:
    """Where a SIP URI points; port 5060 if none is named. Raises `MalformedMessage`."""
    found = _HOST_PORT.match(uri)
    if not found:
        raise MalformedMessage("not a SIP URI")
    port = int(found["port"] or 5060)
    if not 0 < port < 65536:
        raise MalformedMessage("port out of range")
    return found["host"], port

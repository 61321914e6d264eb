"""Session descriptions (RFC 4566, RFC 3264) as far as one G.711 audio stream with RFC 4733 keys needs them."""

from dataclasses import dataclass

from telephony.errors import SdpError
from telephony.sip.codec import CODECS, Codec

KEYS_PAYLOAD = 101
"""Dynamic payload type that we offer for telephone-event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """What the other side wants to receive, and where."""

    address: str
    port: int
    codecs: tuple[Codec, ...]
    """Those of ours that it takes, in its order of preference."""
    keys_payload: int | None
    """Payload type of telephone-event; None: it takes no keys."""

    @property
    def codec(self) -> Codec:
        return self.codecs[0]


def describe(*, address: str, port: int, codecs: tuple[Codec, ...], keys_payload: int | None = KEYS_PAYLOAD) -> bytes:
    """An offer, or with the one chosen codec an answer."""
    numbers = [codec.payload_type for codec in codecs]
    lines = ["v=0", f"o=- 1 1 IN IP4 {address}", "s=-", f"c=IN IP4 {address}", "t=0 0"]
    payloads = numbers if keys_payload is None else [*numbers, keys_payload]
    lines.append(f"m=audio {port} RTP/AVP {' '.join(map(str, payloads))}")
    lines += [f"a=rtpmap:{codec.payload_type} {codec.name}/8000" for codec in codecs]
    if keys_payload is not None:
        lines += [f"a=rtpmap:{keys_payload} telephone-event/8000", f"a=fmtp:{keys_payload} 0-15"]
    lines += ["a=ptime:20", "a=sendrecv"]
    return ("\r\n".join(lines) + "\r\n").encode()


def read(body: bytes) -> Stream:
    """The first audio stream. Raises `SdpError` when it is missing, refused, or shares no codec with us."""
    lines = [line.strip() for line in body.decode("utf-8", errors="replace").splitlines()]
    at = next((number for number, line in enumerate(lines) if line.startswith("m=audio ")), None)
    if at is None:
        raise SdpError("no audio stream")
    after = next((number for number in range(at + 1, len(lines)) if lines[number].startswith("m=")), len(lines))
    media = lines[at].removeprefix("m=").split()
    own = lines[at:after]
    session = lines[: next(number for number, line in enumerate(lines) if line.startswith("m="))]
    address = _address(own) or _address(session)
    if address is None:
        raise SdpError("no connection address")
    port, payloads = _port(media), _numbers(media[3:])
    if port == 0:
        raise SdpError("the audio stream is refused")
    names = _names(own)
    codecs = tuple(CODECS[number] for number in payloads if number in CODECS)
    if not codecs:
        raise SdpError("no common codec (PCMA or PCMU)")
    keys = next((number for number in payloads if names.get(number) == "telephone-event/8000"), None)
    return Stream(address=address, port=port, codecs=codecs, keys_payload=keys)


def _address(lines: list[str]) -> str | None:
    for line in lines:
        parts = line.removeprefix("c=").split()
        if line.startswith("c=") and len(parts) == 3 and parts[1] == "IP4":
            return parts[2].split("/")[0]
    return None


def _port(media: list[str]) -> int:
    text = media[1].split("/")[0] if len(media) > 3 else ""
    if not (text.isascii() and text.isdecimal()) or int(text) > 65535:
        raise SdpError("m=audio: no port and payload types")
    return int(text)


def _numbers(texts: list[str]) -> list[int]:
    return [int(text) for text in texts if text.isascii() and text.isdecimal() and int(text) < 128]


def _names(lines: list[str]) -> dict[int, str]:
    names: dict[int, str] = {}
    for line in lines:
        number, _, name = line.removeprefix("a=rtpmap:").partition(" ")
        if line.startswith("a=rtpmap:") and number.isascii() and number.isdecimal():
            names[int(number)] = name.strip().lower()
    return names

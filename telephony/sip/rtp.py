"""RTP packets (RFC 3550 §5.1) and a socket that knows when each packet reached this machine."""

import contextlib
import socket
import struct
import sys
from dataclasses import dataclass

HEADER_BYTES = 12
_HEADER = struct.Struct("!BBHII")
_VERSION_2 = 0x80
_MARKER = 0x80

# Linux: asks the kernel for the arrival time of each datagram. The socket module has no name for it.
_SO_TIMESTAMPNS = 35
_TIMESPEC = struct.Struct("@qq")
_BURST_LIMIT = 200


@dataclass(frozen=True, slots=True)
class RtpPacket:
    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes


def pack(payload_type: int, marker: bool, sequence: int, timestamp: int, ssrc: int, payload: bytes) -> bytes:
    """Numbers are cut to their field's width."""
    second = payload_type | (_MARKER if marker else 0)
    return _HEADER.pack(_VERSION_2, second, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc) + payload


def unpack(data: bytes) -> RtpPacket | None:
    """None for what is no RTP version 2 packet; CSRCs, extension and padding are taken off."""
    if len(data) <= HEADER_BYTES:
        return None
    first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(data)
    if first & 0xC0 != _VERSION_2:
        return None
    payload = data[HEADER_BYTES:] if first == _VERSION_2 else _payload(data, first)
    if not payload:
        return None
    return RtpPacket(second & 0x7F, bool(second & _MARKER), sequence, timestamp, ssrc, payload)


def _payload(data: bytes, first: int) -> bytes:
    """The payload behind the optional parts of the header; empty if they do not fit."""
    start = HEADER_BYTES + 4 * (first & 0x0F)
    if first & 0x10:
        if len(data) < start + 4:
            return b""
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
    end = len(data) - (data[-1] if first & 0x20 else 0)
    return data[start:end]


class RtpSocket:
    """A UDP socket that is polled once a tick; the kernel's arrival times keep that from blurring the record."""

    def __init__(self, local_ip: str) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.setblocking(False)
            self._socket.bind((local_ip, 0))
        except OSError:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        self.send_failures = 0
        if sys.platform == "linux":
            with contextlib.suppress(OSError):
                self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)

    def send(self, packet: bytes, address: tuple[str, int]) -> None:
        """Never blocks and never fails: a packet that cannot be sent is lost, as on a network."""
        try:
            self._socket.sendto(packet, address)
        except OSError:
            self.send_failures += 1

    def receive(self, utc_s: float) -> list[tuple[bytes, float]]:
        """What has come since the last call: each datagram with its age at `utc_s` (the time of day) in seconds."""
        found: list[tuple[bytes, float]] = []
        for _ in range(_BURST_LIMIT):
            try:
                data, ancillary, _, _ = self._socket.recvmsg(2048, 64)
            except (BlockingIOError, InterruptedError):
                break
            except OSError:
                # An ICMP "unreachable" for something we sent; the datagrams behind it are still there.
                continue
            found.append((data, _age(ancillary, utc_s)))
        return found

    def close(self) -> None:
        self._socket.close()


def _age(ancillary: list[tuple[int, int, bytes]], utc_s: float) -> float:
    """0 where the kernel gave no time, or the time of day was set meanwhile."""
    for level, kind, value in ancillary:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS and len(value) == _TIMESPEC.size:
            seconds, nanoseconds = _TIMESPEC.unpack(value)
            age = utc_s - seconds - nanoseconds * 1e-9
            return age if 0.0 <= age < 5.0 else 0.0
    return 0.0

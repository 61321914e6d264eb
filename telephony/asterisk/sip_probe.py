"""Asks a SIP server who it is, with one OPTIONS request over UDP (RFC 3261, section 11)."""

import asyncio
import contextlib
import re
import secrets

_SERVER = re.compile(r"^Server:\s*(.*?)\s*$", re.MULTILINE | re.IGNORECASE)


class _Probe(asyncio.DatagramProtocol):
    def __init__(self, call_id: str) -> None:
        self._call_id = call_id
        self.server: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: object) -> None:
        text = data.decode("utf-8", errors="replace")
        if text.startswith("SIP/2.0 ") and self._call_id in text and not self.server.done():
            found = _SERVER.search(text)
            self.server.set_result(found[1] if found else "")

    def error_received(self, exc: Exception) -> None:
        # Nobody listens there (yet); the timeout tells.
        pass


async def server_of(host: str, port: int, timeout_s: float = 0.5) -> str | None:
    """The `Server` header of the answer, whatever its status; empty if it has none; None without an answer."""
    call_id = secrets.token_hex(12)
    loop = asyncio.get_running_loop()
    transport, probe = await loop.create_datagram_endpoint(lambda: _Probe(call_id), remote_addr=(host, port))
    try:
        local_host, local_port = transport.get_extra_info("sockname")[:2]
        local = f"{local_host}:{local_port}"
        transport.sendto(
            "\r\n".join(
                (
                    f"OPTIONS sip:{host}:{port} SIP/2.0",
                    f"Via: SIP/2.0/UDP {local};branch=z9hG4bK{secrets.token_hex(8)};rport",
                    "Max-Forwards: 1",
                    f"From: <sip:probe@{local}>;tag={secrets.token_hex(4)}",
                    f"To: <sip:{host}:{port}>",
                    f"Call-ID: {call_id}",
                    "CSeq: 1 OPTIONS",
                    f"Contact: <sip:probe@{local}>",
                    "Content-Length: 0",
                    "",
                    "",
                )
            ).encode()
        )
        with contextlib.suppress(TimeoutError):
            return await asyncio.wait_for(probe.server, timeout_s)
    finally:
        transport.close()
    return None

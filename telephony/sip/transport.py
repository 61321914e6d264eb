"""SIP over UDP: datagrams in and out, junk counted and dropped."""

import asyncio
import logging
from collections.abc import Callable
from typing import cast

from telephony.errors import MalformedMessage, SipBindError
from telephony.sip.message import Message, parse

log = logging.getLogger(__name__)

Address = tuple[str, int]
Drop = Callable[[bytes], bool]
"""Whether the network loses this datagram."""


class UdpTransport(asyncio.DatagramProtocol):
    def __init__(self, on_message: Callable[[Message, Address], None]) -> None:
        self._on_message = on_message
        self._transport: asyncio.DatagramTransport | None = None
        self.malformed = 0
        """Datagrams that were no SIP message."""
        self.drop_out: Drop = lambda datagram: False
        self.drop_in: Drop = lambda datagram: False

    async def open(self, local: Address) -> Address:
        """Returns the address with the port that was taken (0 asks for a free one). Raises `SipBindError`."""
        loop = asyncio.get_running_loop()
        try:
            transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=local)
        except OSError as error:
            raise SipBindError(f"{local[0]}:{local[1]}: {error.strerror or error}") from error
        self._transport = transport
        host, port = cast(Address, transport.get_extra_info("sockname"))
        return host, port

    def send(self, datagram: bytes, address: Address) -> None:
        if self._transport is not None and not self._transport.is_closing() and not self.drop_out(datagram):
            self._transport.sendto(datagram, address)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: Address) -> None:
        if not data.strip(b"\r\n\0") or self.drop_in(data):
            # RFC 5626 keep-alives are empty lines.
            return
        try:
            message = parse(data)
        except MalformedMessage as error:
            self.malformed += 1
            log.debug("sip datagram dropped", extra={"why": str(error)})
            return
        self._on_message(message, addr)

    def error_received(self, exc: Exception) -> None:
        log.debug("sip network error", extra={"why": str(exc)})

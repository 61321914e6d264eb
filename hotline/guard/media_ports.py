"""The listening sockets of the calls processes, and the ports that the exchange is told of.

The exchange knows twice as many as are in use: where calls outlived a guard, their sockets are still taken, and the
next guard's processes listen on the others.
"""

import contextlib
import random
import socket
from dataclasses import dataclass, field

from hotline.errors import NotReadyError
from hotline.web import listening_socket, port_of
from telephony.asterisk.ports import describe_owner, is_free

_HOST = "127.0.0.1"
_SETTING = "media_port"


@dataclass(slots=True)
class MediaPorts:
    count: int
    first: int
    """0: free ones."""
    sockets: list[socket.socket] = field(default_factory=list[socket.socket])

    def open(self, known: tuple[int, ...]) -> tuple[int, ...]:
        """Listens on `count` of the ports that the exchange knows; for a new exchange (empty) they are chosen here.

        Returns all that it is to know. Raises `NotReadyError`.
        """
        self.close()
        if known:
            self._take(known)
            return known
        if self.first:
            ports = tuple(range(self.first, self.first + 2 * self.count))
            self.sockets = [listening_socket(_SETTING, _HOST, port) for port in ports[: self.count]]
            return ports
        self.sockets = [listening_socket(_SETTING, _HOST, 0) for _ in range(self.count)]
        return (*map(port_of, self.sockets), *_free(self.count))

    def close(self) -> None:
        for listening in self.sockets:
            listening.close()
        self.sockets = []

    def _take(self, ports: tuple[int, ...]) -> None:
        for port in ports:
            if len(self.sockets) < self.count:
                with contextlib.suppress(NotReadyError):
                    self.sockets.append(listening_socket(_SETTING, _HOST, port))
        if len(self.sockets) < self.count:
            owners = "; ".join(f"{port}: {describe_owner('tcp', port)}" for port in ports)
            self.close()
            raise NotReadyError(f"{_SETTING}: too few of the ports that the exchange knows are free: {owners}")


def _free(count: int) -> tuple[int, ...]:
    found: list[int] = []
    while len(found) < count:
        port = random.randrange(20000, 30000)
        if port not in found and is_free("tcp", _HOST, port):
            found.append(port)
    return tuple(found)

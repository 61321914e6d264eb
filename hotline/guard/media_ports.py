"""The listening sockets of the calls processes, and the ports that the exchange is told of.

The exchange knows twice as many as are in use: where a guard that was killed is followed at once by the next, the calls
processes of the first may still hold theirs, and the next guard's listen on the others.
"""

import contextlib
import random
import socket
from dataclasses import dataclass, field

from contracts.clock import Clock, SystemClock
from hotline.errors import NotReadyError
from hotline.guard.orphans import end_orphans
from hotline.web import listening_socket, port_of
from telephony.asterisk.ports import describe_owner, is_free

_HOST = "127.0.0.1"
_SETTING = "media_port"
LET_GO_S = 2.0
"""So long a calls process may take to let go of its port after its guard's end."""
_LOOK_EVERY_S = 0.1


@dataclass(slots=True)
class MediaPorts:
    count: int
    first: int
    """0: free ones."""
    sockets: list[socket.socket] = field(default_factory=list[socket.socket])
    clock: Clock = field(default_factory=SystemClock)

    async def open(self, known: tuple[int, ...]) -> tuple[int, ...]:
        """Listens on `count` of the ports that the exchange knows; for a new exchange (empty) they are chosen here.

        Returns all that it is to know. Raises `NotReadyError`.
        """
        self.close()
        if known:
            await self._take_in_time(known)
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

    async def _take_in_time(self, ports: tuple[int, ...]) -> None:
        """Raises `NotReadyError`."""
        if await self._taken_soon(ports) or (end_orphans(ports) and await self._taken_soon(ports)):
            return
        owners = "; ".join(f"{port}: {describe_owner('tcp', port)}" for port in ports)
        self.close()
        raise NotReadyError(f"{_SETTING}: too few of the ports that the exchange knows are free: {owners}")

    async def _taken_soon(self, ports: tuple[int, ...]) -> bool:
        end = self.clock.now() + LET_GO_S
        while not self._take(ports):
            if self.clock.now() >= end:
                return False
            await self.clock.sleep(_LOOK_EVERY_S)
        return True

    def _take(self, ports: tuple[int, ...]) -> bool:
        """Whether there are enough now."""
        ours = {port_of(listening) for listening in self.sockets}
        for port in ports:
            if len(self.sockets) < self.count and port not in ours:
                with contextlib.suppress(NotReadyError):
                    self.sockets.append(listening_socket(_SETTING, _HOST, port))
        return len(self.sockets) >= self.count


def _free(count: int) -> tuple[int, ...]:
    found: list[int] = []
    while len(found) < count:
        port = random.randrange(20000, 30000)
        if port not in found and is_free("tcp", _HOST, port):
            found.append(port)
    return tuple(found)

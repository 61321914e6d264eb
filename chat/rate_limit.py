"""How often somebody may do something: a token bucket each."""

import math
from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from chat.errors import TooFast
from contracts.clock import Clock

MOST_KEPT = 10_000
"""Whoever has been away for longest is forgotten first."""
_SITE_BITS = 64
"""Of an IPv6 address: what one customer has is a network of at least so many (RFC 6177)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    burst: int
    """At once."""
    each_s: float
    """Seconds after which there is one more."""


class RateLimit:
    def __init__(self, rate: Rate, clock: Clock, *, most_kept: int = MOST_KEPT) -> None:
        self._rate = rate
        self._clock = clock
        self._most_kept = most_kept
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """Tokens, and when these were counted."""

    def take(self, who: str) -> None:
        """Raises `TooFast`."""
        now = self._clock.now()
        tokens, at = self._buckets.get(who, (float(self._rate.burst), now))
        tokens = min(float(self._rate.burst), tokens + (now - at) / self._rate.each_s)
        if tokens < 1:
            raise TooFast(math.ceil((1 - tokens) * self._rate.each_s))
        self._buckets[who] = (tokens - 1, now)
        self._buckets.move_to_end(who)
        if len(self._buckets) > self._most_kept:
            self._buckets.popitem(last=False)

    def forget(self, who: str) -> None:
        self._buckets.pop(who, None)


def customer(host: str) -> str:
    """Whom an address belongs to: itself, or its network in IPv6."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return f"{int(address) >> (128 - _SITE_BITS):x}"

"""How much of `bench faults` is done, and what every fault gives."""

from dataclasses import dataclass
from random import Random
from typing import Protocol

from hotline.bench.fault_rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultPlan:
    calls_per_fault: int = 100
    at_once: int = 5
    within_s: float = 6.0
    """The fault comes at a random moment up to so long after the first caller dials."""
    seed: int = 20264
    quick: bool = False
    """Outages of a few seconds, to see that it works."""
    inside: bool = False
    """In namespaces of our own: network and mounts are ours to change."""


class Fault(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def alone(self) -> bool:
        """Its figures are times: nothing else is measured meanwhile."""
        ...

    @property
    def namespaces(self) -> bool:
        """It wants a network and mounts of its own."""
        ...

    async def measure(self, plan: FaultPlan, dice: Random) -> list[Row]: ...

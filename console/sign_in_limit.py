"""How often signing in may fail, for one user and from one address, before further tries are not even looked at."""

from collections import OrderedDict, deque

from contracts.clock import Clock

WITHIN_S = 300.0
MOST_FOR_USER = 5
MOST_FROM_ADDRESS = 20
MOST_KEPT = 10_000
"""Names and addresses that are remembered; whoever invents more of them pushes the oldest out."""


class SignInLimit:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def wait_s(self, user: str, address: str) -> float:
        """How long no try is looked at; 0: a try may come now."""
        return max(self._wait("user", user, MOST_FOR_USER), self._wait("address", address, MOST_FROM_ADDRESS))

    def failed(self, user: str, address: str) -> None:
        for key, most in ((("user", user), MOST_FOR_USER), (("address", address), MOST_FROM_ADDRESS)):
            kept = self._failures.setdefault(key, deque(maxlen=most))
            kept.append(self._clock.now())
            self._failures.move_to_end(key)
        while len(self._failures) > MOST_KEPT:
            self._failures.popitem(last=False)

    def succeeded(self, user: str, address: str) -> None:
        """The last one was no failure after all."""
        self._failures.pop(("user", user), None)
        if kept := self._failures.get(("address", address)):
            kept.pop()

    def _wait(self, kind: str, name: str, most: int) -> float:
        failures = self._failures.get((kind, name))
        if failures is None or len(failures) < most:
            return 0.0
        return max(0.0, failures[0] + WITHIN_S - self._clock.now())

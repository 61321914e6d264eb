"""Progress of long work: one line written over on a terminal, one line a step elsewhere; always to stderr."""

import sys
import time


class ProgressLine:
    def __init__(self, what: str) -> None:
        self._what = what
        self._step = ""
        self._shown_s = 0.0
        self._terminal = sys.stderr.isatty()

    def step(self, step: str, done: int = 0, total: int = 0) -> None:
        """`done` of `total` in the step's own unit; 0 of 0 where that is not known."""
        now = time.monotonic()
        new = step != self._step
        if not new and now - self._shown_s < 0.1 and done < total:
            return
        self._step, self._shown_s = step, now
        share = f" {100 * done // total} %" if total else ""
        if self._terminal:
            print(f"\r\033[K{self._what}: {step}{share}", end="", file=sys.stderr, flush=True)
        elif new:
            print(f"{self._what}: {step}", file=sys.stderr, flush=True)

    def done(self, text: str) -> None:
        if self._terminal:
            print("\r\033[K", end="", file=sys.stderr)
        if self._step:
            print(f"{self._what}: {text}", file=sys.stderr, flush=True)

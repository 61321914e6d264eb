"""Run the whole test suite; further arguments go to pytest.

Without arguments two rows run side by side: the end-to-end tests, which mostly wait for real time to pass, and, at a
low priority, all that computes: checks of the code and the other tests.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from hotline.settings import ROOT

TAKES_EXTRA = True
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"
E2E = "tests/e2e"
COMPUTING = (
    ("ruff check", ["-m", "ruff", "check", "."]),
    ("ruff format", ["-m", "ruff", "format", "--check", "-q", "."]),
    ("import rules", ["-c", LINT_IMPORTS]),
    ("tests without end-to-end", ["-m", "pytest", "--ignore", E2E]),
    ("pyright (strict)", ["-m", "basedpyright", "--level", "error"]),
)
WAITING = ("end-to-end tests", ["-m", "pytest", E2E])
_LOW_PRIORITY = ["nice", "-n", "15"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    name: str
    status: int
    output: str
    seconds: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.usage = "tongdai test [PYTEST ARGUMENTS]"


def run(arguments: argparse.Namespace) -> int:
    extra: list[str] = arguments.extra
    if extra:
        # Relative paths in pytest's arguments are the project's.
        return int(bool(_ended(["-m", "pytest", *extra])))
    return _everything()


def _everything() -> int:
    failed: list[str] = []
    with ThreadPoolExecutor(max_workers=1) as beside:
        computing = beside.submit(lambda: [_captured(name, command) for name, command in COMPUTING])
        name, command = WAITING
        print(f"== {name}; meanwhile, shown afterwards: {', '.join(name for name, _ in COMPUTING)}", flush=True)
        if _ended(command):
            failed.append(name)
        for done in computing.result():
            print(f"== {done.name} ({done.seconds:.0f} s)\n{done.output.rstrip()}", flush=True)
            if done.status:
                failed.append(done.name)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _ended(command: Sequence[str]) -> int:
    """Its exit status; its words go to the terminal."""
    return subprocess.run([sys.executable, *command], cwd=ROOT, check=False).returncode


def _captured(name: str, command: Sequence[str]) -> Done:
    started = time.monotonic()
    done = subprocess.run(
        [*_LOW_PRIORITY, sys.executable, *command],
        cwd=ROOT,
        check=False,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return Done(name=name, status=done.returncode, output=done.stdout, seconds=time.monotonic() - started)

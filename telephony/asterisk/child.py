"""Command lines and environment for child processes that must not outlive this program."""

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_LAUNCHER = Path(__file__).with_name("launcher.py")


def bound_to_us(command: Sequence[str], *, signal_number: int = signal.SIGTERM) -> list[str]:
    """The command line by which `command` gets `signal_number` when the calling thread's process ends.

    `command[0]` must be a path. Start it from a thread that lives as long as the child should.
    """
    return [sys.executable, "-I", "-S", str(_LAUNCHER), str(os.getpid()), str(int(signal_number)), *command]


def plain_environment() -> Mapping[str, str]:
    """Ours, with messages in English so that they can be read by a program."""
    return os.environ | {"LC_ALL": "C.UTF-8", "LANGUAGE": "", "DEBIAN_FRONTEND": "noninteractive"}

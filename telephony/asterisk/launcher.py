"""Runs a program that ends with its parent: `python launcher.py PARENT_PID SIGNAL PROGRAM ARGS…`.

A script of its own because the setting (`PR_SET_PDEATHSIG`, prctl(2)) must be made in the child between fork and exec,
where a process with threads may not run Python code.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, signal_number, program = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0) != 0:
        sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
    # The parent may have gone before the setting was made.
    if os.getppid() != parent:
        sys.exit("the parent is gone")
    os.execv(program, sys.argv[3:])


if __name__ == "__main__":
    main()

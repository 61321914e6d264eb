"""A calls process of the tests: writes events until it is ended.

`python writing_child.py SPOOL COUNT [BYTES]` puts COUNT events of three calls, says how many the kernel has after each
hundred, for which it wants a line, and waits for another before its end. BYTES: no file may grow beyond them, as on a
disk that is full.
"""

import resource
import sys
from pathlib import Path

from records import event

from calls.journal.spool import Spool


def main() -> None:
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    if len(sys.argv) > 3:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
    spool = Spool(folder, queue_limit=count + 10)
    for number in range(count):
        spool.put(event(number // 3, call_id=f"call-{number % 3}"))
        if number % 100 == 0:
            spool.flush(10)
            print(spool.status().written, flush=True)
            sys.stdin.readline()
    spool.flush(10)
    print(spool.status().written, "full" if spool.status().stuck else "all", flush=True)
    if sys.stdin.readline().strip() == "room":
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        for call in range(3):
            spool.put(event(count, "call.ended", call_id=f"call-{call}"))
        while spool.status().stuck:
            spool.flush(10)
    spool.close()
    print(spool.status().lost, flush=True)


if __name__ == "__main__":
    main()

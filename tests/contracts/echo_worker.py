"""A worker that sends back what it gets."""

import sys

from contracts.workers import WorkerPort


def main() -> None:
    if "--fail" in sys.argv:
        raise SystemExit(3)
    port = WorkerPort()
    port.ready()
    while frame := port.receive():
        header, payload = frame
        if header["type"] == "print":
            print("a library prints this")
        else:
            port.send(header, payload)


if __name__ == "__main__":
    main()

"""A recogniser's worker without a model: a result tells its process and how much audio it was given.

In each frame of audio the first byte can be a command: `H` it hangs in an endless loop, `X` it ends.
"""

import os
import sys
from typing import Any

from contracts.workers import WorkerPort

HANG, DIE = b"H", b"X"


def main() -> None:
    port = WorkerPort()
    if "--fail" in sys.argv:
        raise SystemExit(3)
    port.ready()
    streams: dict[int, int] = {}
    withdrawn: list[int] = []
    while frame := port.receive():
        header, payload = frame
        match header["type"]:
            case "open":
                streams[header["stream"]] = 0
            case "feed":
                if payload[:1] == DIE:
                    os._exit(9)
                while payload[:1] == HANG:
                    pass
                streams[header["stream"]] += len(payload)
                port.send(_partial(header["stream"], f"{streams[header['stream']]:06d}"))
            case "peek":
                if header["stream"] in streams and streams[header["stream"]]:
                    port.send(_result(header["request"], streams[header["stream"]]))
            case "finish":
                port.send(_result(header["request"], streams.pop(header["stream"])))
            case "withdraw":
                withdrawn.append(header["request"])
            case "ping":
                port.send({"type": "pong", "behind_ms": 10.0 * len(streams)})
            case "cpu":
                port.send({"type": "cpu", "request": header["request"], "cpu_s": float(len(withdrawn))})
            case _:
                pass


def _partial(stream: int, text: str) -> dict[str, Any]:
    return {"type": "partial", "stream": stream, "text": text, "confidence": 1.0, "stable_chars": 0}


def _result(request: int, fed: int) -> dict[str, Any]:
    return {
        "type": "result", "request": request,
        "hypotheses": [{"text": f"{os.getpid()} {fed}", "confidence": 1.0, "words": []}],
    }  # fmt: skip


if __name__ == "__main__":
    main()

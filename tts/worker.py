"""A process that speaks: `python -m tts.worker --engine vais --rate-hz 8000 [--variant caller1]`.

In: `speak` {id, words, rate, allowance} · `allow` {id, samples} · `cancel` {id} · `ping`.
Out: `ready` {rate_hz, model} · `audio` {id, words_at} with PCM16 · `done` {id} · `failed` {id, code} · `pong`.
"""

import argparse
import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

# One thread for each worker: the pool's processes are the parallelism. Must be set before numpy is loaded.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

from contracts.workers import WorkerPort  # noqa: E402
from tts.engines import open_engine  # noqa: E402

if TYPE_CHECKING:
    from tts.engine import Block, Engine

log = logging.getLogger(__name__)

WARM_UP = "xin chào"


@dataclass(slots=True)
class Job:
    blocks: "Iterator[Block]"
    allowance: int
    """Samples that may still be made before more are allowed."""
    made: int = 0
    """Samples so far."""


class Desk:
    """The sentences being spoken; each step makes one block for the one with the least audio so far.

    So the first block of a waiting sentence comes before the later ones of sentences that already play.
    """

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._jobs: dict[int, Job] = {}

    def handle(self, message: Mapping[str, Any]) -> None:
        number = int(message["id"])
        if message["type"] == "speak":
            blocks = self._engine.speak(str(message["words"]), rate=float(message["rate"]))
            self._jobs[number] = Job(blocks, int(message["allowance"]))
        elif message["type"] == "allow" and number in self._jobs:
            self._jobs[number].allowance += int(message["samples"])
        elif message["type"] == "cancel":
            self._jobs.pop(number, None)

    @property
    def busy(self) -> bool:
        return any(job.allowance > 0 for job in self._jobs.values())

    def step(self, port: WorkerPort) -> None:
        runnable = [(job.made, number) for number, job in self._jobs.items() if job.allowance > 0]
        _, number = min(runnable)
        job = self._jobs[number]
        try:
            block = next(job.blocks, None)
        except Exception:
            # One sentence fails, the others go on.
            log.exception("voice.sentence_failed")
            del self._jobs[number]
            port.send({"type": "failed", "id": number, "code": "voice.engine_broken"})
            return
        if block is None:
            del self._jobs[number]
            port.send({"type": "done", "id": number})
            return
        job.made += len(block.pcm)
        job.allowance -= len(block.pcm)
        port.send({"type": "audio", "id": number, "words_at": block.words_at}, block.pcm.astype("<i2").tobytes())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", required=True)
    parser.add_argument("--rate-hz", type=int, default=8000)
    parser.add_argument("--variant", default=None)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO)
    port = WorkerPort()
    engine = open_engine(args.engine, rate_hz=args.rate_hz, variant=args.variant)
    for _ in engine.speak(WARM_UP):
        pass
    port.ready(rate_hz=engine.rate_hz, model=engine.model)
    desk = Desk(engine)
    while True:
        message = port.receive(0 if desk.busy else None)
        if message is not None:
            if message[0]["type"] == "ping":
                port.send({"type": "pong", "id": 0})
            else:
                desk.handle(message[0])
        elif desk.busy:
            desk.step(port)


if __name__ == "__main__":
    main()

"""The worker process: `python -m asr.people.worker MODEL VOCABULARY`.

Frames in (header, payload):
    open    stream, rate_hz, kind, phrases, language_model    a file, loaded with its first stream; "": none
    unload  language_model
    feed    stream; payload PCM16
    peek    stream, request
    finish  stream, request
    withdraw request                  nobody waits for that result any more
    cancel  stream
    cpu     request
    ping
Frames out:
    ready
    partial stream, text, confidence, stable_chars
    result  request, hypotheses
    refused stream, code, reason      the stream is gone; requests for it are refused too
    cpu     request, cpu_s
    model_refused language_model, reason    its streams lean towards the model that was loaded before it
    pong    behind_ms                 between two batches: the sign that the worker does not hang

Streams are taken in batches as they have whole chunks, without waiting for one another; a stream whose result is
wanted goes first.
"""

import logging
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from asr.ctc.prefix_beam import BeamSettings
from asr.ctc.vocabulary import Vocabulary, read_vocabulary
from asr.errors import RecognizerBusy, RecognizerUnavailable
from asr.people.acoustics import ADVANCE_FRAMES, CHUNK_FRAMES, Acoustics
from asr.people.language_models import LanguageModels
from asr.people.limits import MAX_STREAMS
from asr.people.nbest import to_wire
from asr.people.stream import Stream, open_stream, results, step
from contracts.expectation import Expecting
from contracts.workers import WorkerPort

log = logging.getLogger(__name__)

BATCH = 4
"""A result that is asked for waits for the batch that is under way, and larger batches save nothing.

Measured on a core with AVX2: 21 ms for a chunk alone, 19 ms each in fours.
"""
NICENESS = 5
"""A third of the processor's time against one process that wants all of it, and all of what others leave."""
_FIRST_GUESS_MS = 40.0
_SMOOTHING = 0.1
_ARGUMENTS = 2
MAX_BACKLOG_CHUNKS = 150
"""A minute of audio that waits, over all streams, from which no further stream is opened."""


class Worker:
    def __init__(self, port: WorkerPort, acoustics: Acoustics, vocabulary: Vocabulary) -> None:
        self._port = port
        self._acoustics = acoustics
        self._vocabulary = vocabulary
        self._language_models = LanguageModels(on_refused=self._refuse_model)
        self._settings = BeamSettings()
        self._streams: dict[int, Stream] = {}
        self._wanted: dict[int, list[tuple[int, bool]]] = {}
        """By stream: requests to answer, and whether the stream ends with them."""
        self._chunk_ms = _FIRST_GUESS_MS
        """What a chunk of one stream takes, in batches as they come."""

    def run(self) -> None:
        """Until the parent closes the pipe."""
        while True:
            frame = self._port.receive(timeout_s=0 if self._busy() else None)
            while frame is not None:
                self._take(*frame)
                frame = self._port.receive(timeout_s=0)
            self._work()

    def _busy(self) -> bool:
        return bool(self._wanted) or any(stream.features.chunk_ready for stream in self._streams.values())

    def _take(self, header: Mapping[str, Any], payload: bytes) -> None:
        match header["type"]:
            case "open":
                self._open(header)
            case "feed":
                if (stream := self._streams.get(header["stream"])) is not None:
                    stream.features.feed(payload)
            case "peek" | "finish":
                self._want(header)
            case "unload":
                self._language_models.unload(header["language_model"])
            case "withdraw":
                self._withdraw(header["request"])
            case "cancel":
                self._streams.pop(header["stream"], None)
                for request, _ in self._wanted.pop(header["stream"], []):
                    self._refuse(header["stream"], RecognizerUnavailable.code, "cancelled", request)
            case "ping":
                self._port.send({"type": "pong", "behind_ms": self._behind_ms()})
            case "cpu":
                self._port.send({"type": "cpu", "request": header["request"], "cpu_s": time.process_time()})
            case _:
                log.error("unknown frame", extra={"frame": header["type"]})

    def _open(self, header: Mapping[str, Any]) -> None:
        name = header["stream"]
        backlog = sum(stream.features.frames for stream in self._streams.values()) // 40
        if len(self._streams) >= MAX_STREAMS or backlog > MAX_BACKLOG_CHUNKS:
            reason = f"{len(self._streams)} recognitions open, {backlog * 0.4:.0f} s of audio waiting"
            self._refuse(name, RecognizerBusy.code, reason)
            return
        biasing = self._language_models.biasing(header["language_model"])
        scorer = biasing.scorer(Expecting(header["kind"]), tuple(header["phrases"]))
        self._streams[name] = open_stream(
            rate_hz=header["rate_hz"], vocabulary=self._vocabulary, scorer=scorer, settings=self._settings
        )

    def _want(self, header: Mapping[str, Any]) -> None:
        name, request = header["stream"], header["request"]
        if name not in self._streams:
            self._refuse(name, RecognizerUnavailable.code, "no such recognition", request)
            return
        self._wanted.setdefault(name, []).append((request, header["type"] == "finish"))

    def _withdraw(self, request: int) -> None:
        for name, asked in self._wanted.items():
            if left := [one for one in asked if one[0] != request]:
                self._wanted[name] = left
            else:
                del self._wanted[name]
                return

    def _behind_ms(self) -> float:
        """How long what waits takes to work off: whole chunks, and the results that are wanted."""
        chunks = sum(
            1 + (stream.features.frames - CHUNK_FRAMES) // ADVANCE_FRAMES
            for stream in self._streams.values()
            if stream.features.chunk_ready
        )
        return round((chunks + len(self._wanted)) * self._chunk_ms, 1)

    def _refuse(self, name: int, code: str, reason: str, request: int | None = None) -> None:
        self._port.send({"type": "refused", "stream": name, "request": request, "code": code, "reason": reason})

    def _refuse_model(self, language_model: str, reason: str) -> None:
        self._port.send({"type": "model_refused", "language_model": language_model, "reason": reason})

    def _work(self) -> None:
        """One batch of whole chunks, of the wanted streams if there are any; then the results that are due."""
        if self._wanted:
            # As they were asked for: where the worker falls behind, some answers come in time, not all too late.
            ready = self._ready(self._wanted)
        else:
            # The longest wait first: live text falls behind alike everywhere.
            ready = sorted(self._ready(self._streams), key=lambda one: -one[1].features.frames)
        batch = ready[:BATCH]
        if batch:
            started = time.monotonic()
            changed = step(self._acoustics, [stream for _, stream in batch])
            took_ms = (time.monotonic() - started) * 1000 / len(batch)
            self._chunk_ms += _SMOOTHING * (took_ms - self._chunk_ms)
            for (name, stream), new in zip(batch, changed, strict=True):
                if new:
                    self._tell(name, stream)
        due = [name for name in self._wanted if not self._streams[name].features.chunk_ready][:BATCH]
        if due:
            self._answer(due)

    def _ready(self, names: Iterable[int]) -> list[tuple[int, Stream]]:
        streams = [(name, self._streams[name]) for name in names]
        return [(name, stream) for name, stream in streams if stream.features.chunk_ready]

    def _tell(self, name: int, stream: Stream) -> None:
        self._port.send({
            "type": "partial", "stream": name, "text": stream.text,
            "confidence": round(stream.beam.best_posterior(), 4), "stable_chars": stream.stable_chars,
        })  # fmt: skip

    def _answer(self, names: list[int]) -> None:
        found = results(self._acoustics, [self._streams[name] for name in names])
        for name, heard in zip(names, found, strict=True):
            for request, last in self._wanted.pop(name):
                self._port.send({"type": "result", "request": request, "hypotheses": to_wire(heard)})
                if last:
                    self._streams.pop(name, None)


def _arguments(arguments: list[str]) -> Iterator[Path]:
    if len(arguments) != _ARGUMENTS:
        raise SystemExit("usage: python -m asr.people.worker MODEL VOCABULARY")
    return map(Path, arguments)


def main() -> None:
    # Audio that flows goes before speech that is recognised: a late frame is heard, a late result waited for.
    os.nice(NICENESS)
    model, vocabulary = _arguments(sys.argv[1:])
    port = WorkerPort()
    worker = Worker(port, Acoustics(model, flush_denormals=True), read_vocabulary(vocabulary))
    port.ready()
    worker.run()


if __name__ == "__main__":
    main()

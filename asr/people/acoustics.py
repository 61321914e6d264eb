"""The acoustic model: chunks of filter bank features in, CTC log-posteriors out.

A WeNet-style streaming Conformer (12 layers, width 224, int8 weights). Features: 80 mel bands at 16 kHz, 25 ms every
10 ms, no dither, samples at the scale of 16-bit integers; the model normalises by itself. 43 frames make 10 outputs of
40 ms each, and 40 frames later comes the next chunk.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import kaldi_native_fbank as _knf
import numpy as np
from numpy.typing import NDArray

from asr.onnx_session import OnnxSession
from asr.people.upsampler import Upsampler

Floats = NDArray[np.float32]
_knf_any = cast(Any, _knf)  # its stubs are partial

MODEL_RATE_HZ = 16000
BANDS = 80
CHUNK_FRAMES = 43
ADVANCE_FRAMES = 40
CHUNK_OUTPUTS = 10
OUTPUT_MS = 40
_MODEL_INPUTS = 4
POSITIONS = 1540
"""Positions in time that the model tells apart, and so its table: a minute, and what a chunk looks at beyond."""
_LAST_POSITION = POSITIONS - 50
"""Later chunks are taken for this one: a chunk looks at 50 positions, not at how many came before."""

_LOUD_LEVEL = 21.0
"""Logarithm of the power at which the loud frames of people's speech lie best for the model.

Measured through a telephone band: 4–5 % syllable errors from 20 to 23, 6 % at 18, 37 % at 16; nothing below that.
"""
_LOUD_PERCENTILE = 95
_LARGEST_LIFT = 10.0
"""In the logarithm of power: 43 dB."""
_LARGEST_CUT = 6.0


def _attention_cache() -> Floats:
    return np.zeros((12, 4, 40, 224), np.float32)


def _convolution_cache() -> Floats:
    return np.zeros((12, 448, 30), np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caches:
    """What the model remembers of a stream: 2.4 MB, never written to."""

    outputs: int = 0
    """So many outputs came before."""
    attention: Floats = field(default_factory=_attention_cache)
    """[12, 4, 40, 224]"""
    convolution: Floats = field(default_factory=_convolution_cache)
    """[12, 448, 30]"""


class Acoustics:
    def __init__(self, model: Path, *, flush_denormals: bool = False) -> None:
        self._session = OnnxSession(model, flush_denormals=flush_denormals)
        if len(self._session.inputs) != _MODEL_INPUTS:
            raise ValueError(f"{model.name}: expected {_MODEL_INPUTS} inputs, found {len(self._session.inputs)}")

    def run(self, chunks: Sequence[tuple[Floats, Caches]]) -> list[tuple[Floats, Caches]]:
        """For each (features [43, 80], caches of its stream): log-posteriors [10, tokens] and the new caches."""
        features, offset, attention, convolution = self._session.inputs
        outputs = self._session.run(
            {
                features: np.stack([chunk for chunk, _ in chunks]),
                offset: np.array([[min(caches.outputs, _LAST_POSITION)] for _, caches in chunks], np.int64),
                attention: np.stack([caches.attention for _, caches in chunks]),
                convolution: np.stack([caches.convolution for _, caches in chunks]),
            }
        )
        return [
            # Copies, so that a cache does not keep its whole batch alive.
            (
                outputs[0][at],
                Caches(
                    outputs=caches.outputs + CHUNK_OUTPUTS,
                    attention=outputs[1][at].copy(),
                    convolution=outputs[2][at].copy(),
                ),
            )
            for at, (_, caches) in enumerate(chunks)
        ]


class Features:
    """Filter bank features of one stream of PCM16 at 8 or 16 kHz, at an even loudness.

    Each chunk is shifted by what brings the loud frames so far to the level that the model knows. That depends on the
    audio up to the end of the chunk only, not on how it was cut when it was fed.
    """

    def __init__(self, rate_hz: int) -> None:
        """Raises `ValueError` for another rate."""
        if rate_hz not in (MODEL_RATE_HZ // 2, MODEL_RATE_HZ):
            raise ValueError(f"rate_hz: {rate_hz} is neither 8000 nor 16000")
        self._upsampler = Upsampler() if rate_hz != MODEL_RATE_HZ else None
        options = _knf_any.FbankOptions()
        options.frame_opts.dither = 0.0
        options.frame_opts.samp_freq = float(MODEL_RATE_HZ)
        options.frame_opts.snip_edges = True
        options.mel_opts.num_bins = BANDS
        self._bank: Any = _knf_any.OnlineFbank(options)
        self._waiting: list[Floats] = []
        self._levels: list[float] = []
        """Of every frame so far."""

    def feed(self, pcm: bytes) -> None:
        samples = np.frombuffer(pcm[: len(pcm) & ~1], "<i2").astype(np.float32)
        if self._upsampler is not None:
            samples = self._upsampler.feed(samples)
        self._bank.accept_waveform(MODEL_RATE_HZ, samples.tolist())
        taken, ready = len(self._levels), int(self._bank.num_frames_ready)
        for at in range(taken, ready):
            frame = np.array(self._bank.get_frame(at), np.float32)
            self._waiting.append(frame)
            self._levels.append(float(np.log(np.exp(frame).mean())))
        self._bank.pop(ready - taken)

    @property
    def frames(self) -> int:
        """Frames that wait."""
        return len(self._waiting)

    @property
    def chunk_ready(self) -> bool:
        return len(self._waiting) >= CHUNK_FRAMES

    def take_chunk(self) -> Floats:
        """[43, 80]; the next chunk overlaps by 3 frames."""
        chunk = np.stack(self._waiting[:CHUNK_FRAMES]) + self._shift(CHUNK_FRAMES)
        del self._waiting[:ADVANCE_FRAMES]
        return chunk

    def tail(self) -> Floats | None:
        """[43, 80]: what waits, its last frame repeated, nothing taken; None if nothing waits."""
        if not self._waiting:
            return None
        rows = self._waiting[:CHUNK_FRAMES]
        return np.stack(rows + [rows[-1]] * (CHUNK_FRAMES - len(rows))) + self._shift(len(rows))

    def _shift(self, count: int) -> np.float32:
        """For the chunk of the first `count` frames that wait."""
        end = len(self._levels) - len(self._waiting) + count
        loud = float(np.percentile(self._levels[:end], _LOUD_PERCENTILE))
        return np.float32(np.clip(_LOUD_LEVEL - loud, -_LARGEST_CUT, _LARGEST_LIFT))

"""The trained network in numpy: states of sounds to durations, then vocoder features at 10 ms.

Convolutional encoder over sub-states of sounds, one duration per sub-state, then convolutions and a bidirectional GRU
over frames. All activations are float32 with shape [time, channels].
"""

from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt

from tts.errors import EngineBroken

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

ENCODER_REACH = 8
"""Sub-states to either side that one encoded state depends on (four convolutions of width 5)."""
FEATURES = 53
"""Per frame: 50 cepstra of the envelope, 1 aperiodicity, log f0, voicing logit."""
_DECODER_DILATIONS = (1, 2, 1)
_ENCODER_LAYERS = 4


class _Residual:
    """x + relu(conv(norm(x))), zero-padded to the same length."""

    def __init__(self, weights: dict[str, Floats], name: str, dilation: int) -> None:
        kernel = weights[f"{name}.c.weight"]
        self._width = kernel.shape[2]
        self._dilation = dilation
        # One product per layer: the taps side by side, [taps × channels in, channels out].
        self._kernel = np.ascontiguousarray(kernel.transpose(2, 1, 0).reshape(-1, kernel.shape[0]))
        self._bias = weights[f"{name}.c.bias"]
        self._scale, self._shift = weights[f"{name}.n.weight"], weights[f"{name}.n.bias"]

    def __call__(self, x: Floats) -> Floats:
        reach = self._dilation * (self._width // 2)
        padded = np.zeros((len(x) + 2 * reach, x.shape[1]), np.float32)
        padded[reach : reach + len(x)] = _normalise(x, self._scale, self._shift)
        taps = [padded[tap * self._dilation : tap * self._dilation + len(x)] for tap in range(self._width)]
        return x + np.maximum(np.concatenate(taps, axis=1) @ self._kernel + self._bias, 0)


def _normalise(x: Floats, scale: Floats, shift: Floats) -> Floats:
    centred = x - x.mean(axis=1, keepdims=True)
    variance = np.mean(centred * centred, axis=1, keepdims=True)
    return centred / np.sqrt(variance + np.float32(1e-5)) * scale + shift


class _BidirectionalGru:
    """Both directions advance in one loop; the backward one reads the frames from the end."""

    def __init__(self, weights: dict[str, Floats]) -> None:
        def stacked(name: str) -> Floats:
            return np.stack([weights[f"g.{name}_l0"], weights[f"g.{name}_l0_reverse"]])

        self._input = np.ascontiguousarray(stacked("weight_ih").transpose(0, 2, 1))
        self._input_bias = stacked("bias_ih")
        self._recurrent = np.ascontiguousarray(stacked("weight_hh").transpose(0, 2, 1))
        self._recurrent_bias = stacked("bias_hh")
        self._width = self._recurrent.shape[1]

    def __call__(self, x: Floats) -> Floats:
        width, length = self._width, len(x)
        forward = x @ self._input[0] + self._input_bias[0]
        backward = x[::-1] @ self._input[1] + self._input_bias[1]
        inputs = np.stack([forward, backward], axis=1)
        # The gates' share of the recurrent bias is constant.
        inputs[:, :, : 2 * width] += self._recurrent_bias[:, : 2 * width]
        candidate_bias = np.ascontiguousarray(self._recurrent_bias[:, 2 * width :])
        states = np.empty((length, 2, width), np.float32)
        state = np.zeros((2, width), np.float32)
        recurrent = np.empty((2, 3 * width), np.float32)
        forward_weights, backward_weights = self._recurrent
        for at in range(length):
            np.dot(state[0], forward_weights, out=recurrent[0])
            np.dot(state[1], backward_weights, out=recurrent[1])
            # sigmoid(a) = (1 + tanh(a / 2)) / 2 is cheaper here than an exponential and a division.
            gates = np.tanh((inputs[at, :, : 2 * width] + recurrent[:, : 2 * width]) * np.float32(0.5))
            gates *= np.float32(0.5)
            gates += np.float32(0.5)
            candidate = recurrent[:, 2 * width :] + candidate_bias
            candidate *= gates[:, :width]
            candidate += inputs[at, :, 2 * width :]
            np.tanh(candidate, out=candidate)
            state = candidate + gates[:, width:] * (state - candidate)
            states[at] = state
        return np.concatenate([states[:, 0], states[::-1, 1]], axis=1)


class Network:
    """Weights from an `.npz` file. Raises `EngineBroken` if the file is missing or not such a model."""

    def __init__(self, path: Path) -> None:
        try:
            with np.load(path, allow_pickle=False) as file:
                weights: dict[str, Floats] = {
                    name: cast(Floats, file[name].astype(np.float32)) for name in file.files if name != "ids"
                }
                names = cast(list[str], file["ids"].tolist())
            self._build(weights)
        except (OSError, KeyError, ValueError) as error:
            raise EngineBroken(f"{path.name}: no voice model: {error}") from error
        self.sound_ids = {name: at for at, name in enumerate(names)}

    def _build(self, weights: dict[str, Floats]) -> None:
        self.mean, self.deviation = weights["mean"], weights["std"]
        self.spread, self.predicted_mean = weights["gv"], weights["pm"]
        self._weights = weights
        self._encoder = [_Residual(weights, f"enc.{layer}", 1) for layer in range(_ENCODER_LAYERS)]
        self._decoder = [_Residual(weights, f"dec.{layer}", d) for layer, d in enumerate(_DECODER_DILATIONS)]
        self._gru = _BidirectionalGru(weights)

    def _linear(self, name: str, x: Floats) -> Floats:
        return x @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]

    def encode(self, sound: Ints, tone: Ints, role: Ints, place: Floats) -> tuple[Floats, Floats]:
        """Per sub-state: hidden [states, 192] and log duration [states] in units of 5 ms. `place`: [states, 8]."""
        weights = self._weights
        embedded = (weights["e.weight"][sound], weights["t.weight"][tone], weights["r.weight"][role], place)
        hidden = self._linear("inp", np.concatenate(embedded, axis=1))
        for layer in self._encoder:
            hidden = layer(hidden)
        inner = _normalise(hidden, weights["dur.0.weight"], weights["dur.0.bias"])
        return hidden, self._linear("dur.3", np.maximum(self._linear("dur.1", inner), 0))[:, 0]

    def decode(self, hidden: Floats, state_of_frame: Ints, position: Floats) -> Floats:
        """Features [frames, 53], normalised except the voicing logit. `position`: [frames, 10]."""
        x = hidden[state_of_frame] * (1 + self._linear("mod", position)) + self._linear("fp", position)
        for layer in self._decoder:
            x = layer(x)
        return self._linear("out", np.concatenate([self._gru(x), x], axis=1))

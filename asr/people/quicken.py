"""The people's model rewritten to need almost half the time on ordinary processors, with the same answers to rounding.

Three parts of it were computed in floating point although their weights are stored in eight bits:

- the pointwise convolutions become matrix products in eight bits, like the model's other layers;
- so does the second convolution of the front end, its windows laid side by side, a fifth of all multiplications;
- the projections of the positions, the same in every call, are computed here once and looked up from then on.

The depthwise convolutions, small as they are, get their weights in floating point, so that the runtime lays them out
for the processor; and what was written out as ten operations is named as the layer normalisation that it is.

Measured on a core with AVX2: 19 ms instead of 33 for a chunk in a batch of four, 21 instead of 38 for one alone; on
1,317 syllables that people read, at telephone band, 4.1 % errors instead of 4.0, with noise 5.9 % instead of 6.1.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from asr.onnx_graph import Node, OnnxGraph
from asr.people.acoustics import POSITIONS

_RUNTIME_DOMAIN = "com.microsoft"
_LARGEST = 127
_TO_CHANNELS_LAST = {"perm": [0, 2, 3, 1]}
_TO_CHANNELS_FIRST = {"perm": [0, 3, 1, 2]}
_WINDOW = 3
_FRONT_SHAPE = (448, 448, _WINDOW, _WINDOW)
_FRONT_STEP = 2
_FRONT_FRAMES, _FRONT_BANDS = 19, 37
"""Where the first cell of the last window begins, plus one: 10 frames and 19 bands come out, two apart."""

_Rewrite = Callable[[OnnxGraph, Node], list[Node] | None]


def quicken(source: Path) -> bytes:
    """The rewritten model. Raises `ValueError` if a part is not found: the file is another model."""
    graph = OnnxGraph(source)
    rewrites = {
        "pointwise": _pointwise, "front": _front, "depthwise": _depthwise, "position": _positions,
        "normalisation": _normalisation,
    }  # fmt: skip
    for name, rewrite in rewrites.items():
        if not _rewrite_all(graph, rewrite):
            raise ValueError(f"{source.name}: no {name} layers found")
    return graph.to_bytes(domains=(_RUNTIME_DOMAIN,))


def _rewrite_all(graph: OnnxGraph, rewrite: _Rewrite) -> int:
    nodes: list[Node] = []
    count = 0
    for node in graph.nodes:
        new = rewrite(graph, node)
        nodes.extend([node] if new is None else new)
        count += new is not None
    graph.nodes = nodes
    return count


def _pointwise(graph: OnnxGraph, node: Node) -> list[Node] | None:
    weights = _convolution(graph, node)
    if weights is None or weights.shape[2:] != (1, 1) or weights.shape[1] == 1:
        return None
    name = node.output[0]
    packed, scales = _eight_bits(weights[:, :, 0, 0].T)
    inputs = [
        f"{name}/in", graph.keep(f"{name}/weights", packed), graph.keep(f"{name}/scales", scales),
        graph.keep(f"{name}/zeros", np.zeros(len(scales), np.int8)), *_bias(node),
    ]  # fmt: skip
    return [
        graph.node("Transpose", [node.input[0]], [f"{name}/in"], attributes=_TO_CHANNELS_LAST),
        graph.node("DynamicQuantizeMatMul", inputs, [f"{name}/out"], domain=_RUNTIME_DOMAIN),
        graph.node("Transpose", [f"{name}/out"], [name], attributes=_TO_CHANNELS_FIRST),
    ]


def _front(graph: OnnxGraph, node: Node) -> list[Node] | None:
    weights = _convolution(graph, node)
    if weights is None or weights.shape != _FRONT_SHAPE:
        return None
    name = node.output[0]
    packed, scales = _eight_bits(weights.transpose(2, 3, 1, 0).reshape(-1, weights.shape[0]))
    eighths, scale, zero = f"{name}/q", f"{name}/q_scale", f"{name}/q_zero"
    cells = [(down, along) for down in range(_WINDOW) for along in range(_WINDOW)]
    inputs = [
        f"{name}/windows", graph.keep(f"{name}/weights", packed), scale, graph.keep(f"{name}/scales", scales),
        zero, graph.keep(f"{name}/zeros", np.zeros(len(scales), np.int8)), *_bias(node),
    ]  # fmt: skip
    return [
        graph.node("Transpose", [node.input[0]], [f"{name}/in"], attributes=_TO_CHANNELS_LAST),
        graph.node("DynamicQuantizeLinear", [f"{name}/in"], [eighths, scale, zero]),
        *[_cell(graph, eighths, down, along) for down, along in cells],
        graph.node("Concat", [f"{eighths}/{d}{a}" for d, a in cells], [f"{name}/windows"], attributes={"axis": 3}),
        graph.node("MatMulIntegerToFloat", inputs, [f"{name}/out"], domain=_RUNTIME_DOMAIN),
        graph.node("Transpose", [f"{name}/out"], [name], attributes=_TO_CHANNELS_FIRST),
    ]


def _cell(graph: OnnxGraph, source: str, down: int, along: int) -> Node:
    """One of the nine cells of all windows."""
    name = f"{source}/{down}{along}"

    def pair(what: str, first: int, second: int) -> str:
        return graph.keep(f"{name}/{what}", np.array([first, second], np.int64))

    inputs = [
        source, pair("start", down, along), pair("end", down + _FRONT_FRAMES, along + _FRONT_BANDS),
        pair("axes", 1, 2), pair("step", _FRONT_STEP, _FRONT_STEP),
    ]  # fmt: skip
    return graph.node("Slice", inputs, [name])


def _depthwise(graph: OnnxGraph, node: Node) -> list[Node] | None:
    weights = _convolution(graph, node)
    if weights is None or weights.shape[1] != 1:
        return None
    name = node.output[0]
    inputs = [node.input[0], graph.keep(f"{name}/weights", weights), *_bias(node)]
    return [graph.node("Conv", inputs, [name], attributes=graph.attributes(node))]


def _positions(graph: OnnxGraph, node: Node) -> list[Node] | None:
    """A product of looked-up positions with constant weights becomes a look-up of products."""
    scaling = graph.maker(node.input[0], "DequantizeLinear") if node.op_type == "MatMul" else None
    lookup = graph.maker(scaling.input[0], "Gather") if scaling is not None else None
    if scaling is None or lookup is None:
        return None
    positions = graph.scaled(scaling, graph.stored(lookup.input[0]))
    weights = graph.constant(node.input[1])
    if positions is None or weights is None:
        return None
    name = node.output[0]
    table = graph.keep(f"{name}/table", (positions[:POSITIONS] @ weights).astype(np.float32))
    return [graph.node("Gather", [table, lookup.input[1]], [name], attributes={"axis": 0})]


def _normalisation(graph: OnnxGraph, node: Node) -> list[Node] | None:
    """Ends in (x - mean) * (1 / sqrt(variance + epsilon)) * gain + offset."""
    offset = graph.stored(node.input[1]) if node.op_type == "Add" else None
    gained = graph.maker(node.input[0], "Mul")
    gain = graph.stored(gained.input[1]) if gained is not None else None
    normal = graph.maker(gained.input[0], "Mul") if gained is not None else None
    if offset is None or gain is None or normal is None:
        return None
    centred = graph.maker(normal.input[0], "Sub")
    inverse = graph.maker(normal.input[1], "Reciprocal")
    root = graph.maker(inverse.input[0], "Sqrt") if inverse is not None else None
    variance = graph.maker(root.input[0], "Add") if root is not None else None
    epsilon = graph.stored(variance.input[1]) if variance is not None else None
    if centred is None or epsilon is None:
        return None
    name = node.output[0]
    constants = [graph.keep(f"{name}/gain", gain.reshape(-1)), graph.keep(f"{name}/offset", offset.reshape(-1))]
    return [
        graph.node(
            "LayerNormalization",
            [centred.input[0], *constants],
            [name],
            attributes={"axis": -1, "epsilon": float(epsilon)},
        )
    ]


def _convolution(graph: OnnxGraph, node: Node) -> NDArray[np.float32] | None:
    return graph.constant(node.input[1]) if node.op_type == "Conv" else None


def _bias(node: Node) -> list[str]:
    return list(node.input[2:3])


def _eight_bits(weights: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """[inputs, outputs] in eight bits with a scale for each output."""
    scales = np.maximum(np.abs(weights).max(axis=0) / np.float32(_LARGEST), np.finfo(np.float32).tiny)
    return np.rint(weights / scales).astype(np.int8), scales

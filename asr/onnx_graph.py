"""A model's graph opened for rewriting: constants, who makes what, nodes replaced one by one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnx as _onnx
import onnx.helper as _helper
import onnx.numpy_helper as _numpy
from numpy.typing import NDArray

_load = cast(Any, _onnx).load  # the stubs of the package are partial
_make_node = cast(Any, _helper).make_node
_attribute_value = cast(Any, _helper).get_attribute_value
_opset = cast(Any, _helper).make_opsetid
_to_array = cast(Any, _numpy).to_array
_from_array = cast(Any, _numpy).from_array

Array = NDArray[Any]
Node = Any
"""An `onnx.NodeProto`."""


class OnnxGraph:
    """Nodes are replaced while they are walked; `to_bytes` leaves out what nothing needs any longer."""

    def __init__(self, path: Path) -> None:
        self._model: Any = _load(str(path))
        self.nodes: list[Node] = list(self._model.graph.node)
        self._constants: dict[str, Array] = {one.name: _to_array(one) for one in self._model.graph.initializer}
        self._makers: dict[str, Node] = {output: node for node in self.nodes for output in node.output}

    def maker(self, name: str, operator: str) -> Node | None:
        """The node that makes this value, if it is of that operator."""
        node = self._makers.get(name)
        return node if node is not None and node.op_type == operator else None

    def stored(self, name: str) -> Array | None:
        """A constant as it lies in the file."""
        return self._constants.get(name)

    def constant(self, name: str) -> NDArray[np.float32] | None:
        """A constant, also one that is stored in eight bits; None for what is computed."""
        if name in self._constants:
            return self._constants[name]
        node = self.maker(name, "DequantizeLinear")
        return None if node is None else self.scaled(node, self.stored(node.input[0]))

    def scaled(self, node: Node, quantized: Array | None) -> NDArray[np.float32] | None:
        """What this `DequantizeLinear` makes of these numbers; None unless scale and zero are constants."""
        scale, zero = (self.stored(name) for name in node.input[1:3])
        if quantized is None or scale is None or zero is None:
            return None
        if scale.ndim:
            axis = self.attributes(node).get("axis", 1)
            shape = [-1 if at == axis else 1 for at in range(quantized.ndim)]
            scale, zero = scale.reshape(shape), zero.reshape(shape)
        return (quantized.astype(np.float32) - zero.astype(np.float32)) * scale.astype(np.float32)

    def attributes(self, node: Node) -> dict[str, Any]:
        return {one.name: _attribute_value(one) for one in node.attribute}

    def keep(self, name: str, value: Array) -> str:
        """Adds a constant; returns its name."""
        self._model.graph.initializer.append(_from_array(np.ascontiguousarray(value), name))
        self._constants[name] = value
        return name

    def node(
        self, operator: str, inputs: list[str], outputs: list[str], *, domain: str = "",
        attributes: Mapping[str, Any] | None = None,
    ) -> Node:  # fmt: skip
        return _make_node(operator, inputs, outputs, name=outputs[0], domain=domain, **(attributes or {}))

    def to_bytes(self, *, domains: tuple[str, ...] = ()) -> bytes:
        """The model; `domains` are those of the operators that were brought in."""
        graph = self._model.graph
        for domain in domains:
            self._model.opset_import.append(_opset(domain, 1))
        nodes = self._needed()
        used = {name for node in nodes for name in node.input}
        constants = [one for one in graph.initializer if one.name in used]
        del graph.node[:], graph.initializer[:], graph.value_info[:]
        graph.node.extend(nodes)
        graph.initializer.extend(constants)
        return cast(bytes, self._model.SerializeToString())

    def _needed(self) -> list[Node]:
        wanted = {one.name for one in self._model.graph.output}
        needed: list[Node] = []
        for node in reversed(self.nodes):  # the nodes of a graph stand in the order in which they run
            if wanted.intersection(node.output):
                wanted.update(node.input)
                needed.append(node)
        return needed[::-1]

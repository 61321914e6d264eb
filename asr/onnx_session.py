"""One onnxruntime session on one thread, with types."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import onnxruntime as _ort
from numpy.typing import NDArray

_runtime = cast(Any, _ort)  # the stubs of the package are partial

Array = NDArray[Any]


class OnnxSession:
    """A model on the CPU. One thread each: the processes of the hotline share the cores, not the threads of a pool."""

    def __init__(self, path: Path, *, threads: int = 1, flush_denormals: bool = False) -> None:
        """`flush_denormals` sets the processor's mode for the whole thread that runs the model: in a worker only."""
        options = _runtime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        if flush_denormals:
            # Fading states end in denormal numbers, which the processor takes a tenth longer for.
            options.add_session_config_entry("session.set_denormal_as_zero", "1")
        self._session: Any = _runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.inputs: tuple[str, ...] = tuple(str(one.name) for one in self._session.get_inputs())

    def run(self, inputs: Mapping[str, Array]) -> Sequence[Array]:
        return cast(Sequence[Array], self._session.run(None, dict(inputs)))

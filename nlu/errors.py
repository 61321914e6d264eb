"""MeaningError
├── TrainingDataError   a trainer's file is wrong; the message names file and line
├── EngineError         no such engine, or it cannot start
└── ModelFileError      a stored model cannot be read; train again
"""

from contracts.errors import TongdaiError


class MeaningError(TongdaiError):
    code = "meaning"


class TrainingDataError(MeaningError):
    """`str()` is "FILE:LINE: what is wrong"."""

    code = "meaning.training_data"
    exit_status = 2

    def __init__(self, file: str, line: int, problem: str) -> None:
        super().__init__(f"{file}:{line}: {problem}")
        self.file = file
        self.line = line
        """Counted from 1."""


class EngineError(MeaningError):
    code = "meaning.engine"


class ModelFileError(MeaningError):
    code = "meaning.model_file"

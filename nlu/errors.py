"""MeaningError
├── TrainingDataError   a trainer's file is wrong; the message names file and line
├── EngineError         no such engine, or it cannot start
└── ModelFileError      a stored model cannot be read; train again
"""

from contracts.errors import TongdaiError
from contracts.mistakes import Mistake


class MeaningError(TongdaiError):
    code = "meaning"


class TrainingDataError(Mistake, MeaningError):
    code = "meaning.training_data"

    def __init__(self, file: str, line: int, problem: str) -> None:
        super().__init__(file, line, "", problem)


class EngineError(MeaningError):
    code = "meaning.engine"


class ModelFileError(MeaningError):
    code = "meaning.model_file"

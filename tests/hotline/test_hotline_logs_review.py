"""What a log tells of an exception."""

import logging
import sys

from contracts.errors import TongdaiError
from hotline.logs import EventFormatter

WORDS = "nguyễn thị lan"


def logged(error: Exception) -> str:
    try:
        try:
            raise KeyError(WORDS)
        except KeyError as first:
            raise error from first
    except type(error):
        record = logging.LogRecord("calls", logging.ERROR, __file__, 1, "call fault", None, sys.exc_info())
        return EventFormatter().format(record)


def test_words_of_a_caller_in_an_exception_are_not_logged() -> None:
    text = logged(RuntimeError(WORDS))
    assert WORDS not in text
    assert "RuntimeError" in text and "KeyError" in text and "in logged" in text


def test_our_own_errors_keep_their_words() -> None:
    assert "TongdaiError: speech.engine: no such engine" in logged(TongdaiError("speech.engine: no such engine"))

"""How the calls of `bench soak` end."""

from enum import StrEnum


class Ending(StrEnum):
    IN_GREETING = "in the greeting"
    IN_ANSWER = "in mid-sentence"
    AFTER_ANSWER = "after the answer"
    INTERRUPTS = "after an interruption"
    TO_PERSON = "with a person"
    """Key 0."""


ENDINGS = tuple(Ending)

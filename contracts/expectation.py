"""What the dialog expects to hear next: it decides how an utterance ends and what the recogniser leans towards."""

from dataclasses import dataclass
from enum import StrEnum


class Expecting(StrEnum):
    QUESTION = "question"
    """A free question or request."""
    YES_NO = "yes_no"
    CHOICE = "choice"
    """One of `phrases`."""
    DIGITS = "digits"
    """A number or code, spoken or keyed; speakers pause between groups."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    kind: Expecting = Expecting.QUESTION
    phrases: tuple[str, ...] = ()
    """Phrases that are likely, lower case, as spoken; empty: anything of the domain."""
    no_input_ms: int = 7000
    """Silence after the prompt has been heard before the caller is prompted again; milliseconds."""
    max_turn_ms: int = 20000
    """The longest turn that is listened to; milliseconds."""
    speech: bool = True
    """False: keys only; speech is not recognised."""

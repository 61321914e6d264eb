"""What a turn means, before any policy decides what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Aspect(StrEnum):
    """What can be asked about a procedure."""

    DOCUMENTS = "documents"
    CONDITIONS = "conditions"
    FEE = "fee"
    TIME = "time"
    PLACE = "place"
    STEPS = "steps"
    RESULT = "result"
    ONLINE = "online"
    LEGAL_BASIS = "legal_basis"
    AGENCY = "agency"
    FORM = "form"
    METHOD = "method"
    GENERAL = "general"


class Intent(StrEnum):
    """What the caller is doing; the trainer's `nlu.yml` uses these names (the aspects as `ask_<aspect>`)."""

    ASK = "ask"
    """A question about a procedure; `Meaning.aspects` says what is asked."""
    YES = "yes"
    NO = "no"
    REPEAT = "repeat"
    SLOWER = "slower"
    LOUDER = "louder"
    CONTINUE = "continue"
    """Go on with what was being said."""
    AGENT = "agent"
    """A person is asked for."""
    GOODBYE = "goodbye"
    THANKS = "thanks"
    GREET = "greet"
    HELP = "help"
    """What can you do; are you a machine."""
    EMERGENCY = "emergency"
    COMPLAINT = "complaint"
    """About an official or a decision: to complain, to denounce, to report. A person takes it."""
    WHERE_NOW = "where_now"
    """To which ward or commune of today an old one belongs."""
    OUT_OF_SCOPE = "out_of_scope"
    NOTHING = "nothing"
    """Nothing understandable was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A procedure that the caller may mean."""

    procedure_code: str
    name: str
    """The short name as spoken."""
    score: float
    """0–1; comparable within one list only."""
    matched: str = ""
    """The alias that matched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    name: str
    """`ward`, `old_ward`, `old_district`: a place, see `procedures.places`."""
    value: str
    """Normalised."""
    text: str
    """As heard."""
    confidence: float = 1.0
    personal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    text: str
    """The hypothesis that this meaning was read from."""
    intent: Intent
    intent_confidence: float
    """Calibrated probability of `intent` (and, for `ASK`, of `aspects`), 0–1."""
    aspects: tuple[Aspect, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    """Best first; empty: no procedure was named."""
    ambiguous: tuple[str, ...] = ()
    """Procedure codes between which only a question can decide (they fit equally well); empty: not ambiguous."""
    slots: tuple[Slot, ...] = ()
    acceptance: float = 0.0
    """Probability that acting on procedures, aspects and slots as given is right, 0–1; before any policy."""

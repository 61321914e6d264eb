"""Flows: what is asked and said, in which order. The words are those of Rasa CALM; the schema is our own."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from contracts.acts import Behaviour, HandoffReason
from contracts.meaning import Intent
from dialogs.conditions import Condition
from dialogs.state import Place, Waiting


class Collect(StrEnum):
    PROCEDURE = "procedure"
    ASPECT = "aspect"
    CASE = "case"
    """The caller's case, where nothing can be said without it."""
    WARD = "ward"
    """The caller's ward, where the old unit that he named lies in several."""


class Action(StrEnum):
    """What the program does itself."""

    ANSWER = "answer"
    """Say the facts that answer the question."""
    SAY_MORE = "say_more"
    """Say facts of other cases, or what an interruption cut off."""
    REPEAT = "repeat"
    SLOWER = "slower"
    RESUME = "resume"
    """Go on where the caller was asked something."""
    CONFIRM = "confirm"
    """Take the question as understood, and go on."""
    FORGET = "forget"
    """Drop the question."""
    BULLETINS = "bulletins"
    """Tell what is on air about what is asked."""
    WARD_OFFICE = "ward_office"
    """Say which office of the caller's ward it is, where the last answer told one of each ward."""
    WHERE_NOW = "where_now"
    """Say to which ward or commune the old unit belongs that was named."""
    SKIP = "skip"
    """Drop the rest of an answer."""


class Pattern(StrEnum):
    """What any conversation can run into."""

    CALL_STARTED = "call_started"
    NO_INPUT = "no_input"
    NO_MATCH = "no_match"
    YES = "yes"
    NO = "no"
    TRANSFER_FAILED = "transfer_failed"
    VOICE_FAILED = "voice_failed"
    KEY_0 = "key_0"
    KEY_STAR = "key_star"
    KEY_HASH = "key_hash"
    KEY_OTHER = "key_other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    condition: Condition | None
    """None: else."""
    then: Place | None
    """None: the flow ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do; exactly one of `say`, `collect`, `confirm`, `action`, `transfer`, `hang_up`, or none."""

    say: str = ""
    collect: Collect | None = None
    ask: str = ""
    """Of `collect`: the sentence that asks for it."""
    choose: str = ""
    """Of `collect: procedure`: the sentence that offers several."""
    confirm: str = ""
    give_up: Place | None = None
    """Of `collect` and `confirm`: where to go when the caller was asked often enough without success."""
    action: Action | None = None
    transfer: HandoffReason | None = None
    hang_up: bool = False
    when: Condition | None = None
    """The step is passed over unless it holds."""
    wait: Waiting | None = None
    """What is listened for after a `say`."""
    behaviour: Behaviour = Behaviour.DIALOGUE
    interruptible: bool = True
    branches: tuple[Branch, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    id: str
    name: str
    intents: tuple[Intent, ...]
    counts: str
    """Field of `Counts` that goes up when the flow begins; "": none."""
    keep: bool
    """What it says is not what "nhắc lại" repeats."""
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    flows: Mapping[str, Flow]
    """Patterns included, by `pattern_<name>`."""
    by_intent: Mapping[Intent, str]
    """Without those that content may lack: what is asked is then out of scope."""

    def of(self, intent: Intent) -> str:
        """The flow that an intent begins; not for those that patterns answer."""
        return self.by_intent.get(intent) or self.by_intent[Intent.OUT_OF_SCOPE]

    def pattern(self, pattern: Pattern) -> str:
        return f"pattern_{pattern.value}"

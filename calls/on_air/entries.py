"""What the board holds, and the lines of its history."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from contracts.meaning import Aspect
from contracts.on_air import Bulletin, Stop

TEXT_CHARS = 200
"""Of a bulletin: about ten seconds of speech."""
NOTE_CHARS = 500

Id = Annotated[str, Field(pattern=r"^[0-9a-f]{8}$")]
Code = Annotated[str, Field(pattern=r"^\d\.\d{6}$")]
Who = Annotated[str, Field(min_length=1, max_length=64)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Id
    by: Who
    at: AwareDatetime


class StopEntry(_Entry):
    code: Code | Literal[""]
    aspect: Aspect | None = None
    fact: Annotated[str, Field(pattern=r"^([0-9a-f]{8})?$")] = ""
    note: Annotated[str, Field(max_length=NOTE_CHARS)] = ""
    lift_asked_by: str = ""
    """The first of the two people that lifting takes; empty: nobody has asked."""

    def stop(self) -> Stop:
        return Stop(code=self.code, aspect=self.aspect, fact=self.fact)


class BulletinEntry(_Entry):
    text: Annotated[str, Field(min_length=1, max_length=TEXT_CHARS)]
    codes: tuple[Code, ...] = ()
    aspects: tuple[Aspect, ...] = ()
    until: AwareDatetime
    """The first moment at which it is not told any more."""

    def bulletin(self) -> Bulletin:
        return Bulletin(id=self.id, text=self.text, codes=self.codes, aspects=self.aspects)


class Board(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = 1
    stops: tuple[StopEntry, ...] = ()
    bulletins: tuple[BulletinEntry, ...] = ()


class Change(StrEnum):
    STOPPED = "stopped"
    LIFT_ASKED = "lift_asked"
    LIFTED = "lifted"
    TOLD = "told"
    """A bulletin went on air."""
    WITHDRAWN = "withdrawn"

"""What the guard tells a calls process at its start."""

from pydantic import BaseModel, ConfigDict, Field

from hotline.settings import Settings


class Greeting(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    settings: Settings
    app: str
    """The name of its application in the exchange: of this start of the process alone."""
    ari_url: str
    ari_user: str
    ari_password: str = Field(repr=False)
    media_descriptor: int
    """A listening socket."""
    console_url: str
    """By which a person's browser opens the console; ends with "/"."""
    token: str = Field(repr=False)
    """Of those who may watch and control the calls."""

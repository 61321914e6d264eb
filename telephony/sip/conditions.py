"""What a caller's phone and network do to a call."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """What we hear comes back into our microphone."""

    attenuation_db: float = 20.0
    delay_ms: float = 150.0
    """At least 20: sound cannot come back before it is heard."""
    narrow: bool = False
    """Through a small loudspeaker: only 300 to 2,600 Hz of it."""

    def __post_init__(self) -> None:
        if self.attenuation_db < 0:
            raise ValueError("attenuation_db: must not be negative")
        if self.delay_ms < 20:
            raise ValueError("delay_ms: must be at least 20")


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """A quiet room and a perfect network, unless said otherwise."""

    noise_dbfs: float | None = None
    """RMS level of white noise in what we send, such as −55; None: digital silence between words."""
    echo: Echo | None = None
    loss_out: float = 0.0
    """Share of our packets that never leave, 0–1."""
    loss_in: float = 0.0
    """Share of the packets to us that never arrive, 0–1."""
    dtx: bool = False
    """Send nothing while we say nothing (silence suppression)."""
    playout_delay_ms: float = 0.0
    """The phone's jitter buffer: everything is heard this much later."""
    hidden_lateness_ms: float = 60.0
    """Lateness of a packet that the jitter buffer hides; what is later is heard later."""
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("loss_out", "loss_in"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise ValueError(f"{name}: must be between 0 and 1")
        if self.noise_dbfs is not None and self.noise_dbfs > 0:
            raise ValueError("noise_dbfs: must not be above 0")
        for name in ("playout_delay_ms", "hidden_lateness_ms"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name}: must not be negative")

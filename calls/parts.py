"""The parts that all calls of a process share."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field

from asr.ear import Ear
from asr.recognizer import IDLE, RecognizerLoad
from calls.barge_in import BargeInPolicy
from calls.recorder import Listener
from contracts.clock import Clock, SystemClock
from dialogs.engine import Engine
from nlu.interpreter import Interpreter
from tts.voice import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    make_ear: Callable[[int], Ear]
    """A new ear for a line of so many Hertz."""
    interpreter: Interpreter
    engine: Engine
    bundle_id: str
    voice: Voice
    thinking: Executor
    """Where meaning is worked out, off the audio's loop."""
    clock: Clock = field(default_factory=SystemClock)
    barge_in: BargeInPolicy = field(default_factory=BargeInPolicy)
    listeners: tuple[Listener, ...] = ()
    recognizer_load: Callable[[], RecognizerLoad] = lambda: IDLE
    """As it is known now; asks nobody."""

"""What can go wrong with the voice.

TongdaiError
└── VoiceError
    ├── UnknownEngine      no engine of that name: the setting is wrong
    ├── UnknownCaller      no simulated caller of that name
    ├── EngineBroken       the engine cannot be loaded here (a library or the model file is missing or damaged)
    └── VoiceUnavailable   neither the engine nor the fallback could say the sentence: hand the caller over
"""

from contracts.errors import TongdaiError


class VoiceError(TongdaiError):
    code = "voice"


class UnknownEngine(VoiceError):
    code = "voice.unknown_engine"
    exit_status = 2


class UnknownCaller(VoiceError):
    code = "voice.unknown_caller"
    exit_status = 2


class EngineBroken(VoiceError):
    code = "voice.engine_broken"


class VoiceUnavailable(VoiceError):
    code = "voice.unavailable"

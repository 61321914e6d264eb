"""G.711 as RTP carries it: one byte a sample, 8 kHz."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from telephony.g711 import Pcm, decode_alaw, decode_ulaw, encode_alaw, encode_ulaw
from telephony.sip.measure import is_loud


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Codec:
    name: str
    """As in rtpmap."""
    payload_type: int
    """The static one of RFC 3551."""
    encode: Callable[[Pcm], bytes]
    decode: Callable[[bytes], Pcm]
    silence: bytes
    """The byte of sample value nearest to zero."""
    loudness: bytes
    """256 flags for `bytes.translate`: 1 for a byte whose sample is above the threshold of `measure`, else 0."""


def _codec(name: str, payload_type: int, encode: Callable[[Pcm], bytes], decode: Callable[[bytes], Pcm]) -> Codec:
    every_sample = decode(bytes(range(256)))
    return Codec(
        name=name,
        payload_type=payload_type,
        encode=encode,
        decode=decode,
        silence=encode(np.zeros(1, dtype=np.int16)),
        loudness=is_loud(every_sample).astype(np.uint8).tobytes(),
    )


PCMA: Final = _codec("PCMA", 8, encode_alaw, decode_alaw)
PCMU: Final = _codec("PCMU", 0, encode_ulaw, decode_ulaw)
CODECS: Final = {codec.payload_type: codec for codec in (PCMA, PCMU)}

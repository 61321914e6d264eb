"""Reference values: the ITU-T G.191 functions, restated one sample at a time."""

import numpy as np

from telephony.g711 import decode_alaw, decode_ulaw, encode_alaw, encode_ulaw


def _alaw(sample: int) -> int:
    magnitude = (~sample if sample < 0 else sample) >> 4
    if magnitude > 15:
        exponent = 1
        while magnitude > 31:
            magnitude >>= 1
            exponent += 1
        magnitude += (exponent << 4) - 16
    return (magnitude | (0x80 if sample >= 0 else 0)) ^ 0x55


def _ulaw(sample: int) -> int:
    magnitude = min(((~sample if sample < 0 else sample) >> 2) + 33, 0x1FFF)
    segment = (magnitude >> 6).bit_length() + 1
    code = (8 - segment) << 4 | 15 - (magnitude >> segment & 15)
    return code | (0x80 if sample >= 0 else 0)


EVERY_SAMPLE = np.arange(-32768, 32768).astype(np.int16)
EVERY_BYTE = bytes(range(256))


def test_encoders_follow_the_reference_for_every_sample() -> None:
    assert encode_alaw(EVERY_SAMPLE) == bytes(_alaw(int(sample)) for sample in EVERY_SAMPLE)
    assert encode_ulaw(EVERY_SAMPLE) == bytes(_ulaw(int(sample)) for sample in EVERY_SAMPLE)


def test_decoded_samples_encode_to_their_own_byte() -> None:
    assert encode_alaw(decode_alaw(EVERY_BYTE)) == EVERY_BYTE
    # μ-law has two zeros; the encoder uses the positive one.
    assert encode_ulaw(decode_ulaw(EVERY_BYTE)) == EVERY_BYTE.replace(b"\x7f", b"\xff")


def test_known_values() -> None:
    assert list(decode_alaw(b"\xd5\x55\xaa\x2a")) == [8, -8, 32256, -32256]
    assert list(decode_ulaw(b"\xff\x7f\x80\x00")) == [0, 0, 32124, -32124]
    assert decode_alaw(b"").dtype == np.int16

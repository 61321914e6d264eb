import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.errors import SdpError
from telephony.sip.codec import PCMA, PCMU
from telephony.sip.sdp import describe, read

FROM_ASTERISK = (
    b"v=0\r\no=- 17 19 IN IP4 127.0.0.1\r\ns=Asterisk\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    b"m=audio 20034 RTP/AVP 8 0 9 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:9 G722/8000\r\n"
    b"a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na=maxptime:140\r\na=sendrecv\r\n"
)


def test_reads_an_offer_of_asterisk() -> None:
    stream = read(FROM_ASTERISK)
    assert (stream.address, stream.port, stream.keys_payload) == ("127.0.0.1", 20034, 101)
    assert stream.codecs == (PCMA, PCMU) and stream.codec is PCMA


def test_reads_what_it_writes() -> None:
    body = describe(address="127.0.0.2", port=4000, codecs=(PCMU, PCMA), keys_payload=96)
    stream = read(body)
    assert (stream.codecs, stream.keys_payload, stream.port) == ((PCMU, PCMA), 96, 4000)
    without = read(describe(address="127.0.0.2", port=4000, codecs=(PCMA,), keys_payload=None))
    assert without.keys_payload is None


def test_the_stream_address_wins_over_the_session_address() -> None:
    body = FROM_ASTERISK.replace(b"a=ptime:20", b"c=IN IP4 10.0.0.9/127")
    assert read(body).address == "10.0.0.9"


def test_another_streams_lines_are_not_taken() -> None:
    body = b"v=0\nm=video 1 RTP/AVP 101\nc=IN IP4 9.9.9.9\na=rtpmap:101 telephone-event/8000\n" + FROM_ASTERISK[
        FROM_ASTERISK.index(b"m=audio") :
    ].replace(b"a=rtpmap:101 telephone-event/8000\r\n", b"c=IN IP4 1.2.3.4\r\n")
    stream = read(body)
    assert (stream.address, stream.keys_payload) == ("1.2.3.4", None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"v=0\nc=IN IP4 1.1.1.1\n",
        FROM_ASTERISK.replace(b"c=IN IP4 127.0.0.1", b"c=IN IP6 ::1"),
        FROM_ASTERISK.replace(b"20034", b"0"),
        FROM_ASTERISK.replace(b"20034", b"99999"),
        FROM_ASTERISK.replace(b"20034", b"x"),
        FROM_ASTERISK.replace(b"RTP/AVP 8 0 9 101", b"RTP/AVP 9"),
        b"c=IN IP4 1.1.1.1\nm=audio 5",
    ],
)
def test_what_cannot_be_served_is_refused(body: bytes) -> None:
    with pytest.raises(SdpError):
        read(body)


@given(st.binary(max_size=200), st.integers(0, len(FROM_ASTERISK)))
def test_damaged_descriptions_only_ever_raise_sdp_errors(noise: bytes, at: int) -> None:
    try:
        stream = read(FROM_ASTERISK[:at] + noise + FROM_ASTERISK[at:])
        assert 0 < stream.port < 65536 and stream.codecs
    except SdpError:
        pass

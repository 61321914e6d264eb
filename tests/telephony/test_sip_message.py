import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.errors import MalformedMessage
from telephony.sip.message import (
    Headers,
    Request,
    Response,
    address_uri,
    host_port,
    parameter,
    parse,
    response_to,
    serialise,
)

INVITE_FROM_ASTERISK = (
    b"INVITE sip:agent1@127.0.0.3:40000 SIP/2.0\r\n"
    b"v: SIP/2.0/UDP 127.0.0.1:15060;rport;branch=z9hG4bKPj1\r\n"
    b'f: "T\xe1\xbb\x95ng \xc4\x91\xc3\xa0i" <sip:0901234567@127.0.0.1>;tag=abc\r\n'
    b"t: <sip:agent1@127.0.0.3>\r\n"
    b"i: 77f\r\n"
    b"CSeq: 1234 INVITE\r\n"
    b"X-Tongdai-Summary: h\xe1\xbb\x8fi l\xe1\xbb\x87 ph\xc3\xad\r\n"
    b"Subject: one\r\n  two\r\n"
    b"l: 4\r\n\r\nv=0\nrest"
)


def test_reads_compact_names_folded_lines_and_vietnamese() -> None:
    request = parse(INVITE_FROM_ASTERISK)
    assert isinstance(request, Request)
    assert (request.method, request.uri, request.call_id) == ("INVITE", "sip:agent1@127.0.0.3:40000", "77f")
    assert (request.cseq, request.cseq_method, request.branch) == (1234, "INVITE", "z9hG4bKPj1")
    assert request.header("x-tongdai-summary") == "hỏi lệ phí"
    assert request.header("Subject") == "one two"
    assert request.body == b"v=0\n"
    assert "Call-ID" in request.headers and "Route" not in request.headers


def test_writes_what_it_reads() -> None:
    request = parse(INVITE_FROM_ASTERISK)
    again = parse(serialise(request))
    assert isinstance(again, Request)
    assert again.body == request.body
    assert again.header("From") == request.header("From")
    assert again.headers.all("Content-Length") == ["4"]


def test_a_response_copies_what_it_must_and_tags_once() -> None:
    request = parse(INVITE_FROM_ASTERISK)
    assert isinstance(request, Request)
    first = response_to(request, 180, to_tag="me", headers=[("Contact", "<sip:x@y>")])
    assert first.header("To") == "<sip:agent1@127.0.0.3>;tag=me"
    assert (first.status, first.reason, first.header("CSeq")) == (180, "Ringing", "1234 INVITE")
    back = parse(serialise(first))
    assert isinstance(back, Response) and back.status == 180


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"\x00\xff\xfe",
        b"hello",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"OPTIONS sip:a SIP/2.0\r\n\r\n",
        INVITE_FROM_ASTERISK.replace(b"CSeq: 1234 INVITE", b"CSeq: x INVITE"),
        INVITE_FROM_ASTERISK.replace(b"CSeq: 1234 INVITE", b"CSeq: 1234"),
        INVITE_FROM_ASTERISK.replace(b"CSeq: 1234 INVITE", "CSeq: ² INVITE".encode()),
        INVITE_FROM_ASTERISK.replace(b"i: 77f\r\n", b""),
        INVITE_FROM_ASTERISK.replace(b"Subject: one", b": one"),
        INVITE_FROM_ASTERISK.replace(b"INVITE sip:agent1@127.0.0.3:40000 SIP/2.0", b"SIP/2.0 20x OK"),
    ],
)
def test_junk_is_refused_by_name(junk: bytes) -> None:
    with pytest.raises(MalformedMessage):
        parse(junk)


@given(st.binary(max_size=400), st.integers(0, len(INVITE_FROM_ASTERISK)))
def test_damaged_datagrams_only_ever_raise_malformed(noise: bytes, at: int) -> None:
    datagram = INVITE_FROM_ASTERISK[:at] + noise + INVITE_FROM_ASTERISK[at:]
    try:
        message = parse(datagram)
        assert message.cseq >= 0 and message.cseq_method and isinstance(message.branch, str)
    except MalformedMessage:
        pass


def test_a_value_cannot_break_out_of_its_line() -> None:
    items = (("X-Summary", "a\r\nX-Forged: b"),)
    with pytest.raises(ValueError, match="line break"):
        serialise(Request(method="OPTIONS", uri="sip:a", headers=Headers(items)))


def test_addresses() -> None:
    assert parameter('"a;tag=1" <sip:x@y;tag=2>;tag="3"', "tag") == "3"
    assert parameter("<sip:x@y>", "tag") is None
    assert address_uri('"N" <sip:x@y:1;lr>;q=1') == "sip:x@y:1;lr"
    assert address_uri("sip:x@y;tag=1") == "sip:x@y"
    assert host_port("sip:x@10.0.0.1:99;transport=udp") == ("10.0.0.1", 99)
    assert host_port("sip:example.org") == ("example.org", 5060)
    for bad in ("tel:113", "sip:a@b:99999", "sip:a@b:0"):
        with pytest.raises(MalformedMessage):
            host_port(bad)

import socket
import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.sip.dtmf import KEYS, KeyReceiver, event_payloads
from telephony.sip.playout import LATE_SAMPLES, Playout
from telephony.sip.rtp import RtpSocket, pack, unpack


def test_packs_and_unpacks_with_fields_cut_to_their_width() -> None:
    packet = unpack(pack(8, True, 65536 + 7, (1 << 32) + 9, 77, b"\xd5" * 160))
    assert packet is not None
    assert (packet.payload_type, packet.marker, packet.sequence, packet.timestamp) == (8, True, 7, 9)
    assert (packet.ssrc, packet.payload) == (77, b"\xd5" * 160)


def test_takes_off_csrc_extension_and_padding() -> None:
    header = struct.pack("!BBHII", 0x80 | 0x20 | 0x10 | 2, 8, 1, 2, 3)
    data = header + b"CSRCcsrc" + struct.pack("!HH", 0xBEDE, 1) + b"EXTN" + b"audio" + b"\0\0\x03"
    packet = unpack(data)
    assert packet is not None and packet.payload == b"audio"


@given(st.binary(max_size=60))
def test_junk_is_none_or_a_packet_with_payload(data: bytes) -> None:
    packet = unpack(data)
    assert packet is None or packet.payload


def test_the_socket_tells_how_old_a_datagram_is() -> None:
    receiver, sender = RtpSocket("127.0.0.1"), RtpSocket("127.0.0.1")
    try:
        before = time.time()
        sender.send(b"one", ("127.0.0.1", receiver.port))
        sender.send(b"two", ("127.0.0.1", receiver.port))
        # Read as if it were a second later: the age must count from the arrival, not from the reading.
        found = receiver.receive(before + 1.0)
        assert [data for data, _ in found] == [b"one", b"two"]
        if hasattr(socket, "SO_INCOMING_CPU"):
            assert all(0.0 < age <= 1.0 for _, age in found)
        assert receiver.receive(before) == []
    finally:
        receiver.close()
        sender.close()


def test_jitter_moves_nothing() -> None:
    playout = Playout()
    arrivals = [1000, 1163, 1700, 1701, 1640]
    places = [playout.position(1, 5000 + 160 * n, arrival) for n, arrival in enumerate(arrivals)]
    assert places == [1000, 1160, 1320, 1480, 1640]
    assert playout.anchors == 1


@pytest.mark.parametrize("start", [0, (1 << 32) - 200])
def test_timestamps_wrap(start: int) -> None:
    playout = Playout()
    places = [playout.position(1, start + 160 * n & 0xFFFFFFFF, 160 * n) for n in range(4)]
    assert places == [0, 160, 320, 480]


def test_a_packet_that_overtakes_another_keeps_its_place() -> None:
    playout = Playout()
    places = [playout.position(1, stamp, arrival) for stamp, arrival in [(0, 0), (320, 300), (160, 310), (480, 480)]]
    assert places == [0, 320, 160, 480]


def test_a_stall_is_heard_when_it_happens() -> None:
    playout = Playout()
    playout.position(1, 0, 0)
    late = 160 + LATE_SAMPLES + 1
    assert playout.position(1, 160, late) == late
    assert playout.position(1, 320, late + 160) == late + 160
    assert playout.anchors == 2


def test_a_new_source_and_a_jumping_clock_are_heard_on_arrival() -> None:
    playout = Playout(delay_samples=80)
    assert playout.position(1, 0, 100) == 180
    assert playout.position(2, 900000, 260) == 340
    assert playout.position(2, 900000 + 500000, 420) == 500
    assert playout.position(2, 900000 + 500160, 600) == 660


def test_what_a_stall_delayed_is_caught_up_with_in_silence() -> None:
    playout = Playout()
    playout.position(1, 0, 0)
    # One packet comes 100 ms late, all later ones are on time again.
    assert playout.position(1, 160, 960) == 960
    places = [playout.position(1, 160 * n, 160 * n, quiet_samples=160 * (n > 80)) for n in range(2, 120)]
    lateness = [place - 160 * n for n, place in enumerate(places, start=2)]
    # Speech until packet 80 keeps its shape; then as much silence must have passed as is to be taken out.
    assert lateness == [800] * 84 + [0] * 34
    assert playout.anchors == 2


def test_each_key_counts_once_whatever_is_lost() -> None:
    for lost in range(7):
        receiver = KeyReceiver()
        heard = [
            receiver.receive(1, 1000 * number, payload)
            for number, key in enumerate("1159*#D", start=1)
            for at, payload in enumerate(event_payloads(key))
            if at >= lost
        ]
        assert [key for key in heard if key] == list("1159*#D")


def test_late_repeats_of_an_earlier_key_do_not_count() -> None:
    receiver = KeyReceiver()
    first, second = list(event_payloads("1")), list(event_payloads("2"))
    assert receiver.receive(1, 100, first[0]) == "1"
    assert receiver.receive(1, 900, second[0]) == "2"
    assert receiver.receive(1, 100, first[-1]) is None
    assert receiver.receive(2, 50, first[0]) == "1", "another source has another clock"


def test_what_is_no_key_is_counted() -> None:
    receiver = KeyReceiver()
    assert receiver.receive(1, 1, b"\x01") is None
    assert receiver.receive(1, 1, bytes([len(KEYS), 0, 0, 0])) is None
    assert receiver.malformed == 2
    with pytest.raises(ValueError, match="substring"):
        list(event_payloads("x"))

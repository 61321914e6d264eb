"""The audio of one call: 20 ms out and in, both on the caller's clock.

Position p is the instant p / 8000 s after the audio began. A frame is sent when its last sample has been spoken, as by
a real phone; a received packet is heard from its arrival on (see `playout`). So the packetisation of the caller's
speech counts in whatever is measured between what was said and what is heard.
"""

import asyncio
import random
import time
from collections.abc import Callable

from contracts.audio import PHONE_RATE_HZ, ms_to_samples
from telephony.errors import SdpError, SipBindError
from telephony.sip.codec import CODECS
from telephony.sip.conditions import Conditions
from telephony.sip.dtmf import KeyHeard, KeyReceiver
from telephony.sip.microphone import FRAME, Microphone, OutFrame
from telephony.sip.playout import Playout
from telephony.sip.rtp import RtpPacket, RtpSocket, pack, unpack
from telephony.sip.sdp import Stream, describe
from telephony.sip.ticker import Ticker, shared_ticker
from telephony.sip.track import Track


class Media:
    def __init__(self, local_ip: str, conditions: Conditions, ticker: Ticker | None = None) -> None:
        """Takes a free UDP port at once. Raises `SipBindError`."""
        try:
            self._socket = RtpSocket(local_ip)
        except OSError as error:
            raise SipBindError(f"{local_ip}: {error.strerror or error}") from error
        self._local_ip = local_ip
        self.port = self._socket.port
        self.position = 0
        """Now, in samples."""
        self.keys: list[KeyHeard] = []
        self.malformed = 0
        """Datagrams that were no RTP of this call."""
        self.packets_in = 0
        self.packets_out = 0
        self.heard: Track | None = None
        self.sent: Track | None = None
        self.microphone: Microphone | None = None
        self._conditions = conditions
        self._ticker = ticker or shared_ticker()
        self._random = random.Random(conditions.seed)
        self._playout = Playout(
            ms_to_samples(conditions.playout_delay_ms, PHONE_RATE_HZ),
            ms_to_samples(conditions.hidden_lateness_ms, PHONE_RATE_HZ),
        )
        self._key_receiver = KeyReceiver()
        self._waiting: list[tuple[Callable[[], bool], asyncio.Future[bool]]] = []
        self._origin: float | None = None
        self._pending: OutFrame | None = None
        self._pending_marker = True
        self._sequence = self._random.randrange(1 << 15)
        self._timestamp = self._random.randrange(1 << 31)
        self._ssrc = random.randrange(1 << 32)
        self._closed = False

    def start(self, stream: Stream) -> None:
        """Begin, or go on towards another place: the record, the clock and the codec stay. Raises `SdpError`."""
        if self.heard is not None and self._codec not in stream.codecs:
            raise SdpError(f"the call runs on {self._codec.name}, which is no longer offered")
        self._remote = (stream.address, stream.port)
        self._keys_payload = stream.keys_payload
        if self.heard is not None or self._closed:
            return
        self._codec = stream.codec
        self.heard, self.sent = Track(self._codec), Track(self._codec)
        self.microphone = Microphone(self._codec, self._conditions, self.heard)
        self._ticker.add(self._tick)

    def description(self) -> bytes:
        """Our side of the agreed stream."""
        return describe(address=self._local_ip, port=self.port, codecs=(self._codec,), keys_payload=self._keys_payload)

    @property
    def anchors(self) -> int:
        """How often the received stream had to be placed anew on our clock: 1 for an undisturbed one."""
        return self._playout.anchors

    @property
    def running(self) -> bool:
        return self.heard is not None and not self._closed

    def instant(self, position: int) -> float:
        """When that position is or was, in seconds of `time.monotonic`; the audio must have begun."""
        assert self._origin is not None
        return self._origin + position / PHONE_RATE_HZ

    async def when(self, condition: Callable[[], bool]) -> bool:
        """Waits until `condition`, looked at once a tick, holds: True; False: the call's audio ended before."""
        if self._closed:
            return False
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((condition, done))
        return await done

    def close(self) -> None:
        """Takes in what has arrived, then stops."""
        if self._closed:
            return
        self._closed = True
        self._ticker.remove(self._tick)
        if self._origin is not None:
            self._receive(self._origin)
        self._socket.close()
        if self.microphone is not None:
            self.microphone.close()
        for _, done in self._waiting:
            if not done.done():
                done.set_result(False)
        self._waiting.clear()

    def _tick(self, due: float) -> None:
        if self._origin is None:
            self._origin = due
        else:
            self.position += FRAME
        self._receive(self._origin)
        self._send()
        if self._waiting:
            self._look()

    def _send(self) -> None:
        assert self.microphone is not None and self.sent is not None
        frame = self._pending
        if frame is None:
            self._pending_marker = True
        else:
            self._send_frame(frame, self.position - FRAME)
        self._pending = self.microphone.frame(self.position)

    def _send_frame(self, frame: OutFrame, position: int) -> None:
        assert self.sent is not None
        if frame.event_start >= 0:
            if self._keys_payload is None:
                return
            kind, timestamp = self._keys_payload, frame.event_start
            marker = timestamp == position
        else:
            kind, timestamp, marker = self._codec.payload_type, position, self._pending_marker
            self._pending_marker = False
            self.sent.place(position, frame.payload)
        self._sequence += 1
        if self._conditions.loss_out and self._random.random() < self._conditions.loss_out:
            return
        packet = pack(kind, marker, self._sequence, self._timestamp + timestamp, self._ssrc, frame.payload)
        self._socket.send(packet, self._remote)
        self.packets_out += 1

    def _receive(self, origin: float) -> None:
        now = time.monotonic()
        for datagram, age in self._socket.receive(time.time()):
            packet = unpack(datagram)
            if packet is None:
                self.malformed += 1
            elif not self._conditions.loss_in or self._random.random() >= self._conditions.loss_in:
                self._hear(packet, round((now - age - origin) * PHONE_RATE_HZ))

    def _hear(self, packet: RtpPacket, arrival: int) -> None:
        assert self.heard is not None
        kind, payload = packet.payload_type, packet.payload
        if kind == self._keys_payload:
            key = self._key_receiver.receive(packet.ssrc, packet.timestamp, payload)
            if key is not None:
                self.keys.append(
                    KeyHeard(key=key, sample=self._playout.position(packet.ssrc, packet.timestamp, arrival))
                )
            return
        codec = CODECS.get(kind)
        if codec is None:
            self.malformed += 1
            return
        if codec is not self._codec:
            payload = self._codec.encode(codec.decode(payload))
        self.packets_in += 1
        quiet = 0 if 1 in payload.translate(self._codec.loudness) else len(payload)
        self.heard.place(self._playout.position(packet.ssrc, packet.timestamp, arrival, quiet_samples=quiet), payload)

    def _look(self) -> None:
        still: list[tuple[Callable[[], bool], asyncio.Future[bool]]] = []
        for condition, done in self._waiting:
            if done.done():
                continue
            if condition():
                done.set_result(True)
            else:
                still.append((condition, done))
        self._waiting = still

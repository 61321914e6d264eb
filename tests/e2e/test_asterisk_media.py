"""The media leg that the ARI client asks for: Asterisk dials our websocket, and the bridge's clock runs by itself."""

import asyncio
import json
from contextlib import aclosing
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, serve

from telephony.ari.events import ChannelEnteredBridge, Connected, StasisStart, StreamEvent
from telephony.asterisk.dialplan import media_client
from telephony.asterisk.process import AsteriskProcess
from telephony.sip.caller import SipCaller

DEADLINE_S = 20.0
FRAMES = 25


async def test_the_media_leg_carries_the_token_and_a_steady_clock(asterisk: AsteriskProcess) -> None:
    address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    received: list[str | bytes] = []
    enough = asyncio.Event()

    async def media(socket: ServerConnection) -> None:
        assert socket.request is not None
        address.set_result(socket.request.path)
        async for message in socket:
            received.append(message)
            if sum(isinstance(item, bytes) for item in received) >= FRAMES:
                enough.set()

    port = asterisk.settings.media_ports[0]
    target = f"{asterisk.settings.hotline}@{asterisk.sip_address}"
    events: list[StreamEvent] = []
    async with asyncio.timeout(DEADLINE_S), serve(media, "127.0.0.1", port, compression=None), asterisk.ari() as ari:
        async with aclosing(ari.events()) as stream, SipCaller(target) as caller:
            assert isinstance(await anext(stream), Connected)
            await caller.place()
            async for event in stream:
                events.append(event)
                if isinstance(event, StasisStart) and event.args[:1] == ("inbound",):
                    await ari.answer(event.channel.id)
                    await ari.set_variable(event.channel.id, "TIMEOUT(absolute)", "60")
                    await ari.create_bridge("bridge-1")
                    await ari.add_channel("bridge-1", event.channel.id)
                    leg = await ari.external_media(
                        channel_id="leg-1", client=media_client(port), transport_data="f(json)v(token=abc-123_X)"
                    )
                    assert leg.id == "leg-1"
                elif isinstance(event, StasisStart):
                    assert event.channel.id == "leg-1"
                    await ari.add_channel("bridge-1", "leg-1")
                elif isinstance(event, ChannelEnteredBridge) and event.channel and event.channel.id == "leg-1":
                    break
            caller.mute()
            received.clear()
            await enough.wait()
            bridge = await ari.bridge("bridge-1")
            assert bridge.technology == "softmix"
            assert len(bridge.channels) == 2
            application = await ari.application("tongdai")
            assert "leg-1" in application.channel_ids and application.bridge_ids == ("bridge-1",)
            await ari.hang_up("leg-1")
            await ari.destroy_bridge("bridge-1")
    assert parse_qs(urlsplit(await address).query) == {"token": ["abc-123_X"]}
    assert {len(item) for item in received if isinstance(item, bytes)} == {320}
    assert all(isinstance(json.loads(item), dict) for item in received if isinstance(item, str))
    assert not ari.stream.malformed

"""Requests to the Asterisk REST Interface: one method for each that is used."""

import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from http.client import responses
from typing import Any, Self, TypeVar, cast

import httpx

from contracts.clock import Clock, SystemClock
from telephony.ari.events import StreamEvent
from telephony.ari.models import Application, AsteriskInfo, Bridge, Channel, Endpoint, Malformed, Record, take
from telephony.ari.stream import EventStream, Reply
from telephony.errors import AriAuthError, AriError, AriNotFound, AriUnreachable

REQUEST_TIMEOUT_S = 5.0

T = TypeVar("T")


class AriClient:
    """One Stasis application's view of an Asterisk. Close it, or use it as an async context manager.

    Every method raises `AriAuthError` (401), `AriNotFound` (404: the channel or bridge is gone), `AriUnreachable`
    (no answer) or `AriError` (carries the status: 409 and 422 mean that the channel is not in the right state).
    """

    def __init__(
        self,
        base_url: str,
        user: str,
        password: str,
        app: str,
        *,
        clock: Clock | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.app = app
        self._http = httpx.AsyncClient(
            base_url=self.base_url,
            auth=(user, password),
            timeout=REQUEST_TIMEOUT_S,
            # A proxy is for the outside; Asterisk is next to us.
            trust_env=False,
            transport=transport,
            # Asterisk ends idle sessions; ours go first.
            limits=httpx.Limits(max_connections=50, max_keepalive_connections=20, keepalive_expiry=10.0),
        )
        self.stream = EventStream(self.base_url, user, password, app, clock or SystemClock())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    def events(self) -> AsyncGenerator[StreamEvent]:
        """Opens the websocket, which registers the application, and opens it again whenever it breaks.

        Raises `AriAuthError` where the password is refused. Close the generator (`aclosing`) to leave.
        """
        return self.stream.events()

    async def request(self, method: str, path: str, *, body: Mapping[str, Any] | None = None, **query: object) -> Any:
        """The decoded answer, None if it is empty. `query` values that are None are left out.

        Over the event websocket while that is open, which costs a tenth of HTTP; over HTTP otherwise.
        """
        params = {name: str(value) for name, value in query.items() if value is not None}
        if self.stream.is_open:
            reply = await self.stream.request(method, path, query=params, body=body, timeout_s=REQUEST_TIMEOUT_S)
        else:
            reply = await self._over_http(method, path, params, body)
        if 200 <= reply.status < 300:
            return _decoded(reply) if reply.body else None
        raise _error(f"{method} {path}: {reply.status} {_message(reply)}", reply.status)

    async def _over_http(
        self, method: str, path: str, params: Mapping[str, str], body: Mapping[str, Any] | None
    ) -> Reply:
        try:
            response = await self._http.request(method, path, params=params, json=body)
        except httpx.HTTPError as error:
            raise AriUnreachable(f"{method} {path}: {type(error).__name__}") from error
        return Reply(status=response.status_code, body=response.text)

    # ---- channels

    async def channels(self) -> tuple[Channel, ...]:
        return _many(Channel.parse, await self.request("GET", "/channels"))

    async def channel(self, channel_id: str) -> Channel:
        return _one(Channel.parse, await self.request("GET", f"/channels/{channel_id}"))

    async def answer(self, channel_id: str) -> None:
        await self.request("POST", f"/channels/{channel_id}/answer")

    async def hang_up(self, channel_id: str, *, reason_code: int = 16) -> None:
        """`reason_code`: Q.850 cause."""
        await self.request("DELETE", f"/channels/{channel_id}", reason_code=reason_code)

    async def continue_in_dialplan(self, channel_id: str, *, context: str, extension: str, priority: int = 1) -> None:
        """The channel leaves the application and goes on in the dialplan."""
        await self.request(
            "POST", f"/channels/{channel_id}/continue", context=context, extension=extension, priority=priority
        )

    async def get_variable(self, channel_id: str, name: str) -> str:
        return _one(_value, await self.request("GET", f"/channels/{channel_id}/variable", variable=name))

    async def set_variable(self, channel_id: str, name: str, value: str) -> None:
        """`name` may be a writable dialplan function, such as `TIMEOUT(absolute)`."""
        # What a caller said goes this way: addresses stand in access logs, bodies do not. Asterisk reads parameters
        # that are declared for the query from a JSON body as well.
        await self.request("POST", f"/channels/{channel_id}/variable", body={"variable": name, "value": value})

    async def external_media(
        self, *, channel_id: str, client: str, audio_format: str = "slin", transport_data: str
    ) -> Channel:
        """A leg by which Asterisk dials the websocket client `client` (`dialplan.media_client`).

        `transport_data`: `f(json)v(token=…)`; what is in `v()` arrives as the query of the websocket's address. The leg
        enters the application after this returns: wait for its `StasisStart` before it is put into a bridge.
        """
        answer = await self.request(
            "POST",
            "/channels/externalMedia",
            app=self.app,
            channelId=channel_id,
            external_host=client,
            encapsulation="none",
            transport="websocket",
            connection_type="client",
            format=audio_format,
            transport_data=transport_data,
        )
        return _one(Channel.parse, answer)

    # ---- bridges

    async def bridges(self) -> tuple[Bridge, ...]:
        return _many(Bridge.parse, await self.request("GET", "/bridges"))

    async def create_bridge(self, bridge_id: str, *, bridge_type: str = "mixing,video_sfu") -> Bridge:
        """`mixing,video_sfu` makes it `softmix`, whose clock runs whoever is silent; see `Bridge.technology`."""
        return _one(Bridge.parse, await self.request("POST", "/bridges", type=bridge_type, bridgeId=bridge_id))

    async def bridge(self, bridge_id: str) -> Bridge:
        return _one(Bridge.parse, await self.request("GET", f"/bridges/{bridge_id}"))

    async def add_channel(self, bridge_id: str, channel_id: str) -> None:
        await self.request("POST", f"/bridges/{bridge_id}/addChannel", channel=channel_id)

    async def destroy_bridge(self, bridge_id: str) -> None:
        await self.request("DELETE", f"/bridges/{bridge_id}")

    # ---- applications, endpoints, Asterisk itself

    async def application(self, name: str) -> Application:
        return _one(Application.parse, await self.request("GET", f"/applications/{name}"))

    async def subscribe(self, source: str) -> None:
        """Events of `channel:ID`, `bridge:ID` or `endpoint:PJSIP/NAME` also while it is not in the application.

        Without it a channel's events end with its `StasisEnd`; `ChannelDestroyed` comes after that.
        """
        await self.request("POST", f"/applications/{self.app}/subscription", eventSource=source)

    async def endpoints(self) -> tuple[Endpoint, ...]:
        return _many(Endpoint.parse, await self.request("GET", "/endpoints"))

    async def info(self) -> AsteriskInfo:
        return _one(AsteriskInfo.parse, await self.request("GET", "/asterisk/info"))

    async def dynamic_config(self, config_class: str, object_type: str, object_id: str) -> Mapping[str, str]:
        """A configuration object as it was loaded: `res_pjsip`, `transport`, `transport-udp`."""
        path = f"/asterisk/config/dynamic/{config_class}/{object_type}/{object_id}"
        return dict(_many(_attribute, await self.request("GET", path)))

    async def get_global(self, name: str) -> str:
        return _one(_value, await self.request("GET", "/asterisk/variable", variable=name))

    async def set_global(self, name: str, value: str) -> None:
        await self.request("POST", "/asterisk/variable", variable=name, value=value)


def _decoded(reply: Reply) -> Any:
    try:
        return json.loads(reply.body)
    except ValueError:
        raise AriError("unexpected answer: not JSON", status=reply.status) from None


def _one(parse: Callable[[Record], T], answer: Any) -> T:
    try:
        if not isinstance(answer, dict):
            raise Malformed("not an object")
        return parse(cast(Record, answer))
    except Malformed as error:
        raise AriError(f"unexpected answer: {error}") from None


def _many(parse: Callable[[Record], T], answer: Any) -> tuple[T, ...]:
    if not isinstance(answer, list):
        raise AriError("unexpected answer: not a list")
    return tuple(_one(parse, record) for record in cast(Sequence[Any], answer))


def _value(record: Record) -> str:
    return take(record, "value", str)


def _attribute(record: Record) -> tuple[str, str]:
    return take(record, "attribute", str), take(record, "value", str)


def _error(message: str, status: int) -> AriError:
    return {401: AriAuthError, 404: AriNotFound}.get(status, AriError)(message, status=status)


def _message(reply: Reply) -> str:
    """Asterisk's own words; they name no caller."""
    try:
        answer: Any = json.loads(reply.body)
    except ValueError:
        answer = None
    message = cast(Record, answer).get("message") if isinstance(answer, dict) else None
    return message if isinstance(message, str) else responses.get(reply.status, "")

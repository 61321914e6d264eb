"""Requests to the calls processes' control API."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote

import httpx

from console.errors import ConsoleError
from contracts.feeds import FeedAddress

TIMEOUT_S = 3.0


class CallsUnreachable(ConsoleError):
    """The process does not answer, or not as it should."""

    code = "console.calls_unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    """202, 404, 409 or 422."""
    by: str
    """With 409: who was first."""


class CallsClient:
    def __init__(self, http: httpx.AsyncClient) -> None:
        """`http`: without the environment's proxies, as the calls processes are next to us."""
        self._http = http

    async def calls(self, feed: FeedAddress) -> dict[str, str]:
        """The calls that the process has now: id and UTC time of its start. Raises `CallsUnreachable`."""
        answer = await self._request("GET", f"{feed.api}/calls", feed.token)
        if answer.status_code != 200:
            raise CallsUnreachable(f"status {answer.status_code}")
        try:
            return {str(call["call_id"]): str(call["since"]) for call in answer.json()}
        except (ValueError, TypeError, KeyError) as error:
            raise CallsUnreachable("its answer is not understood") from error

    async def take_over(self, feed: FeedAddress, call_id: str, *, to: str, by: str) -> Answer:
        """Raises `CallsUnreachable`."""
        body = {"to": to, "by": by}
        answer = await self._request("POST", f"{feed.api}/calls/{quote(call_id, safe='')}/take-over", feed.token, body)
        if answer.status_code not in (202, 404, 409, 422):
            raise CallsUnreachable(f"status {answer.status_code}")
        detail: Any = answer.json().get("detail")
        by = str(cast(dict[str, Any], detail).get("by", "")) if isinstance(detail, dict) else ""
        return Answer(status=answer.status_code, by=by)

    async def _request(
        self, method: str, url: str, token: str, body: Mapping[str, str] | None = None
    ) -> httpx.Response:
        try:
            return await self._http.request(
                method, url, json=body, headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT_S
            )
        except httpx.HTTPError as error:
            raise CallsUnreachable(type(error).__name__) from error

"""The client against Asterisk's own description of its interface: each request, event and field that we use exists.

Every public method of the client is called once against a recorder; the recorded requests are looked up in
`/ari/api-docs`. Event parsers read from a recorder of fields, which are looked up in the declared models.
"""

import inspect
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, cast

import httpx
import pytest

from telephony.ari.client import AriClient
from telephony.ari.events import PARSERS, parse_record
from telephony.ari.models import Application, AsteriskInfo, Bridge, Channel, Endpoint, Malformed, Record
from telephony.asterisk.process import AsteriskProcess
from telephony.errors import AriError

Declared = Mapping[str, Any]
RESOURCES = ("applications", "asterisk", "bridges", "channels", "endpoints", "events")
ARGUMENTS: dict[str, tuple[tuple[object, ...], dict[str, object]]] = {
    "channel": (("x",), {}),
    "answer": (("x",), {}),
    "hang_up": (("x",), {}),
    "continue_in_dialplan": (("x",), {"context": "handoff", "extension": "s"}),
    "get_variable": (("x", "V"), {}),
    "set_variable": (("x", "V", "1"), {}),
    "external_media": ((), {"channel_id": "x", "client": "media-1", "transport_data": "f(json)"}),
    "create_bridge": (("x",), {}),
    "bridge": (("x",), {}),
    "add_channel": (("x", "y"), {}),
    "destroy_bridge": (("x",), {}),
    "application": (("x",), {}),
    "subscribe": (("channel:x",), {}),
    "dynamic_config": (("a", "b", "c"), {}),
    "get_global": (("V",), {}),
    "set_global": (("V", "1"), {}),
}
"""Of the methods that take any; a method that is missing here fails the test below."""


class FieldRecorder(dict[str, Any]):
    """An answer in which everything exists; notes what was asked for, as `Model.field`."""

    def __init__(self, model: str, models: Mapping[str, Declared], seen: set[tuple[str, str]]) -> None:
        super().__init__()
        self._model, self._models, self._seen = model, models, seen

    def get(self, key: str, default: Any = None, /) -> Any:
        self._seen.add((self._model, key))
        declared = fields_of(self._model, self._models).get(key)
        return default if declared is None else self._example(str(declared["type"]))

    def _example(self, kind: str) -> Any:
        if kind.startswith("List["):
            return [self._example(kind[5:-1])]
        if kind in self._models:
            return FieldRecorder(kind, self._models, self._seen)
        return {"string": "text", "Date": "2026-01-01", "int": 1, "long": 1, "boolean": True}.get(kind, "text")


def fields_of(model: str, models: Mapping[str, Declared]) -> dict[str, Declared]:
    """A model's own fields and those of the models that list it as a subtype."""
    fields = {name: cast(Declared, declared) for name, declared in models[model]["properties"].items()}
    for parent, declaration in models.items():
        if model in declaration.get("subTypes", []):
            fields |= fields_of(parent, models)
    return fields


@pytest.fixture
async def docs(asterisk: AsteriskProcess) -> dict[str, Declared]:
    async with asterisk.ari() as ari:
        return {name: await ari.request("GET", f"/api-docs/{name}.json") for name in RESOURCES}


@pytest.fixture
def models(docs: dict[str, Declared]) -> dict[str, Declared]:
    return {name: model for document in docs.values() for name, model in document.get("models", {}).items()}


async def test_every_request_is_declared(docs: dict[str, Declared]) -> None:
    requests: list[httpx.Request] = []

    def record(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(204)

    async with AriClient("http://asterisk/ari", "u", "p", "tongdai", transport=httpx.MockTransport(record)) as ari:
        for name in request_methods():
            arguments, keywords = ARGUMENTS.get(name, ((), {}))
            # The recorder answers with nothing, which a method with a result cannot read.
            with suppress(AriError):
                await getattr(ari, name)(*arguments, **keywords)
    assert len(requests) == len(request_methods())
    undeclared = [problem for request in requests for problem in check(request, docs)]
    assert undeclared == []


def test_every_event_and_field_is_declared(models: dict[str, Declared]) -> None:
    seen: set[tuple[str, str]] = set()
    for kind in PARSERS:
        assert kind in models, kind
        record = FieldRecorder(kind, models, seen)
        PARSERS[kind](record)
    for model in (Channel, Bridge, Application, AsteriskInfo, Endpoint):
        model.parse(FieldRecorder(model.__name__, models, seen))
    assert len(seen) > 30
    assert {f"{model}.{name}" for model, name in seen if name not in fields_of(model, models)} == set()


def test_fields_that_may_be_missing_are_not_required(models: dict[str, Declared]) -> None:
    for kind in PARSERS:
        record = minimal(kind, models)
        try:
            parse_record({**record, "type": kind})
        except Malformed as error:
            pytest.fail(f"{error} is optional in Asterisk's description")


def request_methods() -> list[str]:
    methods = inspect.getmembers(AriClient, inspect.iscoroutinefunction)
    return [name for name, _ in methods if not name.startswith("_") and name not in ("close", "request")]


def check(request: httpx.Request, docs: Mapping[str, Declared]) -> Iterator[str]:
    path = request.url.path.removeprefix("/ari")
    apis: list[Declared] = [api for api in docs[path.split("/")[1]]["apis"] if matches(str(api["path"]), path)]
    # `/channels/externalMedia` is not `/channels/{channelId}`.
    apis.sort(key=lambda api: str(api["path"]).count("{"))
    operations = [row for api in apis[:1] for row in api["operations"] if row["httpMethod"] == request.method]
    if not operations:
        yield f"{request.method} {path}"
        return
    declared: list[Declared] = operations[0].get("parameters", [])
    query: dict[str, bool] = {
        row["name"]: row.get("required", False) for row in declared if row["paramType"] == "query"
    }
    # From a JSON body Asterisk reads the same parameters as from the query.
    body: Mapping[str, object] = json.loads(request.content) if request.content else {}
    given = set(request.url.params) | set(body)
    yield from (f"{request.method} {path}: unknown {name}" for name in given - set(query))
    yield from (f"{request.method} {path}: lacks {name}" for name in query if query[name] and name not in given)


def matches(template: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) is not None


def minimal(model: str, models: Mapping[str, Declared]) -> Record:
    """An example with the required fields only."""
    return {
        name: example(str(declared["type"]), models)
        for name, declared in fields_of(model, models).items()
        if declared.get("required")
    }


def example(kind: str, models: Mapping[str, Declared]) -> Any:
    if kind.startswith("List["):
        return []
    if kind in models:
        return minimal(kind, models)
    return {"int": 1, "long": 1, "boolean": True}.get(kind, "text")

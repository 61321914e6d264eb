"""A trainer publishes while calls go on: the next call hears it, the one that goes on does not; it can be undone."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from hotline_calls import DEADLINE_S, OnCall, calling

from hotline.bundles.publishing import open_store, publish
from hotline.serve_process import Served, serving
from hotline.settings import Content, Settings
from telephony.asterisk.installation import Installation

SHIPPED = Path(__file__).parents[2] / "config" / "content"
KEYS = "bấm thăng để bỏ qua."


@pytest.fixture
def folder(asterisk_installation: Installation, tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "content"))


async def answer_to_a_key(call: OnCall) -> str:
    """To one that means nothing; what is said about silence meanwhile is passed over."""
    await call.caller.send_keys("5")
    async with asyncio.timeout(DEADLINE_S):
        while not (answers := [text for text in call.told.said() if text.startswith("Bấm sao")]):
            await call.told.next("say.started")
    return answers[-1]


async def answer_of_bundle(served: Served, bundle: str) -> str:
    """From the first call that begins with it."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            async with calling(served.state) as call:
                if (await call.told.event("call.started")).bundle_id == bundle:
                    return await answer_to_a_key(call)


async def test_publish_and_rollback_under_calls(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    run_dir = tmp_path_factory.mktemp("run")
    store = open_store(Settings(run_dir=run_dir, content=Content(folder=folder)))
    async with serving(run_dir, environment={"TONGDAI__CONTENT__FOLDER": json.dumps(str(folder))}) as served:
        async with calling(served.state) as goes_on:
            first = (await goes_on.told.event("call.started")).bundle_id
            file = folder / "responses.yml"
            file.write_text(file.read_text("utf-8").replace(KEYS, "bấm thăng là bỏ qua."), encoding="utf-8")
            second = (await asyncio.to_thread(publish, store, folder)).entry.id
            assert (await answer_of_bundle(served, second)).endswith("bấm thăng là bỏ qua.")
            assert (await answer_to_a_key(goes_on)).endswith(KEYS)
        assert (await asyncio.to_thread(store.go_back)).id == first
        assert (await answer_of_bundle(served, first)).endswith(KEYS)

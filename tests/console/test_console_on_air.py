"""The page on which people stop content and tell callers something."""

from pathlib import Path

import pytest
from console_rig import rig, token_of

from calls.on_air.board import FILE_NAME, OnAirBoard
from console.users import Role
from contracts.clock import SystemClock
from contracts.meaning import Aspect
from contracts.on_air import Bulletin, OnAir, Stop

BIRTH = "1.001193"


def on_air(folder: Path) -> OnAir:
    return OnAirBoard(folder / "content", SystemClock()).on_air()


async def test_one_stops_and_two_put_on_again(tmp_path: Path) -> None:
    async with rig(tmp_path, users={"hoa": Role.SUPERVISOR, "minh": Role.TRAINER}) as site:
        first, second = await site.signed_in("hoa"), await site.signed_in("minh")
        csrf = token_of((await first.get("/on-air")).text)
        done = await first.post("/on-air/stops", data={"code": BIRTH, "aspect": "fee", "note": "<b>đổi", "csrf": csrf})
        assert done.status_code == 303
        assert on_air(tmp_path) == OnAir(stops=(Stop(code=BIRTH, aspect=Aspect.FEE),))
        shown = await second.get("/on-air")
        assert BIRTH in shown.text and "&lt;b&gt;đổi" in shown.text
        (stop,) = (await first.get("/on-air.json")).json()["stops"]
        path = f"/on-air/stops/{stop['id']}/lift"
        assert (await first.post(path, data={"csrf": csrf})).status_code == 303
        assert (await first.post(path, data={"csrf": csrf})).status_code == 409
        assert on_air(tmp_path).stops
        assert (await second.post(path, data={"csrf": token_of(shown.text)})).status_code == 303
        assert on_air(tmp_path) == OnAir()
        assert [line["action"] for line in site.audit()][2:] == ["stopped", "lifted", "lifted", "lifted"]


async def test_a_bulletin_is_told_and_withdrawn(tmp_path: Path) -> None:
    async with rig(tmp_path) as site:
        browser = await site.signed_in("hoa")
        csrf = token_of((await browser.get("/on-air")).text)
        words = {"text": "Cổng đang bảo trì.", "until": "2999-01-01T08:00", "aspect": "online", "csrf": csrf}
        assert (await browser.post("/on-air/bulletins", data=words)).status_code == 303
        (told,) = on_air(tmp_path).bulletins
        assert told == Bulletin(id=told.id, text="Cổng đang bảo trì.", aspects=(Aspect.ONLINE,))
        assert "Cổng đang bảo trì." in (await browser.get("/on-air")).text
        done = await browser.post(f"/on-air/bulletins/{told.id}/withdraw", data={"csrf": csrf})
        assert done.status_code == 303 and on_air(tmp_path) == OnAir()


@pytest.mark.parametrize(
    ("path", "words", "status"),
    [
        ("stops", {"code": BIRTH, "csrf": "x"}, 403),
        ("stops", {"code": "khai sinh"}, 422),
        ("stops", {"code": BIRTH, "aspect": "phi"}, 422),
        ("stops/0123abcd/lift", {}, 404),
        ("bulletins", {"text": "Nghỉ.", "until": "mai"}, 422),
        ("bulletins", {"text": "Nghỉ.", "until": "2020-01-01T08:00"}, 422),
        ("bulletins", {"text": "dài " * 60, "until": "2999-01-01T08:00"}, 422),
    ],
)
async def test_what_is_wrong_changes_nothing(tmp_path: Path, path: str, words: dict[str, str], status: int) -> None:
    async with rig(tmp_path) as site:
        browser = await site.signed_in("hoa")
        csrf = token_of((await browser.get("/on-air")).text)
        assert (await browser.post(f"/on-air/{path}", data={"csrf": csrf, **words})).status_code == status
        assert on_air(tmp_path) == OnAir()


@pytest.mark.parametrize("path", ["/on-air", "/on-air.json"])
async def test_a_board_that_cannot_be_read_is_told(tmp_path: Path, path: str) -> None:
    async with rig(tmp_path) as site:
        browser = await site.signed_in("hoa")
        (tmp_path / "content").mkdir(exist_ok=True)
        (tmp_path / "content" / FILE_NAME).write_text("{", encoding="utf-8")
        assert (await browser.get(path)).status_code == 503


async def test_it_is_not_for_agents(tmp_path: Path) -> None:
    async with rig(tmp_path, users={"lan": Role.AGENT}) as site:
        assert (await (await site.browser()).get("/on-air")).status_code == 303
        browser = await site.signed_in("lan")
        assert (await browser.get("/on-air")).status_code == 403
        assert (await browser.post("/on-air/stops", data={"code": BIRTH})).status_code == 403

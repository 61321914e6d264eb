"""Who gets in, for how long, and what each may do."""

import asyncio
import json
from pathlib import Path

import httpx
import pytest
from console_rig import CALL, PASSWORD, all_connected, event, rig, sign_in, token_of, until, watching

from console.access import COOKIE
from console.errors import NoSuchUser, UserExists, UserFileUnreadable, UserRefused
from console.passwords import hashed, matches
from console.sessions import IDLE_S, LONGEST_S
from console.sign_in_limit import MOST_FOR_USER, MOST_FROM_ADDRESS, WITHIN_S, SignInLimit
from console.users import Role, Users
from contracts.clock import ScriptedClock
from contracts.secret import same_secret

OPEN = ("/healthz", "/sign-in", "/metrics", "/static/console.css")
CLOSED = ("/", "/live", "/openapi.json")


async def test_without_a_session_only_health_figures_and_the_sign_in_page_are_there(tmp_path: Path) -> None:
    async with rig(tmp_path) as site:
        browser, program = await site.browser(), httpx.AsyncClient(base_url=site.url, trust_env=False)
        async with program:
            for path in OPEN:
                assert (await browser.get(path)).status_code == 200, path
            for path in CLOSED:
                answer = await browser.get(path)
                assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in"), path
                assert (await program.get(path)).status_code == 401, path
            assert (await program.post(f"/calls/{CALL}/take-over", json={})).status_code == 401
            assert (await program.post("/sign-out")).status_code == 401
            assert (await program.get("/docs")).status_code == 404


async def test_signing_in_and_out(tmp_path: Path) -> None:
    async with rig(tmp_path) as site:
        browser = await site.browser()
        answer = await sign_in(browser, "hoa")
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        cookie = next(one for one in answer.headers.get_list("set-cookie") if one.startswith(COOKIE))
        assert "HttpOnly" in cookie and "SameSite=strict" in cookie and "Secure" not in cookie
        page = await browser.get("/")
        assert page.status_code == 200 and "agent1" in page.text
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        assert page.headers["cache-control"] == "no-store"
        assert (await browser.post("/sign-out", data={"csrf": "wrong"})).status_code == 403
        stolen = browser.cookies[COOKIE]
        assert (await browser.post("/sign-out", data={"csrf": token_of(page.text)})).status_code == 303
        again = await site.browser(cookies={COOKIE: stolen})
        assert (await again.get("/")).status_code == 303
        assert [one["action"] for one in site.audit()] == ["signed_in", "signed_out"]


async def test_behind_https_cookies_are_for_https_alone(tmp_path: Path) -> None:
    async with rig(tmp_path, https=True) as site:
        answer = await (await site.browser()).get("/sign-in")
        assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize(("name", "password"), [("hoa", "khong dung roi"), ("ai do", PASSWORD), ("", ""), ("hoa", "")])
async def test_a_wrong_name_or_password_is_refused_in_the_same_words(tmp_path: Path, name: str, password: str) -> None:
    async with rig(tmp_path) as site:
        browser = await site.browser()
        answer = await sign_in(browser, name, password)
        assert answer.status_code == 401 and "Tên đăng nhập hoặc mật khẩu không đúng." in answer.text
        assert COOKIE not in browser.cookies
        (line,) = site.audit()
        assert (line["action"], line["user"]) == ("sign_in_failed", "hoa" if name == "hoa" else "?")


async def test_a_form_of_another_site_signs_nobody_in(tmp_path: Path) -> None:
    async with rig(tmp_path) as site:
        browser, other = await site.browser(), await site.browser()
        csrf = token_of((await other.get("/sign-in")).text)
        data = {"name": "hoa", "password": PASSWORD}
        assert (await browser.post("/sign-in", data=data)).status_code == 403
        assert (await browser.post("/sign-in", data=data | {"csrf": csrf})).status_code == 403
        await browser.get("/sign-in")
        assert (await browser.post("/sign-in", data=data | {"csrf": csrf})).status_code == 403


async def test_too_many_failures_are_not_even_looked_at(tmp_path: Path) -> None:
    async with rig(tmp_path) as site:
        browser = await site.browser()
        data = {"name": "hoa", "password": "khong dung roi", "csrf": token_of((await browser.get("/sign-in")).text)}
        answers = await asyncio.gather(*(browser.post("/sign-in", data=data) for _ in range(MOST_FOR_USER + 3)))
        assert sorted(answer.status_code for answer in answers) == [401] * MOST_FOR_USER + [429] * 3
        right = await sign_in(browser, "hoa")
        assert right.status_code == 429 and int(right.headers["retry-after"]) > 0
        assert (await sign_in(browser, "minh")).status_code == 303


async def test_the_limit_counts_by_user_and_address_and_ends() -> None:
    clock = ScriptedClock()
    limit = SignInLimit(clock)
    for number in range(MOST_FROM_ADDRESS):
        limit.failed(f"u{number}", "10.0.0.1")
    assert limit.wait_s("new", "10.0.0.1") == WITHIN_S and limit.wait_s("new", "10.0.0.2") == 0
    await clock.advance(WITHIN_S)
    assert limit.wait_s("new", "10.0.0.1") == 0
    for _ in range(MOST_FROM_ADDRESS + 1):
        limit.failed("right", "10.0.0.3")
        limit.succeeded("right", "10.0.0.3")
    assert limit.wait_s("right", "10.0.0.3") == 0


@pytest.mark.parametrize("role", [Role.AGENT, Role.TRAINER])
async def test_other_roles_see_and_do_nothing_with_calls(tmp_path: Path, role: Role) -> None:
    async with rig(tmp_path, users={"lan": role}) as site:
        browser = await site.signed_in("lan")
        page = await browser.get("/")
        assert page.status_code == 403 and "Đăng xuất" in page.text
        assert (await browser.get("/live")).status_code == 403
        headers = {"X-CSRF-Token": token_of(page.text)}
        assert (await browser.post(f"/calls/{CALL}/take-over", json={}, headers=headers)).status_code == 403
        assert (await browser.get("/openapi.json")).status_code == 200
        assert (await browser.post("/sign-out", data={"csrf": token_of(page.text)})).status_code == 303


async def test_whoever_calls_back_begins_with_the_numbers(tmp_path: Path) -> None:
    async with rig(tmp_path, users={"lan": Role.AGENT, "hoa": Role.SUPERVISOR}) as site:
        for name, page in (("lan", "/call-backs"), ("hoa", "/")):
            browser = await site.browser()
            assert (await sign_in(browser, name)).headers["location"] == page
            assert (await browser.get(page)).status_code == 200


@pytest.mark.parametrize(("step_s", "steps"), [(IDLE_S + 1, 1), (IDLE_S - 1, int(LONGEST_S // IDLE_S) + 1)])
async def test_sessions_run_out(tmp_path: Path, step_s: float, steps: int) -> None:
    clock = ScriptedClock()
    async with rig(tmp_path, clock=clock) as site:
        browser = await site.signed_in("hoa")
        for _ in range(steps - 1):
            await clock.advance(step_s)
            assert (await browser.get("/")).status_code == 200
        await clock.advance(step_s)
        assert (await browser.get("/")).status_code == 303


async def test_whoever_is_changed_or_removed_is_signed_out(tmp_path: Path) -> None:
    async with rig(tmp_path) as site:
        hoa, minh = await site.signed_in("hoa"), await site.signed_in("minh")
        site.users.set_password("hoa", "mot mat khau khac")
        assert (await hoa.get("/")).status_code == 303
        site.users.remove("minh")
        assert (await minh.get("/")).status_code == 303
        assert (await sign_in(hoa, "hoa", "mot mat khau khac")).status_code == 303


async def test_an_open_page_ends_with_its_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.live.LOOK_S", 0.05)
    async with rig(tmp_path) as site:
        browser = await site.signed_in("hoa")
        async with watching(browser) as stream:
            await until(stream, all_connected)
            site.users.remove("hoa")
            await until(stream, lambda told: told.name == "signed-out")


async def test_without_users_the_page_says_how_to_make_one(tmp_path: Path) -> None:
    async with rig(tmp_path, users={}) as site:
        browser = await site.browser()
        page = (await browser.get("/", follow_redirects=True)).text
        assert "./tongdai user add" in page and "password" not in page


async def test_the_link_of_a_demonstration_opens_once(tmp_path: Path) -> None:
    async with rig(tmp_path, users={}, link_key="khoa") as site:
        first, second = await site.browser(), await site.browser()
        assert (await second.get("/open", params={"key": "sai"})).status_code == 403
        assert (await second.get("/open")).status_code == 403
        assert (await first.get("/open", params={"key": "khoa"})).headers["location"] == "/"
        assert (await first.get("/")).status_code == 200
        assert (await second.get("/open", params={"key": "khoa"})).status_code == 403
    async with rig(tmp_path, users={}) as site:
        assert (await (await site.browser()).get("/open", params={"key": ""})).status_code == 403


async def test_nothing_is_shown_that_cannot_be_written_down(tmp_path: Path) -> None:
    async with rig(tmp_path) as site:
        browser = await site.signed_in("hoa")
        (tmp_path / "audit.jsonl").unlink()
        (tmp_path / "audit.jsonl").mkdir()
        async with watching(browser) as stream:
            await until(stream, all_connected)
            site.feed.publish(event("turn.heard", text="giấy khai sinh"))
            assert "nhật ký" in (await until(stream, lambda told: told.name != "feeds")).data["message"]


async def test_a_damaged_users_file_lets_nobody_in_and_is_named_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with rig(tmp_path) as site:
        browser = await site.signed_in("hoa")
        (tmp_path / "users.json").write_text('{"users": [{"name": "hoa"')
        assert (await browser.get("/")).status_code == 503
        assert (await browser.get("/sign-in")).status_code == 503
        assert "users.json" in caplog.text or "users.json" in str([vars(record) for record in caplog.records])


def test_users_file(tmp_path: Path) -> None:
    users = Users(tmp_path / "users.json")
    users.add("hoa", Role.SUPERVISOR, PASSWORD)
    with pytest.raises(UserExists):
        users.add("hoa", Role.ADMIN, PASSWORD)
    for name in ("", "Hoa", "hoa hoa", "../hoa", "x" * 40):
        with pytest.raises(UserRefused):
            users.add(name, Role.ADMIN, PASSWORD)
    for password in ("", "ngan", "x" * 1000):
        with pytest.raises(UserRefused):
            users.set_password("hoa", password)
    with pytest.raises(NoSuchUser):
        users.remove("minh")
    assert (tmp_path / "users.json").stat().st_mode & 0o777 == 0o600
    assert PASSWORD not in (tmp_path / "users.json").read_text()
    assert Users(tmp_path / "users.json").all()["hoa"].role is Role.SUPERVISOR
    (tmp_path / "users.json").write_text(json.dumps({"version": 2, "users": []}))
    with pytest.raises(UserFileUnreadable, match="version"):
        users.all()


def test_passwords() -> None:
    kept = hashed("mật khẩu")
    assert matches("mật khẩu", kept) and not matches("mat khau", kept)
    for damaged in ("", "scrypt$14$8$5$a$b", "scrypt$99$8$5$YQ==$YQ==", kept.replace("scrypt", "plain")):
        assert not matches("mật khẩu", damaged)


@pytest.mark.parametrize("given", ["%ED%A0%80", "%C3%A9", "%00", "%FF"])
async def test_what_is_no_text_is_refused_like_anything_wrong(tmp_path: Path, given: str) -> None:
    async with rig(tmp_path, link_key="a-key") as site:
        browser = await site.browser()
        await browser.get("/sign-in")
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        body = f"name={given}&password={given}&csrf={given}"
        assert (await browser.post("/sign-in", content=body, headers=form)).status_code == 403
        assert (await browser.get(f"/open?key={given}")).status_code == 403
        assert (await browser.get(f"/handoff/{CALL}?key={given}")).status_code == 404


def test_a_half_surrogate_is_no_secret() -> None:
    assert not same_secret("é", "\ud800") and same_secret("é", "é")

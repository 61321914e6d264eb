"""`content stop`, `lift`, `tell`, `withdraw`, `on-air`: on all calls at once, without publishing."""

import argparse
import getpass
import json
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from calls.on_air.board import OnAirBoard
from calls.on_air.entries import BulletinEntry, StopEntry
from console.passwords import matches
from console.users import FILE_NAME, Role, Users
from contracts.clock import HANOI, SystemClock
from contracts.meaning import Aspect
from hotline.bundles.history import system_user
from hotline.bundles.publishing import open_store
from hotline.errors import UsageError
from hotline.settings import Settings
from hotline.state import content_store, run_dir
from procedures.catalogue import Catalogue

_MAY_LIFT = frozenset({Role.SUPERVISOR, Role.TRAINER, Role.ADMIN})


def add_actions(actions: Any, common: argparse.ArgumentParser) -> None:
    """`actions`: of `argparse`, whose own type is private."""
    by = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    by.add_argument("--by", metavar="NAME", help="tên người làm (mặc định: người dùng của máy)")
    stop = actions.add_parser(
        "stop", parents=[common, by], help="thôi nói một thủ tục, một điều, một câu, ngay bây giờ"
    )
    stop.add_argument("code", metavar="CODE")
    stop.add_argument("--aspect", type=Aspect, metavar="ASPECT", help=", ".join(aspect.value for aspect in Aspect))
    stop.add_argument("--fact", default="", metavar="ID", help="một câu; mã câu do content report in ra")
    stop.add_argument("--note", default="", metavar="TEXT", help="ghi lại vì sao")
    lift = actions.add_parser("lift", parents=[common], help="cho nói lại; cần hai người, mỗi người làm một lần")
    lift.add_argument("id", metavar="ID")
    lift.add_argument("--by", required=True, metavar="NAME", help="người dùng của trang giám sát; được hỏi mật khẩu")
    lift.add_argument("--password-stdin", action="store_true", help="mật khẩu là dòng đầu của stdin")
    tell = actions.add_parser("tell", parents=[common, by], help="thông báo cho người gọi đến một thời điểm")
    tell.add_argument("text", metavar="TEXT")
    tell.add_argument("--until", required=True, type=_moment, metavar="TIME", help='"2026-11-24 17:00", giờ Hà Nội')
    tell.add_argument("--code", dest="codes", action="append", default=[], metavar="CODE", help="chỉ với thủ tục này")
    tell.add_argument(
        "--aspect", dest="aspects", action="append", default=[], type=Aspect, metavar="ASPECT", help="chỉ với điều này"
    )
    withdraw = actions.add_parser("withdraw", parents=[common, by], help="thôi thông báo")
    withdraw.add_argument("id", metavar="ID")
    actions.add_parser("on-air", parents=[common], help="những gì đang dừng và đang thông báo")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} không phải thời điểm dạng 2026-11-24 17:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=HANOI)


def run_action(arguments: argparse.Namespace, settings: Settings) -> int:
    """Raises `OnAirError`, `UsageError`."""
    board = OnAirBoard(content_store(settings), SystemClock())
    _ACTIONS[arguments.action](board, arguments, settings)
    return 0


def _stop(board: OnAirBoard, arguments: argparse.Namespace, settings: Settings) -> None:
    procedure = Catalogue.load(_folder(settings) / "procedures").get(arguments.code)
    if procedure is None:
        raise UsageError(f"CODE: nội dung không có thủ tục {arguments.code}")
    found = next((fact for fact in procedure.facts if fact.id == arguments.fact), None)
    if arguments.fact and found is None:
        raise UsageError(f"--fact: thủ tục {arguments.code} không có câu {arguments.fact}")
    if found is not None and arguments.aspect not in (None, found.aspect):
        # Such a stop would cover nothing.
        raise UsageError(f"--aspect: câu {found.id} thuộc về {found.aspect.value}")
    by = arguments.by or system_user()
    entry = board.stop(arguments.code, arguments.aspect, arguments.fact, by=by, note=arguments.note)
    _show(
        arguments,
        entry,
        f"{entry.id}\nĐã dừng; các cuộc gọi thôi nói từ câu trả lời tới. Cho nói lại: content lift {entry.id}",
    )


def _folder(settings: Settings) -> Path:
    """Of the content that calls take."""
    store = open_store(settings)
    live = store.live()
    return store.path(live.bundle) if live else settings.content.folder


def _lift(board: OnAirBoard, arguments: argparse.Namespace, settings: Settings) -> None:
    _check_user(Users(run_dir(settings) / FILE_NAME), arguments)
    waiting = board.lift(arguments.id, by=arguments.by)
    if waiting is None:
        _show(arguments, None, "Đã cho nói lại.")
    else:
        _show(arguments, waiting, "Đã ghi đề nghị; cần thêm một người nữa làm lệnh này.")


def _tell(board: OnAirBoard, arguments: argparse.Namespace, settings: Settings) -> None:
    entry = board.tell(
        arguments.text,
        until=arguments.until,
        by=arguments.by or system_user(),
        codes=tuple(arguments.codes),
        aspects=tuple(arguments.aspects),
    )
    _show(arguments, entry, f"{entry.id}\nĐang thông báo. Thôi sớm hơn: content withdraw {entry.id}")


def _withdraw(board: OnAirBoard, arguments: argparse.Namespace, settings: Settings) -> None:
    board.withdraw(arguments.id, by=arguments.by or system_user())
    _show(arguments, None, "Đã thôi thông báo.")


def _list(board: OnAirBoard, arguments: argparse.Namespace, settings: Settings) -> None:
    kept = board.read()
    if arguments.json:
        print(kept.model_dump_json())
        return
    for stop in kept.stops:
        what = " ".join(part for part in (stop.code or "mọi thủ tục", stop.aspect or "", stop.fact) if part)
        waits = f" (chờ người thứ hai cho nói lại, {stop.lift_asked_by} đã đề nghị)" if stop.lift_asked_by else ""
        print(f"{stop.id}  DỪNG  {what}  {stop.by}, {_when(stop.at)}  {stop.note}{waits}".rstrip())
    for one in kept.bulletins:
        print(f"{one.id}  THÔNG BÁO đến {_when(one.until)}  {one.text}  {one.by}")
    if not kept.stops and not kept.bulletins:
        print("Không dừng gì, không thông báo gì.")


def _check_user(users: Users, arguments: argparse.Namespace) -> None:
    """Whoever lifts is known by a password: two names are not yet two people."""
    if arguments.password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        password = getpass.getpass("Mật khẩu: ")
    else:
        raise UsageError("--password-stdin: needed where there is no terminal to ask at")
    user = users.all().get(arguments.by)
    if user is None or not matches(password, user.password):
        raise UsageError("--by: tên hoặc mật khẩu không đúng")
    if user.role not in _MAY_LIFT:
        raise UsageError(f"--by: vai trò {user.role.value} không được cho nói lại")


def _show(arguments: argparse.Namespace, entry: StopEntry | BulletinEntry | None, words: str) -> None:
    document = entry.model_dump(mode="json") if entry is not None else {"id": arguments.id, "done": True}
    print(json.dumps(document, ensure_ascii=False) if arguments.json else words)


def _when(moment: datetime) -> str:
    return moment.astimezone(HANOI).strftime("%d/%m/%Y %H:%M")


_ACTIONS: Mapping[str, Callable[[OnAirBoard, argparse.Namespace, Settings], None]] = {
    "stop": _stop,
    "lift": _lift,
    "tell": _tell,
    "withdraw": _withdraw,
    "on-air": _list,
}
ACTIONS = frozenset(_ACTIONS)

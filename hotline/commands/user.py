"""Who may sign in to the console of the hotline with these settings; takes effect at once, also while it runs."""

import argparse
import getpass
import json
import sys
from pathlib import Path

from console.users import FILE_NAME, Role, Users
from hotline.errors import UsageError
from hotline.settings import load_settings
from hotline.state import run_dir


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = actions.add_parser("add", help="make a user; the password is asked for")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--role", required=True, choices=[role.value for role in Role])
    _common(add, password=True)
    _common(actions.add_parser("list", help="names and roles"))
    remove = actions.add_parser("remove", help="sign the user out for good")
    remove.add_argument("name", metavar="NAME")
    _common(remove)
    password = actions.add_parser("password", help="another password; signs the user out")
    password.add_argument("name", metavar="NAME")
    _common(password, password=True)


def run(arguments: argparse.Namespace) -> int:
    file = run_dir(load_settings(arguments.config)) / FILE_NAME
    users = Users(file)
    match arguments.action:
        case "add":
            users.add(arguments.name, Role(arguments.role), _password(arguments.password_stdin))
        case "remove":
            users.remove(arguments.name)
        case "password":
            users.set_password(arguments.name, _password(arguments.password_stdin))
        case _:
            _list(users, as_json=arguments.json)
            return 0
    _told(arguments, file)
    return 0


def _common(parser: argparse.ArgumentParser, *, password: bool = False) -> None:
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings of the hotline")
    parser.add_argument("--json", action="store_true")
    if password:
        parser.add_argument("--password-stdin", action="store_true", help="the password is the first line of stdin")


def _password(from_stdin: bool) -> str:
    """Raises `UsageError`."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise UsageError("--password-stdin: needed where there is no terminal to ask at")
    first = getpass.getpass("Mật khẩu: ")
    if getpass.getpass("Mật khẩu, lần nữa: ") != first:
        raise UsageError("password: the two are not the same")
    return first


def _list(users: Users, *, as_json: bool) -> None:
    found = sorted(users.all().values(), key=lambda user: user.name)
    if as_json:
        print(json.dumps([{"name": user.name, "role": user.role.value} for user in found]))
        return
    for user in found:
        print(f"{user.name:<32}{user.role.value}")
    if not found:
        print("no users; make one with: ./tongdai user add NAME --role supervisor", file=sys.stderr)


def _told(arguments: argparse.Namespace, file: Path) -> None:
    document = {"action": arguments.action, "name": arguments.name, "file": str(file)}
    print(json.dumps(document) if arguments.json else f"{arguments.action}: {arguments.name} ({file})")

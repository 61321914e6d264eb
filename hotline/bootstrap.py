"""Makes the program's environment from the lock files, then becomes the program. Only the standard library is here.

The environment is `.venv` beside the code (or `TONGDAI_VENV`): made under a lock, built aside and renamed, and stamped
with the hash of the lock files that it was made from, so that an interrupted set-up is simply done again.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {"base": ROOT / "requirements" / "base.lock", "test": ROOT / "requirements" / "test.lock"}
STAMP = "tongdai-stamp.json"


class SetupError(Exception):
    """What is missing, and the command that mends it."""


def wanted_groups(arguments: list[str]) -> list[str]:
    return ["base", "test"] if arguments[:1] == ["test"] else ["base"]


def lock_hash(group: str) -> str:
    return hashlib.sha256(LOCKS[group].read_bytes() + sys.version.encode()).hexdigest()


def installed_groups(venv: Path) -> dict[str, str]:
    """Group → hash of the lock file that it was installed from; empty for no or a broken environment."""
    try:
        stamp = json.loads((venv / STAMP).read_text("utf-8"))
        return {str(name): str(value) for name, value in stamp.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def missing_groups(venv: Path, groups: list[str]) -> list[str]:
    have = installed_groups(venv)
    return [group for group in groups if have.get(group) != lock_hash(group)]


def venv_path() -> Path:
    return Path(os.environ.get("TONGDAI_VENV") or ROOT / ".venv")


def ensure_environment(groups: list[str]) -> Path:
    """The environment's Python, with `groups` installed."""
    venv = venv_path()
    if missing_groups(venv, groups):
        venv.parent.mkdir(parents=True, exist_ok=True)
        with (venv.parent / f"{venv.name}.lock").open("w") as lock:
            _wait_for(lock)
            _install(venv, groups)
    return venv / "bin" / "python"


def _wait_for(lock: object) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # pyright: ignore[reportArgumentType]
    except BlockingIOError:
        _say("another set-up is running; waiting for it")
        fcntl.flock(lock, fcntl.LOCK_EX)  # pyright: ignore[reportArgumentType]


def _install(venv: Path, groups: list[str]) -> None:
    missing = missing_groups(venv, groups)
    if not missing:
        return
    base_is_current = "base" not in missing
    if base_is_current:
        for group in missing:
            _pip_install(venv, group)
            _stamp(venv, {**installed_groups(venv), group: lock_hash(group)})
        return
    aside = venv.with_name(f"{venv.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    _make_venv(aside)
    for group in groups:
        _pip_install(aside, group)
    _stamp(aside, {group: lock_hash(group) for group in groups})
    old = venv.with_name(f"{venv.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if venv.exists():
        venv.rename(old)
    aside.rename(venv)
    shutil.rmtree(old, ignore_errors=True)


def _stamp(venv: Path, groups: dict[str, str]) -> None:
    aside = venv / f"{STAMP}.new"
    aside.write_text(json.dumps(groups), "utf-8")
    aside.rename(venv / STAMP)


def _make_venv(venv: Path) -> None:
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        raise SetupError(f"this Python lacks ensurepip: run `sudo apt-get install {package}`, then start again")
    _say("first start: making the environment (about a minute)")
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(venv)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        raise SetupError(f"python -m venv failed: {(made.stdout + made.stderr).strip()[-500:]}")


def _pip_install(venv: Path, group: str) -> None:
    lock = LOCKS[group]
    total = len(re.findall(r"^[\w.-]+==", lock.read_text("utf-8"), re.MULTILINE))
    command = [
        *(str(venv / "bin" / "python"), "-I", "-m", "pip", "install", "--no-deps", "--require-hashes"),
        *("--only-binary", ":all:", "--progress-bar", "off", "--disable-pip-version-check", "--no-input"),
        *("-r", str(lock)),
    ]
    started, tail, done = time.monotonic(), list[str](), 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        assert pip.stdout is not None
        for line in pip.stdout:
            tail = [*tail[-19:], line.rstrip()]
            if line.startswith(("Collecting ", "Installing collected")):
                done += line.startswith("Collecting ")
                name = line.split()[1].split("==")[0] if done < total or line[0] == "C" else "unpacking"
                _progress(f"{group} packages {done}/{total} {name}")
    _progress("")
    if pip.returncode:
        raise SetupError(
            f"installing the {group} packages of {lock.name} failed:\n  "
            + "\n  ".join(tail[-8:])
            + "\nIs the package index reachable (pip's usual settings and proxies are used)? Then start again."
        )
    _say(f"{group} packages ready ({time.monotonic() - started:.0f} s)")


def _say(text: str) -> None:
    print(f"tongdai: {text}", file=sys.stderr, flush=True)


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text[:78]}", end="", file=sys.stderr, flush=True)


def main() -> None:
    arguments = sys.argv[1:]
    try:
        python = ensure_environment(wanted_groups(arguments))
    except SetupError as error:
        _say(str(error))
        raise SystemExit(2) from error
    except OSError as error:
        _say(f"the environment {venv_path()} cannot be made: {error}")
        raise SystemExit(2) from error
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))}
    # The working folder stays the user's: file arguments are relative to it.
    os.execve(python, [str(python), "-P", "-m", "hotline", *arguments], environment)


if __name__ == "__main__":
    main()

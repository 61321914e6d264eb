"""The installer against a small signed mirror on this machine: choice of suite, verification, interruption, races."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from pathlib import Path

import pytest
from debian_mirror import DebianMirror

from telephony.asterisk.install import TOOLS, Progress, ensure_asterisk
from telephony.asterisk.installation import find_asterisk
from telephony.errors import AsteriskInstallError, AsteriskVersionError

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "from telephony.asterisk.install import ensure_asterisk; print(ensure_asterisk().version)"
GOOD, OLD = "1:22.10.1+dfsg-1", "1:20.5.0+dfsg-1"
missing = [tool for tool in (*TOOLS, "gpg") if shutil.which(tool) is None]


@pytest.fixture(autouse=True)
def _needs_package_tools() -> None:  # pyright: ignore[reportUnusedFunction]
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"not installed: {', '.join(missing)}")
    if missing:
        pytest.skip(f"a Debian mirror cannot be made here: {', '.join(missing)} not installed")


@pytest.fixture(scope="module")
def shared_mirror(tmp_path_factory: pytest.TempPathFactory) -> Generator[DebianMirror]:
    mirror = DebianMirror(tmp_path_factory.mktemp("mirror"))
    yield mirror
    mirror.close()


@pytest.fixture
def mirror(shared_mirror: DebianMirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DebianMirror:
    shutil.rmtree(shared_mirror.folder / "www", ignore_errors=True)
    shared_mirror.requests.clear()
    monkeypatch.setenv("TONGDAI_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("TONGDAI_ASTERISK", raising=False)
    monkeypatch.delenv("TONGDAI_DEBIAN_SUITE", raising=False)
    for name, value in shared_mirror.environment.items():
        monkeypatch.setenv(name, value)
    return shared_mirror


def downloads(mirror: DebianMirror) -> list[str]:
    return [path.split("/")[-1].split("_")[0] for path in mirror.requests if path.endswith(".deb")]


def run_and_be_killed(step: str) -> None:
    """Another process installs and is killed with SIGKILL when it tells of `step`."""
    program = f"""
import os, signal
from telephony.asterisk.install import ensure_asterisk
def progress(told):
    if told.step == {step!r}:
        os.kill(os.getpid(), signal.SIGKILL)
ensure_asterisk(progress)
"""
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()


def test_the_first_suite_with_a_good_version_is_installed(mirror: DebianMirror, tmp_path: Path) -> None:
    for suite, version in {"testing": OLD, "sid": GOOD}.items():
        mirror.suite(suite, version)
    # On a Debian host its own suites are asked first; this mirror lacks them.
    told: list[Progress] = []
    installed = ensure_asterisk(told.append)
    assert installed.version == "22.10.1"
    assert installed.root == tmp_path / "cache" / "asterisk" / "22.10.1"
    assert installed.loader is not None and installed.loader.name == "ld-linux-made-up.so.2"
    assert installed.command("-V")[:2] == [str(installed.loader), "--library-path"]
    assert {told_of.step for told_of in told} >= {"lists", "check", "unpack"}
    assert all(0 <= told_of.done <= told_of.total for told_of in told)
    assert find_asterisk() == installed


def test_only_what_runs_is_unpacked(mirror: DebianMirror) -> None:
    mirror.suite("sid", GOOD)
    root = ensure_asterisk().root
    assert not (root / "usr/bin").exists()
    assert not (root / "etc").exists()
    assert (root / "usr/share/asterisk/sounds/en/beep.gsm").exists()


def test_a_second_call_asks_nobody(mirror: DebianMirror) -> None:
    mirror.suite("sid", GOOD)
    first = ensure_asterisk()
    mirror.requests.clear()
    assert ensure_asterisk() == first
    assert mirror.requests == []


def test_the_manifest_has_a_hash_of_every_file(mirror: DebianMirror) -> None:
    mirror.suite("sid", GOOD)
    root = ensure_asterisk().root
    manifest = json.loads((root / "tongdai-manifest.json").read_text(encoding="utf-8"))
    assert (manifest["version"], manifest["suite"]) == (GOOD, "sid")
    served = {path.name.split("_")[0]: path for path in (mirror.folder / "www" / "pool").glob("*.deb")}
    assert {row["file"].split("_")[0]: row["sha256"] for row in manifest["packages"]} == {
        name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in served.items()
    }


def test_a_version_that_does_not_fit_is_named(mirror: DebianMirror) -> None:
    mirror.suite("testing", OLD)
    mirror.suite("sid", "1:24.0.0-1")
    with pytest.raises(AsteriskVersionError, match=r"20\.5\.0.* in testing, 1:24\.0\.0-1 in sid, needed: 22\.8"):
        ensure_asterisk()


def test_no_asterisk_at_all_is_told_with_what_mends_it(mirror: DebianMirror) -> None:
    mirror.suite("sid", None)
    with pytest.raises(AsteriskInstallError, match="TONGDAI_DEBIAN_MIRROR"):
        ensure_asterisk()


def test_a_suite_named_by_the_environment_is_the_only_one(
    mirror: DebianMirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror.suite("sid", GOOD)
    mirror.suite("own", OLD)
    monkeypatch.setenv("TONGDAI_DEBIAN_SUITE", "own")
    with pytest.raises(AsteriskVersionError, match="in own"):
        ensure_asterisk()


def test_no_network_is_told_with_what_mends_it(
    mirror: DebianMirror, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    monkeypatch.setenv("TONGDAI_DEBIAN_MIRROR", f"http://127.0.0.1:{unused_tcp_port}")
    with pytest.raises(AsteriskInstallError, match=r"does not answer .*network, or set TONGDAI_DEBIAN_MIRROR"):
        ensure_asterisk()
    assert find_asterisk() is None


def test_a_mirror_signed_by_a_stranger_is_refused(
    mirror: DebianMirror, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mirror.suite("sid", GOOD)
    empty = tmp_path / "other.gpg"
    empty.write_bytes(b"")
    monkeypatch.setenv("TONGDAI_DEBIAN_KEYRING", str(empty))
    with pytest.raises(AsteriskInstallError):
        ensure_asterisk()
    assert downloads(mirror) == []


def test_a_damaged_file_is_not_unpacked(mirror: DebianMirror) -> None:
    mirror.suite("sid", GOOD)
    mirror.damage("asterisk-modules")
    with pytest.raises(AsteriskInstallError):
        ensure_asterisk()
    assert find_asterisk() is None


def test_a_file_damaged_in_the_cache_is_fetched_again(mirror: DebianMirror) -> None:
    mirror.suite("sid", GOOD)
    run_and_be_killed("unpack")
    (cached,) = find_archives("asterisk-modules")
    cached.write_bytes(cached.read_bytes()[:-1] + b"!")
    mirror.requests.clear()
    assert ensure_asterisk().version == "22.10.1"
    assert downloads(mirror) == ["asterisk-modules"]


def test_killed_while_unpacking_the_next_run_needs_no_network(mirror: DebianMirror) -> None:
    mirror.suite("sid", GOOD)
    run_and_be_killed("unpack")
    assert find_asterisk() is None
    mirror.requests.clear()
    assert ensure_asterisk().version == "22.10.1"
    assert mirror.requests == []
    assert list((cache() / "asterisk").glob("unpacking-*")) == []


def test_killed_after_the_download_nothing_is_fetched_twice(mirror: DebianMirror) -> None:
    mirror.suite("sid", GOOD)
    run_and_be_killed("check")
    mirror.requests.clear()
    assert ensure_asterisk().version == "22.10.1"
    assert downloads(mirror) == []


def test_killed_while_downloading_the_next_run_goes_on(mirror: DebianMirror) -> None:
    mirror.suite("sid", GOOD)
    mirror.stalled = threading.Event()
    installer = subprocess.Popen([sys.executable, "-c", PROGRAM], cwd=ROOT)
    mirror.stalled.wait()
    installer.kill()
    installer.wait()
    mirror.stalled = None
    mirror.resumed.set()
    assert ensure_asterisk().version == "22.10.1"


def test_a_tree_without_its_stamp_is_not_taken(mirror: DebianMirror) -> None:
    mirror.suite("sid", GOOD)
    root = ensure_asterisk().root
    (root / "tongdai-installed.json").write_text('{"manifest_sha256": "other"}', encoding="utf-8")
    assert find_asterisk() is None
    assert ensure_asterisk().root == root


def test_two_installers_do_not_collide(mirror: DebianMirror) -> None:
    mirror.suite("sid", GOOD)
    both = [
        subprocess.Popen([sys.executable, "-c", PROGRAM], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    results = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0], results
    assert [output for output, _ in results] == [b"22.10.1\n", b"22.10.1\n"]
    assert sorted(downloads(mirror)) == ["asterisk", "asterisk-modules", "asterisk-moh-opsound-wav"]


def test_missing_package_tools_are_named(mirror: DebianMirror, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AsteriskInstallError, match=r"apt-get, .* not found.*TONGDAI_ASTERISK"):
        ensure_asterisk()


def cache() -> Path:
    return Path(os.environ["TONGDAI_CACHE"])


def find_archives(package: str) -> list[Path]:
    return list(cache().glob(f"asterisk/packages/*/archives/{package}_*.deb"))

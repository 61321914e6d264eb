"""A small signed package mirror on this machine, for tests of the installer."""

import hashlib
import subprocess
import threading
from collections.abc import Generator, Mapping
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class DebianMirror:
    """Suites of made-up packages, signed with a key of its own, served over HTTP."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keyring = folder / "key.gpg"
        self.requests: list[str] = []
        self.stalled: threading.Event | None = None
        """If there is one: set at a request for a package, which is then answered no sooner than `resumed`."""
        self.resumed = threading.Event()
        self._gpg_home = folder / "gpg"
        self._gpg_home.mkdir(parents=True, mode=0o700)
        self._gpg("--quick-gen-key", "--passphrase", "", "mirror@example.org", "ed25519", "sign", "never")
        self.keyring.write_bytes(self._gpg("--export"))
        mirror = self

        class Handler(SimpleHTTPRequestHandler):
            def __init__(self, *arguments: Any, **keywords: Any) -> None:
                super().__init__(*arguments, directory=str(mirror.folder / "www"), **keywords)

            def do_GET(self) -> None:
                mirror.requests.append(self.path)
                if mirror.stalled is not None and self.path.endswith(".deb"):
                    mirror.stalled.set()
                    mirror.resumed.wait()
                super().do_GET()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def environment(self) -> dict[str, str]:
        return {"TONGDAI_DEBIAN_MIRROR": self.url, "TONGDAI_DEBIAN_KEYRING": str(self.keyring)}

    def close(self) -> None:
        subprocess.run(["gpgconf", "--homedir", str(self._gpg_home), "--kill", "all"], check=False)
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def suite(self, name: str, version: str | None) -> None:
        """Publishes a suite; without `version` it has no Asterisk."""
        architecture = _run("dpkg", "--print-architecture").decode().strip()
        index = b"".join(self._asterisk(version, architecture)) if version else b""
        packages = self.folder / "www" / "dists" / name / "main" / f"binary-{architecture}" / "Packages"
        packages.parent.mkdir(parents=True, exist_ok=True)
        packages.write_bytes(index)
        digest = hashlib.sha256(index).hexdigest()
        release = packages.parents[2] / "Release"
        release.write_text(
            f"Suite: {name}\nCodename: {name}\nArchitectures: {architecture}\nComponents: main\n"
            "Date: Thu, 01 Jan 2026 00:00:00 UTC\n"
            f"SHA256:\n {digest} {len(index)} main/binary-{architecture}/Packages\n",
            encoding="utf-8",
        )
        signed = release.with_name("InRelease")
        signed.unlink(missing_ok=True)
        self._gpg("--clearsign", "--output", str(signed), str(release))

    def damage(self, package: str) -> None:
        for path in (self.folder / "www").glob(f"pool/{package}_*.deb"):
            content = bytearray(path.read_bytes())
            content[-1] ^= 1
            path.write_bytes(content)

    def _asterisk(self, version: str, architecture: str) -> Generator[bytes]:
        triplet = {"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}[architecture]
        yield self._package("asterisk", version, architecture, {"usr/sbin/asterisk": "#!"}, "asterisk-modules")
        modules = {
            f"usr/lib/{triplet}/asterisk/modules/chan_websocket.so": "",
            f"usr/lib/{triplet}/ld-linux-made-up.so.2": "",
            "usr/share/asterisk/rest-api/resources.json": "{}",
            "usr/share/asterisk/sounds/en_US_f_Allison/beep.gsm": "",
            "usr/bin/unwanted": "",
            "etc/unwanted": "",
        }
        yield self._package("asterisk-modules", version, architecture, modules)
        yield self._package(
            "asterisk-moh-opsound-wav", "2.03-2", "all", {"usr/share/asterisk/moh/a.wav": "x" * 200_000}
        )

    def _package(
        self, name: str, version: str, architecture: str, files: Mapping[str, str], depends: str = ""
    ) -> bytes:
        tree = self.folder / "build" / f"{name}-{version}"
        control = (
            f"Package: {name}\nVersion: {version}\nArchitecture: {architecture}\nMaintainer: Test <t@example.org>\n"
        )
        control += f"Depends: {depends}\n" if depends else ""
        control += "Description: made up\n"
        for path, content in {"DEBIAN/control": control, **files}.items():
            target = tree / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content, encoding="utf-8")
        pool = self.folder / "www" / "pool"
        pool.mkdir(parents=True, exist_ok=True)
        # A pool's file names have no epoch.
        deb = pool / f"{name}_{version.rpartition(':')[2]}_{architecture}.deb"
        _run("dpkg-deb", "--root-owner-group", "-Znone", "--build", str(tree), str(deb))
        data = deb.read_bytes()
        fields = f"Filename: pool/{deb.name}\nSize: {len(data)}\n"
        return f"{control}{fields}SHA256: {hashlib.sha256(data).hexdigest()}\n\n".encode()

    def _gpg(self, *arguments: str) -> bytes:
        return _run("gpg", "--homedir", str(self._gpg_home), "--batch", "--pinentry-mode", "loopback", *arguments)


def _run(*command: str) -> bytes:
    return subprocess.run(command, check=True, capture_output=True).stdout

"""A private Asterisk as a child process: configured, started, known to be ready, stopped."""

import asyncio
import contextlib
import fcntl
import logging
import re
import signal
from pathlib import Path
from typing import IO, Self

from telephony.ari.client import AriClient
from telephony.asterisk.adopted import AdoptedProcess, runs
from telephony.asterisk.child import bound_to_us, plain_environment
from telephony.asterisk.config import sounds_dir, write_configuration
from telephony.asterisk.installation import Installation
from telephony.asterisk.ports import describe_owner, require_free
from telephony.asterisk.settings import AsteriskSettings
from telephony.asterisk.sip_probe import server_of
from telephony.asterisk.version import require_supported
from telephony.errors import AriAuthError, AriError, AriUnreachable, AsteriskStartError, PortTakenError

log = logging.getLogger(__name__)

_POLL_S = 0.05
_REQUIRED_MODULE = re.compile(r"Failed to load module (\S+) - Required")


class AsteriskProcess:
    """One Asterisk in `run_dir`; use as an async context manager (starts, waits until ready, stops).

    With `dies_with_parent` it gets SIGTERM when this process ends in any way: right for tests and the demo. Without,
    calls that are up outlive this process and the dialplan brings them to a person.
    """

    def __init__(
        self,
        installation: Installation,
        settings: AsteriskSettings,
        run_dir: Path,
        *,
        dies_with_parent: bool = True,
    ) -> None:
        self.installation = installation
        self.settings = settings
        self.run_dir = run_dir.resolve()
        self._dies_with_parent = dies_with_parent
        self._process: asyncio.subprocess.Process | AdoptedProcess | None = None
        self._lock: IO[str] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def log_path(self) -> Path:
        """Warnings and errors; no callers' data."""
        return self.run_dir / "log" / "messages.log"

    @property
    def output_path(self) -> Path:
        """What it printed before its log was open."""
        return self.run_dir / "log" / "output"

    @property
    def _configuration(self) -> Path:
        return self.run_dir / "etc" / "asterisk.conf"

    @property
    def sounds_dir(self) -> Path:
        return sounds_dir(self.settings, self.run_dir)

    @property
    def ari_url(self) -> str:
        return f"http://{self.settings.http_host}:{self.settings.http_port}/ari"

    @property
    def sip_address(self) -> str:
        return f"{self.settings.sip_host}:{self.settings.sip_port}"

    def ari(self, app: str | None = None) -> AriClient:
        """A client of this instance; the caller closes it."""
        app = app or next(iter(self.settings.stasis_apps), self.settings.ari_user)
        return AriClient(self.ari_url, self.settings.ari_user, self.settings.ari_password, app)

    async def start(self) -> None:
        """Raises `PortTakenError`, `AsteriskConfigError`, `AsteriskVersionError`, `AsteriskStartError`."""
        if self.alive:
            raise AsteriskStartError("already started")
        require_supported(self.installation.version, str(self.installation.root))
        self.run_dir.mkdir(parents=True, exist_ok=True)
        self._take_run_dir()
        try:
            self._require_ports()
            write_configuration(self.installation, self.settings, self.run_dir)
            command = self.installation.command("-f", "-C", str(self._configuration))
            if self._dies_with_parent:
                command = bound_to_us(command)
            self.log_path.unlink(missing_ok=True)
            with self.output_path.open("wb") as output:
                self._process = await asyncio.create_subprocess_exec(
                    *command,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd=self.run_dir,
                    env=plain_environment(),
                    start_new_session=True,
                    # What it writes has callers' data: the queue's log, numbers that callers left.
                    umask=0o077,
                )
        except BaseException:
            self._release_run_dir()
            raise
        log.info("asterisk started", extra={"pid": self.pid, "sip": self.sip_address, "log": str(self.log_path)})

    def adopt(self, pid: int) -> bool:
        """Takes over the one that a program which is gone left here, with these settings; False: there is none.

        Raises `AsteriskStartError` where that program lives.
        """
        if self.alive or not runs(pid, str(self._configuration)):
            return False
        self._take_run_dir()
        try:
            self._process = AdoptedProcess(pid)
        except ProcessLookupError:
            self._release_run_dir()
            return False
        log.warning("asterisk adopted", extra={"pid": pid, "sip": self.sip_address})
        return True

    def release(self) -> bool:
        """Leaves one that was adopted as it was found, for the next program to adopt; False: there is none."""
        if not isinstance(self._process, AdoptedProcess) or not self.alive:
            return False
        self._process.release()
        self._process = None
        self._release_run_dir()
        return True

    async def wait_ready(self, timeout_s: float = 60.0) -> None:
        """Until our own ARI password is accepted and our own SIP side answers.

        Raises `PortTakenError` where another instance answers instead, else `AsteriskStartError`.
        """
        try:
            async with asyncio.timeout(timeout_s), self.ari() as ari:
                while not (await self._ari_answers(ari) and await self._sip_answers()):
                    self._require_alive()
                    await asyncio.sleep(_POLL_S)
        except TimeoutError:
            raise AsteriskStartError(f"Asterisk was not ready within {timeout_s:g} s; {self._last_words()}") from None
        log.info("asterisk ready", extra={"pid": self.pid, "sip": self.sip_address})

    async def wait(self) -> int:
        """Until it has ended; its exit status."""
        if self._process is None:
            raise AsteriskStartError("not started")
        return await self._process.wait()

    async def stop(self, grace_s: float = 5.0) -> None:
        """Ends it: SIGTERM (calls get their BYE), after `grace_s` SIGKILL. May be called at any time."""
        process = self._process
        try:
            if process is not None and process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(signal.SIGTERM)
                try:
                    await asyncio.wait_for(process.wait(), grace_s)
                except TimeoutError:
                    log.warning("asterisk killed", extra={"pid": process.pid, "grace_s": grace_s})
                    with contextlib.suppress(ProcessLookupError):
                        process.kill()
                    await process.wait()
        finally:
            self._release_run_dir()

    async def active_channels(self) -> int:
        """Channels that exist now, callers, legs and agents alike."""
        async with self.ari() as ari:
            return len(await ari.channels())

    async def __aenter__(self) -> Self:
        await self.start()
        try:
            await self.wait_ready()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def answers(self, ari: AriClient, timeout_s: float = 2.0) -> bool:
        """Over ARI or, where that is silent, over SIP: one that is deadlocked does neither."""
        try:
            async with asyncio.timeout(timeout_s):
                await ari.channels()
        except (AriUnreachable, TimeoutError):
            return await server_of(self._probed_host, self.settings.sip_port, timeout_s) == self.settings.instance
        except AriError:
            return True
        return True

    async def _ari_answers(self, ari: AriClient) -> bool:
        try:
            info = await ari.info()
        except AriAuthError:
            owner = describe_owner("tcp", self.settings.http_port)
            raise PortTakenError(
                f"port {self.settings.http_port}/tcp belongs to another Asterisk that refuses our password: {owner}"
            ) from None
        except AriError:
            return False
        require_supported(info.version, "the running Asterisk")
        try:
            await ari.dynamic_config("res_pjsip", "transport", "transport-udp")
        except AriError:
            return False
        return True

    async def _sip_answers(self) -> bool:
        server = await server_of(self._probed_host, self.settings.sip_port)
        if server is not None and server != self.settings.instance:
            owner = describe_owner("udp", self.settings.sip_port)
            raise PortTakenError(f"port {self.settings.sip_port}/udp belongs to another SIP server: {owner}")
        return server is not None

    @property
    def _probed_host(self) -> str:
        return "127.0.0.1" if self.settings.sip_host == "0.0.0.0" else self.settings.sip_host

    def _require_ports(self) -> None:
        require_free("udp", self.settings.sip_host, self.settings.sip_port)
        require_free("tcp", self.settings.http_host, self.settings.http_port)

    def _require_alive(self) -> None:
        if not self.alive:
            status = self._process.returncode if self._process else None
            raise AsteriskStartError(f"Asterisk ended with status {status}; {self._last_words()}")
        # It means to end then, but has been seen to stay without doing anything.
        if missing := _REQUIRED_MODULE.findall(self.output_path.read_text(encoding="utf-8", errors="replace")):
            raise AsteriskStartError(f"Asterisk cannot load {', '.join(missing[:5])}; see {self.log_path}")

    def _last_words(self) -> str:
        for path in (self.log_path, self.output_path):
            if path.is_file():
                lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
                if wrong := [line for line in lines if "ERROR" in line] or lines[-1:]:
                    return f"{path}: {wrong[0][:300]}"
        return f"see {self.log_path}"

    def _take_run_dir(self) -> None:
        lock = (self.run_dir / "lock").open("w", encoding="utf-8")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise AsteriskStartError(f"{self.run_dir}: another program runs its Asterisk here") from None
        self._lock = lock

    def _release_run_dir(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

"""baresip as a phone in tests: speaks a sound file, records what it hears, presses keys, hangs up."""

import asyncio
import contextlib
import json
import socket
import wave
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from baresip_install import BaresipProgram

from telephony.asterisk.child import bound_to_us, plain_environment
from telephony.g711 import Pcm

_READY = b"baresip is ready"
_REGISTERED = b"[1 binding]"

# `net_interface lo` makes baresip refuse to start; bound by its SIP address it works on loopback. The end of the
# microphone's file would end the call, so the file is padded. `aubridge` is a sound card that is not there.
_CONFIG = """\
poll_method epoll
sip_listen {ip}:{sip_port}
ctrl_tcp_listen {ip}:{control_port}
audio_player aubridge,nobody
audio_source aufile,{folder}/microphone.wav
audio_srate 8000
audio_channels 1
audio_txmode thread
jitter_buffer_delay 1-5
snd_path {folder}
call_max_calls 1
module_path {modules}
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module account.so
module menu.so
module ctrl_tcp.so
"""


class BaresipPhone:
    """Use as an async context manager: started and ready inside, ended after it; then `heard` has the recording."""

    def __init__(
        self,
        program: BaresipProgram,
        folder: Path,
        microphone: Pcm,
        *,
        ip: str = "127.0.0.2",
        user: str = "0907654321",
        domain: str = "",
        account: str = "",
    ) -> None:
        """`microphone`: 8 kHz, said from the start of the call. `account`: account parameters, each after `;`."""
        self.ip = ip
        self._program = program
        self._folder = folder
        self._microphone = microphone
        self._account = f"<sip:{user}@{domain or ip};transport=udp>;audio_codecs=PCMA/8000/1{account or ';regint=0'}"
        self._process: asyncio.subprocess.Process | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._ready = asyncio.Event()
        self._changed = asyncio.Condition()
        self.events: list[dict[str, Any]] = []
        """As baresip reports them, in order."""
        self.output: list[bytes] = []
        self.sip_port = _free_port(ip, socket.SOCK_DGRAM)

    async def __aenter__(self) -> Self:
        control_port = _free_port(self.ip, socket.SOCK_STREAM)
        self._write_configuration(control_port)
        self._process = await asyncio.create_subprocess_exec(
            *bound_to_us([*self._program.command, "-f", str(self._folder)]),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=plain_environment(),
            cwd=self._folder,
        )
        self._tasks.append(asyncio.create_task(self._read_output(), name="baresip output"))
        try:
            async with asyncio.timeout(20):
                await self._ready.wait()
                reader, self._writer = await asyncio.open_connection(self.ip, control_port)
        except (TimeoutError, OSError) as error:
            await self._end()
            raise RuntimeError(f"baresip does not start: {b''.join(self.output)[-500:]!r}") from error
        self._tasks.append(asyncio.create_task(self._read_events(reader), name="baresip events"))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._command("quit")
        await self._end()

    async def dial(self, uri: str) -> None:
        """Returns when the call is answered."""
        self._command("dial", uri)
        await self.event("CALL_ESTABLISHED")

    async def press(self, keys: str) -> None:
        for key in keys:
            self._command("sndcode", key)
            await self._next_response()

    async def registered(self) -> None:
        """By its output: its event may have been told before anybody was there to hear it."""
        async with self._changed:
            await self._changed.wait_for(lambda: _REGISTERED in b"".join(self.output))

    async def hang_up(self) -> None:
        self._command("hangup")
        await self.event("CALL_CLOSED")

    async def event(self, kind: str) -> dict[str, Any]:
        """The first event of that kind, come or to come."""
        async with self._changed:
            await self._changed.wait_for(lambda: any(event.get("type") == kind for event in self.events))
        return next(event for event in self.events if event.get("type") == kind)

    def heard(self) -> Pcm:
        """What it heard in the call, 8 kHz; whole once the phone has been ended."""
        (path,) = self._folder.glob("dump-*-dec.wav")
        with wave.open(str(path)) as file:
            return np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)

    def _write_configuration(self, control_port: int) -> None:
        config = _CONFIG.format(
            ip=self.ip,
            sip_port=self.sip_port,
            control_port=control_port,
            folder=self._folder,
            modules=self._program.modules,
        )
        (self._folder / "config").write_text(config, encoding="utf-8")
        (self._folder / "accounts").write_text(self._account + "\n", encoding="utf-8")
        (self._folder / "contacts").touch()
        with wave.open(str(self._folder / "microphone.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(self._microphone.tobytes() + bytes(2 * 8000 * 60))

    def _command(self, name: str, parameters: str = "") -> None:
        """A netstring with JSON, as its module `ctrl_tcp` wants it."""
        text = json.dumps({"command": name, "params": parameters, "token": name}).encode()
        with contextlib.suppress(ConnectionError):
            self._writer.write(f"{len(text)}:".encode() + text + b",")

    async def _next_response(self) -> None:
        def responses() -> int:
            return sum("response" in event for event in self.events)

        before = responses()
        async with self._changed:
            await self._changed.wait_for(lambda: responses() > before)

    async def _read_output(self) -> None:
        assert self._process is not None and self._process.stdout is not None
        while chunk := await self._process.stdout.read(4096):
            async with self._changed:
                self.output.append(chunk)
                self._changed.notify_all()
            if _READY in b"".join(self.output[-2:]):
                self._ready.set()

    async def _read_events(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                length = int((await reader.readuntil(b":"))[:-1])
                event = json.loads((await reader.readexactly(length + 1))[:-1])
                async with self._changed:
                    self.events.append(event)
                    self._changed.notify_all()

    async def _end(self) -> None:
        if self._process is not None:
            try:
                async with asyncio.timeout(5):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        for task in self._tasks:
            await task
        if writer := getattr(self, "_writer", None):
            writer.close()


def _free_port(ip: str, kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((ip, 0))
        return int(probe.getsockname()[1])

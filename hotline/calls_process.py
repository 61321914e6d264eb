"""A calls process: media sockets, ear, meaning, dialog and voice of its calls; one event loop for audio and decisions.

It shares nothing with others of its kind. Where the guard is gone it takes no new calls and ends after the last one.
"""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from calls.admission import Admission
from calls.api import create_api
from calls.control import CallControl
from calls.feed import EventFeed
from calls.on_air.board import OnAirBoard
from calls.on_air.watching import following
from calls.thinking import ThinkingThread
from contracts.clock import SystemClock
from contracts.errors import TongdaiError
from contracts.tasks import end_tasks
from hotline.bundles.live import LiveBundle
from hotline.call_parts import call_parts
from hotline.calls_greeting import Greeting
from hotline.child_program import Command, ToGuard, guard_commands, read_greeting
from hotline.errors import NotReadyError
from hotline.event_loop import run
from hotline.handoffs import packet_keeper
from hotline.knowledge import today
from hotline.logs import configure_logs
from hotline.state import content_store
from hotline.web import port_of, web_served
from telephony.ari.client import AriClient
from telephony.asterisk.dialplan import media_client
from telephony.bridge import CallBridge
from telephony.doorkeeper import Doorkeeper
from telephony.line import Line
from telephony.media_socket import MediaSockets

log = logging.getLogger(__name__)

_CONNECT_TIMEOUT_S = 30.0


class CallsProcess:
    def __init__(
        self, bridge: CallBridge, admission: Admission, bundles: LiveBundle, thinking: ThinkingThread,
        close_door: Callable[[], None],
    ) -> None:  # fmt: skip
        """`close_door`: nobody connects any more, and the port is another program's."""
        self._bridge = bridge
        self._close_door = close_door
        self._thinking = thinking
        self._admission = admission
        self._bundles = bundles
        self._calls: asyncio.Task[None] | None = None
        self.over = asyncio.Event()
        """It is to end."""

    async def answer(self, line: Line) -> None:
        """One call. A caller who is left on the line goes to the queue of people."""
        if self._bridge.taking_calls:
            await self._admission.answer(line, calls_now=self._bridge.calls_inside, today=today())

    async def turn_away(self, line: Line) -> None:
        """A caller who rings and is not answered."""
        await self._admission.turn_away(line, calls_now=self._bridge.calls_inside + 1)

    def figures(self) -> Mapping[str, Any]:
        calls = {
            "calls": self._bridge.calls_now,
            "faults": self._bridge.faults,
            "draining": not self._bridge.taking_calls,
            "hung_threads": self._thinking.hung,
            "behind_ms": round(self._admission.behind_ms, 1),
        }
        return {**calls, "content": self._bundles.figures()}

    async def drain(self, seconds: float | None) -> None:
        """No new calls; ends after the last one, or after `seconds`, when those still talking go to people."""
        self._bridge.taking_calls = False
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._bridge.no_calls()
        self.over.set()

    async def stay_well(self, drain_s: float) -> None:
        """Until too many threads hang: then it drains, and the guard begins another one."""
        await self._thinking.worn_out.wait()
        log.error("process is unwell", extra={"hung_threads": self._thinking.hung})
        await self.drain(drain_s)

    async def obey(self, commands: "asyncio.Queue[Command | None]") -> None:
        """Until the guard is gone and the last call is over."""
        draining: set[asyncio.Task[None]] = set()
        try:
            while (command := await commands.get()) is not None:
                if command.get("command") == "drain":
                    draining.add(asyncio.create_task(self.drain(float(command["seconds"])), name="drain"))
            log.error("the guard is gone")
            # Calls that go on have their media sockets; the next guard's process wants the port.
            self._close_door()
            await self.drain(None)
        finally:
            for task in draining:
                task.cancel()


@asynccontextmanager
async def running_calls(greeting: Greeting, listening: socket.socket) -> AsyncGenerator[CallsProcess]:
    """Answers calls when it yields; what goes on at the end goes to people. Raises `TongdaiError`."""
    settings = greeting.settings
    async with AsyncExitStack() as stack:
        feed = EventFeed()
        ari = await stack.enter_async_context(
            AriClient(greeting.ari_url, greeting.ari_user, greeting.ari_password, greeting.app)
        )
        packets = packet_keeper(settings, ari, greeting.console_url)
        stack.push_async_callback(packets.close)
        pruning = asyncio.create_task(packets.run(), name="old handoff packets")
        stack.push_async_callback(end_tasks, pruning)
        thinking = stack.enter_context(ThinkingThread())
        bundles = await stack.enter_async_context(call_parts(settings, feed, packets, thinking))
        sockets = MediaSockets()
        control = CallControl(frozenset(agent.number for agent in settings.telephony.agents))
        admission = Admission(
            bundles.current,
            control=control,
            most_calls=settings.telephony.max_calls,
            most_behind_ms=settings.recognition.most_behind_ms,
        )
        door = Doorkeeper(lambda calls: admission.refusal(calls) is None)
        bridge = CallBridge(ari, sockets, media_client=media_client(port_of(listening)), door=door)
        clock = SystemClock()
        await stack.enter_async_context(following(OnAirBoard(content_store(settings), clock), control, clock))
        api = create_api(feed=feed, token=greeting.token, calls_now=lambda: bridge.calls_now, control=control)
        api.router.routes.append(sockets.route())
        server = await stack.enter_async_context(web_served(api, listening))
        process = CallsProcess(bridge, admission, bundles, thinking, server.close_door)
        stack.callback(feed.close)
        calls = await stack.enter_async_context(_taking_calls(bridge, process))
        calls.add_done_callback(lambda _: process.over.set())
        yield process


@asynccontextmanager
async def _taking_calls(bridge: CallBridge, process: CallsProcess) -> AsyncGenerator[asyncio.Task[None]]:
    task = asyncio.create_task(bridge.run(process.answer, process.turn_away), name="calls")
    try:
        connected = asyncio.create_task(bridge.connected.wait())
        await asyncio.wait([task, connected], return_when=asyncio.FIRST_COMPLETED, timeout=_CONNECT_TIMEOUT_S)
        if not connected.done():
            connected.cancel()
            error = task.exception() if task.done() and not task.cancelled() else None
            raise NotReadyError("Asterisk did not register the hotline's application") from error
        yield task
    finally:
        await end_tasks(task)


async def _main(greeting: Greeting, guard: ToGuard) -> int:
    loop = asyncio.get_running_loop()
    listening = socket.socket(fileno=greeting.media_descriptor)
    # Workers would hold the port, which is to be free as soon as we let go of it: uvloop closes nothing for them.
    listening.set_inheritable(False)
    try:
        async with running_calls(greeting, listening) as process:
            loop.add_signal_handler(signal.SIGTERM, process.over.set)
            guard.ready()
            beating = asyncio.create_task(guard.beat(process.figures), name="beat")
            obeying = asyncio.create_task(process.obey(await guard_commands()), name="commands")
            watching = asyncio.create_task(process.stay_well(greeting.settings.guard.drain_s), name="health")
            try:
                await process.over.wait()
            finally:
                await end_tasks(beating, obeying, watching)
    except TongdaiError as error:
        guard.failed(error)
        return error.exit_status
    return 0


def main() -> int:
    configure_logs()
    guard = ToGuard()
    return run(_main(Greeting.model_validate(read_greeting()), guard))


if __name__ == "__main__":
    raise SystemExit(main())

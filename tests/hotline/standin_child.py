"""A program below the guard that does what its greeting says: `python -m standin_child`."""

import asyncio
import os
import signal
import time

from contracts.errors import TongdaiError
from hotline.child_program import ToGuard, guard_commands, read_greeting


class Refused(TongdaiError):
    code = "standin.refused"
    exit_status = 2


async def _live(guard: ToGuard) -> None:
    commands = await guard_commands()
    beating = asyncio.create_task(guard.beat(lambda: {"calls": 3}))
    while (command := await commands.get()) is not None:
        match command["do"]:
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "freeze":
                time.sleep(600)  # noqa: ASYNC251 – this is the fault
            case "babble":
                guard.say({"beat": "not a number"})
                os.write(1, b"printed\n")
            case "end":
                break
            case _:
                pass
    beating.cancel()


def main() -> None:
    guard = ToGuard()
    match read_greeting()["begin"]:
        case "refuse":
            guard.failed(Refused("content: flows.yml: line 3: no such flow"))
            raise SystemExit(2)
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "hang":
            time.sleep(600)
        case _:
            guard.ready()
            asyncio.run(_live(guard))


if __name__ == "__main__":
    main()

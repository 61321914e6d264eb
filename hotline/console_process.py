"""The console as a process of its own, so that its work never shares a loop with audio.

The feed's token comes in the environment, where no other user's `ps` shows it.
"""

import argparse
import os
import socket

import uvicorn

from console.live import create_console

TOKEN_VARIABLE = "TONGDAI_FEED_TOKEN"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--feed", required=True)
    parser.add_argument("--fd", type=int, required=True, help="a listening socket")
    arguments = parser.parse_args()
    console = create_console(feed_url=arguments.feed, token=os.environ[TOKEN_VARIABLE])
    listening = socket.socket(fileno=arguments.fd)
    config = uvicorn.Config(console, log_level="warning", ws="none", timeout_graceful_shutdown=1)
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()

"""`longshelf demo-stash`: a pretended Stash for people who have none and want to try mirroring one.

The rule: the same numbers and seed give the same library with the same stamps after every start, so a mirror of it stays a mirror."""

import gc
import os
import socket
import threading
import time
from collections.abc import Callable

import msgspec
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from starlette.types import ASGIApp

from longshelf.demo.stash.answering import Answering
from longshelf.demo.stash.app import create_app
from longshelf.demo.stash.making import Counts, make_world

HOST = "127.0.0.1"  # it has no real protection, so it is not for other machines
VARIABLE = "LONGSHELF_DEMO_STASH"  # hands the choices to the server's process
STOP_SECONDS = 3  # for open requests to end, and for a library that is still being made
TARGET = "longshelf.demo.stash.serving:app_from_environment"


class Choices(msgspec.Struct, frozen=True):
    """What a person chose on the command line."""

    scenes: int
    images: int
    seed: int
    api_key: str = ""


def serve(choices: Choices, port: int, announce: Callable[[], None]) -> None:
    """Blocks until SIGTERM or SIGINT; `announce` is called when it listens. The port must be free."""
    os.environ[VARIABLE] = msgspec.json.encode(choices).decode()
    server = Granian(
        TARGET,
        address=HOST,
        port=port,
        interface=Interfaces.ASGI,
        workers=1,
        factory=True,
        websockets=True,
        log_level=LogLevels.warning,
        workers_kill_timeout=STOP_SECONDS,
    )
    server.on_startup(threading.Thread(target=_when_open, args=(port, announce), name="announcement", daemon=True).start)
    server.serve()


def _when_open(port: int, announce: Callable[[], None]) -> None:
    """Granian tells when it starts its process; that one listens when its library is made, seconds later for a large one."""
    while True:
        try:
            socket.create_connection((HOST, port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            announce()
            return


def app_from_environment() -> ASGIApp:
    """What the server's process calls."""
    choices = msgspec.json.decode(os.environ[VARIABLE], type=Choices)
    world = make_world(Counts(choices.scenes, choices.images), choices.seed)
    world.clock.follow(time.time)
    gc.freeze()  # rows stay; without this every page would have the collector look through all of them
    return create_app(Answering(world, api_key=choices.api_key))

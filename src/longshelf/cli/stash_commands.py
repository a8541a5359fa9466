"""`longshelf demo-stash`: a Stash server with made-up content, to try mirroring with."""

import argparse
import sys

from longshelf.config import Settings
from longshelf.errors import Invalid

MOST = 1_000_000  # rows are kept in memory


def demo_stash_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=9999, help="port to listen on, on this machine only")
    parser.add_argument("--scenes", type=int, default=500, metavar="N", help="how many scenes it has")
    parser.add_argument("--images", type=int, default=1_000, metavar="N", help="how many images it has, in galleries of about ten")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same library")
    parser.add_argument("--api-key", default="", metavar="KEY", help="ask for this key, as a protected Stash does")


def demo_stash(_settings: Settings, arguments: argparse.Namespace) -> None:
    """Blocks until it is stopped. Invalid for numbers out of range, Conflict when the port is taken."""
    from longshelf.demo.stash.serving import HOST, Choices, serve
    from longshelf.server.run import check_port

    for name in ("scenes", "images"):
        if not 0 <= getattr(arguments, name) <= MOST:
            raise Invalid(f"--{name}", f"choose a number from 0 to {MOST:,}")
    if not 1 <= arguments.port <= 65_535:
        raise Invalid("--port", "choose a number from 1 to 65,535")
    check_port(HOST, arguments.port)
    address = f"http://{HOST}:{arguments.port}"
    key = f" --api-key {arguments.api_key}" if arguments.api_key else ""

    def announce() -> None:
        sys.stdout.write(f"The demonstration Stash is at {address}\nMirror it: longshelf library add Stash --stash {address}{key}\n")
        sys.stdout.flush()

    serve(Choices(arguments.scenes, arguments.images, arguments.seed, arguments.api_key), arguments.port, announce)

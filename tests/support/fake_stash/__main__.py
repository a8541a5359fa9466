"""A pretended Stash on the command line; prints its address and serves until it is killed. For tests, see process.py."""

import argparse
import gc
import sys

from longshelf.demo.stash.making import Counts
from tests.support.fake_stash.running import FakeStash


def main() -> None:
    """Serves until the process ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--scenes", type=int, default=200)
    parser.add_argument("--images", type=int, default=400)
    parser.add_argument("--galleries", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--zone", default="UTC")
    parser.add_argument("--api-key", default="")
    parser.add_argument("--version", default="v0.30.0")
    given = parser.parse_args()
    counts = Counts(given.scenes, given.images, given.galleries)
    stash = FakeStash(counts, seed=given.seed, zone=given.zone, api_key=given.api_key, version=given.version)
    gc.freeze()  # rows stay; without this every page would have the collector look through all of them
    stash.start(given.port)
    sys.stdout.write(f"{stash.url}\n")
    sys.stdout.flush()
    stash.wait()


if __name__ == "__main__":
    main()

"""`python -m bench [NAME …] [--scale 0.1]`: runs the benchmarks and prints their tables."""

import argparse
import sys

from bench import displays, http, imports, index, others, parsers, people, reads, scan, stash
from longshelf import logs

BENCHMARKS = {
    "scan": scan.run,
    "reads": reads.run,
    "parsers": parsers.run,
    "index": index.run,
    "others": others.run,
    "http": http.run,
    "people": people.run,
    "stash": stash.run,
    "imports": imports.run,
    "displays": displays.run,
}
USUAL = ("scan", "reads")  # index, others, http and people make ten million items first: name them, with a --scale that suits your patience


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description="The measured promises, as Markdown tables.")
    parser.add_argument("names", nargs="*", choices=[[], *BENCHMARKS], help=f"which; {' and '.join(USUAL)} when none is named")
    parser.add_argument("--scale", type=float, default=1.0, help="size of the libraries against the full one")
    arguments = parser.parse_args()
    logs.configure("auto", "warning")  # on stderr, or lines about what was built stand between the tables
    for name in arguments.names or USUAL:
        sys.stdout.write(BENCHMARKS[name](arguments.scale) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

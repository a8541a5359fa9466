"""The command line. `COMMANDS` is the whole of it: a name, what it is for, its arguments and the function that does it.

Every command takes --json. Exit codes: 0 done · 1 it could not be done, the reason is on stderr · 2 the command line is wrong."""

import argparse
import sys
from collections.abc import Sequence

import msgspec

from longshelf import config, logs
from longshelf.cli.commands import COMMANDS, Command
from longshelf.cli.output import show
from longshelf.errors import LongshelfError


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; the exit code."""
    arguments = parser().parse_args(argv)
    command: Command = arguments.command
    try:
        settings = config.read()
        logs.configure(settings.log, settings.log_level)
        result = command.run(settings, arguments)
    except LongshelfError as error:
        return _fail(str(error), as_json=arguments.json)
    except KeyboardInterrupt:
        return _fail("stopped", as_json=arguments.json)
    if result is not None:
        show(result, as_json=arguments.json)
    return 0


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    top = argparse.ArgumentParser(prog="longshelf", description="A media library server that stays instant at ten million items.")
    groups: dict[str, argparse._SubParsersAction[argparse.ArgumentParser]] = {}
    groups[""] = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        group, _, name = command.name.rpartition(" ")
        if group not in groups:
            holder = groups[""].add_parser(group, help=f"{group} commands")
            groups[group] = holder.add_subparsers(title="commands", metavar="COMMAND", required=True)
        sub = groups[group].add_parser(name, help=command.about, description=command.about)
        command.arguments(sub)
        sub.add_argument("--json", action="store_true", help="print one JSON object on stdout; progress stays on stderr")
        sub.set_defaults(command=command)
    return top


def _fail(reason: str, *, as_json: bool) -> int:
    if as_json:
        sys.stdout.write(msgspec.json.encode({"error": reason}).decode() + "\n")
    sys.stderr.write(f"longshelf: {reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())

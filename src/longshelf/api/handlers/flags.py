"""Flags: what can be switched while everything runs."""

from longshelf.api.route import Call
from longshelf.catalog.flags import FlagList


def browse(call: Call) -> FlagList:
    return call.services.flags.listed()


def choose(call: Call) -> FlagList:
    """Those that are named; null puts one back to its default."""
    return call.services.flags.choose(call.body)

"""What a person watches and reads: pings of players, history, what to go on with, and the rows of his home page."""

from longshelf.api.route import Answer, Call
from longshelf.catalog import personal_shapes as own
from longshelf.catalog import shapes


def watch(call: Call) -> own.Watched:
    return call.services.watching.ping(call.viewer, call.path["item_id"], call.body)


def mark(call: Call) -> shapes.Me:
    return call.services.watching.mark(call.viewer, call.path["item_id"], watched=call.body.watched)


def unfinished(call: Call) -> Answer:
    sheet = call.services.watching.unfinished(call.viewer, call.filters(), call.page())
    return Answer(body=sheet.read, tag=sheet.tag)


def history(call: Call) -> Answer:
    return Answer(body=call.services.watching.history(call.viewer, call.query["page"], call.query["page_size"]))


def forget(call: Call) -> None:
    call.services.watching.forget(call.viewer, call.path["play_id"])


def clear(call: Call) -> None:
    call.services.watching.clear(call.viewer)


def home(call: Call) -> own.Home:
    return call.services.home.read(call.viewer)


def choose_home(call: Call) -> own.Home:
    return call.services.home.choose(call.viewer, call.body)

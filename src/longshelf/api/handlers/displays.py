"""Displays: what administrators see of them, and remote control."""

from longshelf.api.route import Call
from longshelf.catalog.paging import DEFAULT_SIZE
from longshelf.displays import shapes


def browse(call: Call) -> shapes.DisplayList:
    page, size, wanted = call.query["page"], call.query["page_size"], call.query["q"]
    if page is None and size is None and not wanted:
        return call.services.board.listed(call.viewer)
    return call.services.board.page(call.viewer, page or 1, size or DEFAULT_SIZE, wanted)


def claim(call: Call) -> shapes.Display:
    """Wrong codes count for the address they come from, as a player's do."""
    row = call.services.screens.find(call.body.code, call.services.proxies.address(call.request))
    return call.services.board.claim(call.viewer, call.body, row.code)


def one(call: Call) -> shapes.Display:
    return call.services.board.display(call.viewer, call.path["display_id"])


def edit(call: Call) -> shapes.Display:
    return call.services.board.edit(call.viewer, call.path["display_id"], call.body)


def delete(call: Call) -> None:
    call.services.board.remove(call.path["display_id"])


def rebuild(call: Call) -> shapes.Display:
    return call.services.board.rebuild(call.viewer, call.path["display_id"])


def play(call: Call) -> shapes.Display:
    return call.services.board.play(call.viewer, call.path["display_id"])


def pause(call: Call) -> shapes.Display:
    return call.services.board.pause(call.viewer, call.path["display_id"])


def stop(call: Call) -> shapes.Display:
    return call.services.board.stop(call.viewer, call.path["display_id"])


def forward(call: Call) -> shapes.Display:
    return call.services.board.next(call.viewer, call.path["display_id"], _slot(call))


def back(call: Call) -> shapes.Display:
    return call.services.board.previous(call.viewer, call.path["display_id"], _slot(call))


def seek(call: Call) -> shapes.Display:
    return call.services.board.seek(call.viewer, call.path["display_id"], call.body.seconds)


def volume(call: Call) -> shapes.Display:
    return call.services.board.volume(call.viewer, call.path["display_id"], call.body)


def timeline(call: Call) -> shapes.TimelineView:
    return call.services.board.timeline(call.viewer, call.path["display_id"])


def history(call: Call) -> shapes.PlayedList:
    return call.services.board.history(call.viewer, call.path["display_id"], call.query["page"], call.query["page_size"])


def _slot(call: Call) -> int | None:
    said: shapes.Skip | None = call.body
    return said.slot_id if said is not None and isinstance(said.slot_id, int) else None

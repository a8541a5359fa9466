"""Saved views: a name for a filter, each person's own."""

from longshelf.api.route import Call
from longshelf.catalog import shapes


def browse(call: Call) -> shapes.ViewList:
    return call.services.views.browse(call.user_id, call.query["page"], call.query["page_size"])


def save(call: Call) -> shapes.View:
    return call.services.views.save(call.user_id, call.body.name, call.body.query)


def delete(call: Call) -> None:
    call.services.views.remove(call.user_id, call.path["view_id"])

"""Saved views: a name for a filter, each person's own."""

from longshelf.api import messages
from longshelf.api.route import Answer, Call


def browse(call: Call) -> Answer:
    return Answer.of(call.services.editing.views(call.viewer))


def save(call: Call) -> messages.View:
    body: messages.SaveView = call.body
    return call.services.editing.save_view(call.viewer, body.name, body.query)


def delete(call: Call) -> None:
    call.services.editing.delete_view(call.viewer, call.path["view_id"])

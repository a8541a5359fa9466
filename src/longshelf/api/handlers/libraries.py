"""Libraries: what there is, adding and removing one, starting a scan, and what could not be read."""

from longshelf.api import messages
from longshelf.api.route import Answer, Call
from longshelf.catalog import shapes


def browse(call: Call) -> Answer:
    return Answer.of(call.services.libraries.browse(call.viewer))


def one(call: Call) -> shapes.LibraryInfo:
    return call.services.libraries.one(call.viewer, call.path["library_id"])


def create(call: Call) -> shapes.LibraryInfo:
    body: messages.CreateLibrary = call.body
    library = call.services.libraries.create(call.viewer, body.name, tuple(body.folders), body.options)
    if body.scan:
        call.services.work.scan(call.viewer, library.id, full=False)
    return library


def delete(call: Call) -> None:
    call.services.libraries.delete(call.viewer, call.path["library_id"])


def scan(call: Call) -> messages.Job:
    body: messages.StartScan = call.body or messages.StartScan()
    return call.services.work.scan(call.viewer, call.path["library_id"], full=body.full)


def issues(call: Call) -> Answer:
    return Answer.of(call.services.libraries.issues(call.viewer, call.path["library_id"], call.query["page"], call.query["page_size"]))

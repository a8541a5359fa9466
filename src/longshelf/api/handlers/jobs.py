"""Jobs: what runs, what ran, and stopping or repeating it."""

from longshelf.api.route import Call
from longshelf.catalog import shapes


def browse(call: Call) -> shapes.JobList:
    query = call.query
    return call.services.work.browse(query["state"], query["kind"], query["page"], query["page_size"], within=_known(call))


def one(call: Call) -> shapes.Job:
    return call.services.work.one(call.viewer, call.path["job_id"], within=_known(call))


def cancel(call: Call) -> shapes.Job:
    return call.services.work.cancel(call.viewer, call.path["job_id"], within=_known(call))


def retry(call: Call) -> shapes.Job:
    return call.services.work.retry(call.viewer, call.path["job_id"], within=_known(call))


def _known(call: Call) -> frozenset[int] | None:
    """The libraries whose jobs this administrator may know of."""
    return call.services.libraries.known(call.viewer)

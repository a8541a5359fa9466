"""Jobs: what runs, what ran, and stopping or repeating it."""

from longshelf.api.route import Call
from longshelf.catalog import shapes


def browse(call: Call) -> shapes.JobList:
    query = call.query
    return call.services.work.browse(query["state"], query["kind"], query["page"], query["page_size"])


def one(call: Call) -> shapes.Job:
    return call.services.work.one(call.viewer, call.path["job_id"])


def cancel(call: Call) -> shapes.Job:
    return call.services.work.cancel(call.path["job_id"])


def retry(call: Call) -> shapes.Job:
    return call.services.work.retry(call.path["job_id"])

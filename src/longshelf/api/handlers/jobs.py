"""Jobs: what runs, what ran, and stopping or repeating it."""

from longshelf.api import messages
from longshelf.api.route import Answer, Call


def browse(call: Call) -> Answer:
    query = call.query
    return Answer.of(call.services.work.browse(query["state"], query["kind"], query["page"], query["page_size"]))


def one(call: Call) -> messages.Job:
    return call.services.work.one(call.path["job_id"])


def cancel(call: Call) -> messages.Job:
    return call.services.work.cancel(call.path["job_id"])


def retry(call: Call) -> messages.Job:
    return call.services.work.retry(call.path["job_id"])

"""What a person may like, in numbered pages."""

from longshelf.api.route import Answer, Call


def browse(call: Call) -> Answer:
    page, size = call.query["page"], call.query["page_size"]
    return Answer(body=call.services.recommended.browse(call.viewer, call.filters(), page, size))

"""The server about itself: the OpenAPI document, its page, and health."""

from longshelf.api import messages
from longshelf.api.route import Answer, Call


def openapi(call: Call) -> Answer:
    raise NotImplementedError
def docs(call: Call) -> Answer:
    raise NotImplementedError
def alive(call: Call) -> messages.Health:
    raise NotImplementedError
def ready(call: Call) -> Answer:
    raise NotImplementedError

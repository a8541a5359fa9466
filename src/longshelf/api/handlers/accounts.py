"""Who is asking: the first administrator, signing in and out, and API keys."""

from longshelf.api import messages
from longshelf.api.route import Answer, Call


def setup_state(call: Call) -> messages.SetupState:
    raise NotImplementedError
def setup(call: Call) -> Answer:
    raise NotImplementedError
def session(call: Call) -> messages.Session:
    raise NotImplementedError
def sign_in(call: Call) -> Answer:
    raise NotImplementedError
def sign_out(call: Call) -> Answer:
    raise NotImplementedError
def keys(call: Call) -> Answer:
    raise NotImplementedError
def create_key(call: Call) -> messages.NewKey:
    raise NotImplementedError
def delete_key(call: Call) -> None:
    raise NotImplementedError

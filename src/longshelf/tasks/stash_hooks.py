"""What Stash's plugin tells through the web: something changed, or is gone. The address holds a token of the library's own.

The rule: a message is a reason to look and nothing more. It is never believed: what it says is gone is asked for like everything
suspected."""

import hashlib
import hmac

from longshelf.errors import Invalid, NotFound
from longshelf.model.kinds import LibraryType
from longshelf.model.times import SECOND
from longshelf.sources.stash.kinds import Remote
from longshelf.store import libraries, mirror, settings
from longshelf.store.database import Database, Transaction
from longshelf.store.libraries import Library
from longshelf.tasks import sync

DELAY_SECONDS = 3.0  # a scan of Stash's tells of each file: the messages of a while are one reason to look
TYPES = {
    "Tag": Remote.TAG,
    "Studio": Remote.STUDIO,
    "Performer": Remote.PERFORMER,
    "Group": Remote.GROUP,
    "Movie": Remote.GROUP,
    "Gallery": Remote.GALLERY,
    "Scene": Remote.SCENE,
    "Image": Remote.IMAGE,
}


def token(database: Database, library: Library) -> str:
    """The library's own. It follows from the installation's secret and how often it was changed, so nothing is kept that could be read."""
    secret = settings.secret(database)
    with database.read() as connection:
        return _token(connection, secret, library)


def change_token(database: Database, library: Library) -> str:
    """Another one; the one before is nobody's from now on. Invalid for a library that mirrors nothing."""
    if library.type is not LibraryType.STASH:
        raise Invalid("library", f"{library.name} is a {library.type} library; only Stash libraries have a hook")
    with database.write_quietly() as connection:
        settings.put(connection, _changed(library), settings.get(connection, _changed(library), 0) + 1)
    return token(database, library)


def _token(connection: Transaction, secret: bytes, library: Library) -> str:
    changed = settings.get(connection, _changed(library), 0)
    text = f"stash hook {library.id} {library.created_at}{f' {changed}' if changed else ''}".encode()
    return hmac.new(secret, text, hashlib.sha256).hexdigest()[:40]


def _changed(library: Library) -> str:
    """The name under which is kept how often the token was changed."""
    return settings.secret_name(f"stash_hook.{library.id}")


def heard(database: Database, given: str, kind: str, remote_id: int | None) -> float:
    """Takes a message in: a sync follows, which begins in so many seconds; what changes until then is in it. NotFound for a token that is
    nobody's."""
    library = _library(database, given)
    name, _, what = kind.partition(".")
    if what.startswith("Destroy") and remote_id is not None and name in TYPES and 0 < remote_id < 2**31:
        with database.write_quietly() as connection:
            mirror.suspect(connection, library.id, TYPES[name], [remote_id])
    job = sync.request(database, library, delay=DELAY_SECONDS)
    return round(min(DELAY_SECONDS, max(0.0, (job.run_after - database.clock()) / SECOND)), 3)


def _library(database: Database, given: str) -> Library:
    """Every token is compared, and in constant time: how long it takes tells nothing."""
    secret = settings.secret(database)
    with database.read() as connection:
        listed = [library for library in libraries.listed(connection) if library.type is LibraryType.STASH and library.state != "removing"]
        tokens = [_token(connection, secret, library).encode() for library in listed]
    matching = [library for library, token_of in zip(listed, tokens, strict=True) if hmac.compare_digest(token_of, given.encode())]
    if not matching:
        raise NotFound("There is no such hook.")
    return matching[0]

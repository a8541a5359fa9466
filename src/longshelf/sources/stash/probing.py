"""Trying an address and a key before they are kept: is it a Stash, does it let us in, what does it hold.

The rule: one try, and an answer within seconds, for a person waits; whatever it says, nothing of the server's own text but its version is
repeated, and the key never."""

import time
from typing import Literal

import msgspec

from longshelf.errors import Invalid, SourceDrifted, SourceError, SourceRefused
from longshelf.sources import addresses
from longshelf.sources.stash import options as stash_options
from longshelf.sources.stash.client import Client, ClosedToAll, Failed, KeyRefused, NotUnderstood, SentElsewhere
from longshelf.sources.stash.kinds import KINDS, Remote
from longshelf.sources.stash.options import StashOptions
from longshelf.sources.stash.schema import Described, Schema, introspection

Trouble = Literal["address", "private", "offline", "redirect", "refused", "closed", "not_stash", "too_old"]
PATIENCE_SECONDS = 8.0
VERSION_LENGTH = 40  # characters
KEY_TEXT = "copy it whole, as one line"


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """What was found. `trouble` is None when it can be mirrored; else `message` says what to do. `missing` are fields we would like that
    this version lacks; `counts` by kind."""

    url: str
    trouble: Trouble | None = None
    message: str = ""
    version: str | None = None
    counts: dict[str, int] = {}
    missing: list[str] = []
    milliseconds: int = 0


class _Count(msgspec.Struct, frozen=True):
    count: int = 0


class _Version(msgspec.Struct, frozen=True):
    version: str | None = None


class _Told(msgspec.Struct, frozen=True):
    version: _Version | None = None


def probe(url: str, api_key: str, *, private: bool) -> Probe:
    """Never raises for what a server or an address may be."""
    began = time.monotonic()
    tidy = url.strip()
    try:
        tidy = stash_options.tidy(url)
        addresses.check_url(tidy, private=private)
    except Invalid as error:
        trouble: Trouble = "private" if "LONGSHELF_PRIVATE_URLS" in error.reason else "address"
        return Probe(url=tidy if trouble == "private" else "", trouble=trouble, message=_sentence(error.reason))
    if not api_key.isprintable() or not api_key.isascii():
        return Probe(url=tidy, trouble="refused", message=_sentence(f"The API key has characters no key has: {KEY_TEXT}"))
    client = Client(StashOptions(url=tidy), api_key, attempts=1, patience=PATIENCE_SECONDS, private=private)
    try:
        return msgspec.structs.replace(_ask(client, tidy), milliseconds=round((time.monotonic() - began) * 1000))
    except SourceError as error:
        return Probe(url=tidy, trouble=_trouble(error), message=_message(error, api_key))
    finally:
        client.close()


def _ask(client: Client, url: str) -> Probe:
    schema = Schema(client.ask(introspection(), {}, dict[str, Described | None]))
    told = client.ask("query Version { version { version } }", {}, _Told).version
    version = told.version[:VERSION_LENGTH] if told and told.version and told.version.isprintable() else None
    kinds = sorted(schema.kinds)
    asked = " ".join(f'{kind}: {KINDS[kind].many}(filter: {{ per_page: 0, page: 1, sort: "id" }}) {{ count }}' for kind in kinds)
    counts = client.ask(f"query Counts {{ {asked} }}", {}, dict[str, _Count])
    return Probe(
        url=url,
        version=version,
        counts={str(kind): counts[kind].count for kind in Remote if kind in counts},
        missing=schema.missing,
    )


_KINDS: tuple[tuple[type[SourceError], Trouble], ...] = (
    (SentElsewhere, "redirect"),
    (KeyRefused, "refused"),
    (ClosedToAll, "closed"),
    (SourceRefused, "private"),  # the peer's own address is not called
    (NotUnderstood, "not_stash"),
    (Failed, "not_stash"),
    (SourceDrifted, "not_stash"),
)


def _trouble(error: SourceError) -> Trouble:
    if isinstance(error, SourceDrifted) and "version of Stash" in str(error):
        return "too_old"
    return next((trouble for kind, trouble in _KINDS if isinstance(error, kind)), "offline")


def _message(error: SourceError, api_key: str) -> str:
    if isinstance(error, KeyRefused) and not api_key:
        return "This Stash asks for an API key. Make one in Stash under Settings, Security, and copy it here."
    if isinstance(error, NotUnderstood | Failed):
        return "Something answers there, but it is no Stash. Check the address and the port; Stash's own is 9999."
    return str(error)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"

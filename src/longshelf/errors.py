"""Every failure Longshelf raises on purpose, as one tree.

Raise where the reason is known; each protocol translates once (`api/problems.py` for HTTP, `cli/main.py` for the shell).
Messages are written for the person who has to do something about them.

    LongshelfError
      NotFound          no such thing, or not for this viewer: the two look the same from outside
        ScreenRemoved   the display of a screen was removed: the screen may forget its code (HTTP 410)
      Invalid           the caller can fix the input; carries `field` and `reason`
        BadQuery        an unknown sort, field, filter or cursor (HTTP 400)
        OutOfRange      a number outside its documented range (HTTP 422)
      Conflict          the state forbids it now (already exists, already running)
      Denied
        NotSignedIn     no valid session or key
        NotAllowed      signed in, but not permitted
      SourceError       a folder or remote failed
        SourceOffline   not mounted, not reachable: nothing may be deleted because of it
        SourceRefused   reachable, but it does not let us in
        SourceDrifted   reachable, but it does not speak as it should: another version, or not what it was
        SourceLocked    reachable, but busy with itself; soon it will answer
        Unreadable      one file cannot be read; becomes a scan issue, never stops a scan
      StoreUnavailable  the database cannot be used now: disk full, not writable, made by a newer version, not reachable
      Cancelled         a person or a shutdown asked this work to stop
"""


class LongshelfError(Exception):
    """Root of the tree. `str(error)` is the sentence shown to a person."""


class NotFound(LongshelfError):
    """No such thing, or not for this viewer."""


class ScreenRemoved(NotFound):
    """An administrator removed the display of this screen: its code is over for good."""


class Invalid(LongshelfError):
    """The caller can fix this. `field` names the input ("" when it is the whole), `reason` says what to do."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}" if field else reason)
        self.field = field
        self.reason = reason


class BadQuery(Invalid):
    """An unknown or contradictory filter, sort or cursor."""


class OutOfRange(Invalid):
    """A number outside its documented range."""


class Conflict(LongshelfError):
    """The present state forbids it."""


class Denied(LongshelfError):
    """Root of the two ways of being turned away."""


class NotSignedIn(Denied):
    """No valid session or key came with the request."""


class NotAllowed(Denied):
    """Signed in, but this is not permitted."""


class SourceError(LongshelfError):
    """A folder or a remote server failed."""


class SourceOffline(SourceError):
    """Not mounted or not reachable. Absence proves nothing: never delete because of it."""


class SourceRefused(SourceError):
    """Reachable, but access is refused."""


class SourceDrifted(SourceError):
    """It answers, but not in the form that was agreed: asking again changes nothing."""


class SourceLocked(SourceError):
    """It is busy with itself (its database is locked); asking again soon is right."""


class Unreadable(SourceError):
    """One file cannot be read or is not what it claims; `str()` is the reason kept in the scan issue."""


class StoreUnavailable(LongshelfError):
    """The database cannot be used now; `str()` says what to do about it."""


class Cancelled(LongshelfError):
    """Somebody asked this work to stop; what was committed stays."""

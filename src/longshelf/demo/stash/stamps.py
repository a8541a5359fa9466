"""The clock of a Stash host: moments written as Stash stores them.

The rule: a stamp is text, RFC 3339 in whole seconds with the host's own offset at that moment ("…Z" on a UTC host), and is never
rewritten. A host that changes its zone, or its clock when summer time ends, writes stamps that no longer sort as text."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

START = datetime(2025, 10, 1, 12, 0, 0, tzinfo=UTC).timestamp()


class HostClock:
    """Time stands still until it is moved, so that tests say when things happen, or until it `follows` the machine's.

    `zone` is "UTC", an IANA name ("America/Los_Angeles") or a fixed offset ("-08:00")."""

    def __init__(self, zone: str = "UTC", *, now: float = START) -> None:
        self._zone = zone_of(zone)
        self._now = now
        self._source: Callable[[], float] | None = None

    def move_to(self, zone: str) -> None:
        """The host is set to another zone; stamps written before keep theirs."""
        self._zone = zone_of(zone)

    def set(self, now: float) -> None:
        """Unix seconds. Back is allowed: hosts do that."""
        self._now = now

    def advance(self, seconds: float) -> None:
        self._now += seconds

    def follow(self, source: Callable[[], float]) -> None:
        """From now on it is the time `source` says."""
        self._source = source

    def now(self) -> float:
        return self._now if self._source is None else self._source()

    def stamp(self, moment: float | None = None) -> str:
        """`moment` (Unix seconds; now when None) as this host writes it."""
        at = datetime.fromtimestamp(int(self.now() if moment is None else moment), self._zone)
        return at.isoformat().replace("+00:00", "Z") if at.utcoffset() == timedelta(0) else at.isoformat()


def zone_of(name: str) -> tzinfo:
    """ValueError for what is neither an offset nor a known zone."""
    if name in ("UTC", "Z"):
        return UTC
    if name[:1] in "+-":
        hours, _, minutes = name[1:].partition(":")
        offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
        return timezone(-offset if name[0] == "-" else offset)
    try:
        return ZoneInfo(name)
    except (KeyError, OSError) as error:
        raise ValueError(f"no time zone is called {name!r}") from error

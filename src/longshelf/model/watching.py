"""What counts as watching or reading, from the pings of players: pure logic, one ping at a time.

Time. A ping gives credit for the stretch since the last one of its session, if it was playing then: never for more than GAP of wall
time, nor more than that times the speed, nor more than the place moved on, nor more than the player says. Stretches that another player
of the same person and item has had credit for count once. A clock that went back gives no credit, and things go on from there.

Plays. A *sitting* is watched without a break longer than BREAK, by one player or several. A *way through* is one or more sittings, each
begun where the last one stopped; it ends at FINISHED of the item, or when somebody begins at the beginning again. It counts as one play,
once `enough` of it was watched: half of it, but four minutes at most.

Pings are applied in the order of their numbers; one that comes twice or late changes nothing."""

from typing import Literal

import msgspec

from longshelf.model.times import SECOND

Event = Literal["start", "ping", "pause", "seek", "end"]

FINISHED = 0.95  # of an item; from here on it is no longer something to go on with
BEGUN = 1e-6  # of an item; less is no progress
BEGINNING = 0.02  # of an item: who begins before this begins anew
GAP = 90 * SECOND  # players speak up every ten to thirty seconds; a longer silence is a closed lid
BREAK = 30 * 60 * SECOND
ENOUGH_SECONDS = 240.0
ENOUGH_READING = 30.0  # seconds, where an item has no length


class Place(msgspec.Struct, frozen=True):
    """Where in the item: `seconds` for what has a length, `progress` 0-1 of the whole; None for what is not known."""

    seconds: float | None = None
    progress: float | None = None


NOWHERE = Place()


class Ping(msgspec.Struct, frozen=True, kw_only=True):
    """`at` is when it came, in µs by the server's clock; `seconds` what the player says it played since the last one."""

    seq: int
    event: Event
    at: int
    place: Place = NOWHERE
    seconds: float | None = None
    rate: float = 1.0


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A player as of its last ping. `position` in seconds."""

    seq: int
    at: int
    playing: bool
    position: float | None
    rate: float


class Sitting(msgspec.Struct, frozen=True, kw_only=True):
    """`seconds` watched in it and `passed` in the way through so far; time is given credit for up to `covered_to`. `counted`: 1 when it
    counts as a play, 2 when an earlier sitting of the same way through did."""

    started_at: int
    last_at: int
    covered_to: int
    seconds: float = 0.0
    passed: float = 0.0
    counted: int = 0
    finished: bool = False


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What a ping changes. `seconds` and `plays` (0 or 1) are to be added, `progress` is to be kept unless it is None."""

    session: Session
    sitting: Sitting
    seconds: float
    plays: int
    progress: float | None


def enough(length: float | None) -> float:
    """Seconds of a way through that make it a play, for an item of this length."""
    return min(length / 2, ENOUGH_SECONDS) if length else ENOUGH_READING


def goes_on(sitting: Sitting, at: int, *, same: bool) -> bool:
    """Whether a ping belongs to this sitting. `same` says that its session was part of it; another one may join while it is not over."""
    return at - sitting.last_at <= BREAK and (same or not sitting.finished)


def begun(last: Sitting | None, at: int, progress: float | None) -> Sitting:
    """A new sitting that begins at `progress` (None: where he was), after the `last` one of the same person and item."""
    if last is None or last.finished or (progress is not None and progress < BEGINNING):
        return Sitting(started_at=at, last_at=at, covered_to=at)
    return Sitting(started_at=at, last_at=at, covered_to=at, passed=last.passed, counted=2 if last.counted else 0)


def is_late(session: Session | None, ping: Ping) -> bool:
    """Whether it was applied before, or one that was said after it."""
    return session is not None and ping.seq <= session.seq


def step(session: Session | None, sitting: Sitting, ping: Ping, length: float | None) -> Step:
    """What a ping that is not late does to its session (None: its first) and sitting. `length` of the item in seconds, if it has one."""
    seconds = 0.0 if session is None else _credit(session, sitting, ping)
    was = session is not None and session.playing
    progress = None if ping.event == "start" else ping.place.progress
    passed = sitting.passed + seconds
    plays = int(sitting.counted == 0 and passed >= enough(length))
    return Step(
        session=Session(seq=ping.seq, at=ping.at, playing=_plays_on(ping.event, was=was), position=ping.place.seconds, rate=ping.rate),
        sitting=Sitting(
            started_at=sitting.started_at,
            last_at=ping.at,
            covered_to=_covered_to(session, sitting, ping),
            seconds=sitting.seconds + seconds,
            passed=passed,
            counted=1 if plays else sitting.counted,
            finished=sitting.finished or (progress is not None and progress >= FINISHED),
        ),
        seconds=seconds,
        plays=plays,
        progress=progress,
    )


def _credit(session: Session, sitting: Sitting, ping: Ping) -> float:
    """Seconds of the item that were watched since the session's last ping."""
    if not session.playing or ping.event == "start":
        return 0.0
    wall = min(ping.at - max(session.at, sitting.covered_to), GAP)
    most = max(wall, 0) / SECOND * session.rate
    if ping.event != "seek" and session.position is not None and ping.place.seconds is not None:
        most = min(most, max(ping.place.seconds - session.position, 0.0))
    return most if ping.seconds is None else min(most, ping.seconds)


def _covered_to(session: Session | None, sitting: Sitting, ping: Ping) -> int:
    clock_went_back = ping.at < sitting.covered_to
    ran = session is not None and session.playing and ping.event != "start"
    return ping.at if clock_went_back or ran else sitting.covered_to


def _plays_on(event: Event, *, was: bool) -> bool:
    return was if event == "seek" else event in {"start", "ping"}

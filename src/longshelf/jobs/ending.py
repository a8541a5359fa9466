"""How a task ends. What it raises decides what follows: nothing → done · Cancelled → cancelled, or back to the queue when the worker
stops · Later → back to the queue for a while, however often · an error that another attempt cannot change → failed · any other → tried
again later, until the attempts are used up."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import structlog

from longshelf.errors import Cancelled, Conflict, Denied, Invalid, LongshelfError, NotFound, SourceRefused
from longshelf.jobs.context import Context, Later, Stopping
from longshelf.jobs.pace import SECOND, pause_after
from longshelf.store import jobs

Task = Callable[[Context], object]
"""The work of one kind of job. What it returns (anything JSON can hold) is the job's result."""

HOPELESS = (Invalid, NotFound, Denied, Conflict, SourceRefused)  # the next attempt would end the same way

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ending:
    """The state to write down. `message` None keeps the last one; `result` is JSON; a job that is queued again waits `pause`
    microseconds, and its attempt is forgiven unless `counted`."""

    state: Literal["done", "failed", "cancelled", "queued"]
    message: str | None = None
    result: str | None = None
    pause: int = 0
    counted: bool = True


def attempt(task: Task, context: Context, chance: random.Random) -> Ending:
    """Runs the task once. Only what no task may stop (an interrupt, an exit) comes through."""
    try:
        result = task(context)
        return Ending("done", result=None if result is None else jobs.encode(result))
    except (Stopping, Later) as error:
        return _put_back(error)
    except Cancelled:
        return Ending("cancelled")
    except HOPELESS as error:
        return Ending("failed", message=str(error))
    except LongshelfError as error:
        return _again(context, str(error), chance)
    except Exception as error:
        # The boundary: a bug in one task must not end the worker. Its trace goes to the log, its name to the person.
        _log.exception("job crashed", job=context.claim.job_id, kind=context.claim.kind)
        return _again(context, f"{type(error).__name__}: {error}", chance)


def _put_back(error: Stopping | Later) -> Ending:
    if isinstance(error, Later):
        return Ending("queued", message=str(error), pause=int(error.seconds * SECOND), counted=False)
    return Ending("queued", counted=False)


def _again(context: Context, message: str, chance: random.Random) -> Ending:
    claim = context.claim
    if claim.attempts >= claim.max_attempts:
        return Ending("failed", message=message)
    return Ending("queued", message=message, pause=pause_after(claim.attempts, chance))

"""The thread beside the jobs that looks after displays: whatever is due there is found by one look, and done at once."""

from collections.abc import Callable

import structlog

from longshelf.errors import LongshelfError
from longshelf.tasks.looking import Looking

AGAIN_SECONDS = 5.0  # after a look that failed
_log = structlog.get_logger(__name__)


class Timekeeper(Looking):
    """`look` looks once, and answers for how many seconds to rest."""

    def __init__(self, look: Callable[[], float]) -> None:
        super().__init__("timelines")
        self._once = look

    def _look(self) -> float:
        try:
            return self._once()
        except LongshelfError as error:
            _log.warning("displays cannot be looked after", reason=str(error))
            return AGAIN_SECONDS

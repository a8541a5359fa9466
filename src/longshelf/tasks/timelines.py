"""The thread beside the jobs that looks after displays: whatever is due there is found by one look, and done at once."""

from collections.abc import Callable

from longshelf.tasks.looking import AGAIN_SECONDS, Looking


class Timekeeper(Looking):
    """`look` looks once, and answers for how many seconds to rest."""

    def __init__(self, look: Callable[[], float], again: float = AGAIN_SECONDS) -> None:
        super().__init__("timelines", again)
        self._once = look

    def _look(self) -> float:
        return self._once()

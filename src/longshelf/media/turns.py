"""Turns at one server: so many at once, and of these so many for one person.

The rule: who has as many as one may have waits for one of his own, however many are free; what is asked for nobody in particular waits for
any."""

import asyncio
from collections.abc import Callable

from longshelf.errors import SourceLocked

_ALL = "Too much of this Stash server is being watched at once. Try again soon."
_OWN = "You are watching too much of this Stash server at once. Close some of it, or try again soon."


class Turns:
    """`total` at once, `each` for one person. Belongs to one event loop."""

    def __init__(self, total: int, each: int) -> None:
        self._all = asyncio.Semaphore(total)
        self._most = total, each
        self._people: dict[int | None, _Person] = {}

    async def take(self, who: int | None, wait: float) -> Callable[[], None]:
        """Returns what gives the turn back; call it once. SourceLocked when there is none within `wait` seconds."""
        person = self._people.setdefault(who, _Person(self._most[who is not None]))
        person.asking += 1
        try:
            async with asyncio.timeout(wait):
                await person.turns.acquire()
                try:
                    await self._all.acquire()
                except BaseException:
                    person.turns.release()
                    raise
        except TimeoutError:
            reason = _OWN if person.turns.locked() else _ALL
            self._leave(who, person)
            raise SourceLocked(reason) from None
        except BaseException:
            self._leave(who, person)
            raise

        def give_back() -> None:
            self._all.release()
            person.turns.release()
            self._leave(who, person)

        return give_back

    def _leave(self, who: int | None, person: "_Person") -> None:
        """Nobody is remembered who neither holds nor waits for a turn."""
        person.asking -= 1
        if not person.asking:
            self._people.pop(who, None)


class _Person:
    def __init__(self, most: int) -> None:
        self.turns = asyncio.Semaphore(most)
        self.asking = 0

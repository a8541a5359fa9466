"""Which statements a connection sends."""

from sqlalchemy import Connection, event


class Listening:
    """Collects the statements one connection sends, with their parameters."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.sent: list[tuple[str, object]] = []

    def __enter__(self) -> list[tuple[str, object]]:
        event.listen(self._connection, "before_cursor_execute", self._note)
        return self.sent

    def __exit__(self, *_: object) -> None:
        event.remove(self._connection, "before_cursor_execute", self._note)

    def _note(self, _connection: object, _cursor: object, statement: str, parameters: object, _context: object, _many: bool) -> None:
        self.sent.append((statement, parameters))

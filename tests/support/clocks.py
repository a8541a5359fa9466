"""Time that moves only when a test says so."""

SECOND = 1_000_000


class Clock:
    """Microseconds since 1970, from a fixed morning on."""

    def __init__(self) -> None:
        self.at = 1_700_000_000 * SECOND

    def __call__(self) -> int:
        return self.at

    def forward(self, seconds: float) -> None:
        self.at += int(seconds * SECOND)

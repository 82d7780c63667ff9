"""One deadline after another, kept by one thread for all of them.

Rule: the thread only counts, and ends what is late from outside; whoever is late hears of it there.
"""

import threading
from collections.abc import Callable
from typing import Self

TICKS = 20  # a deadline is kept to a twentieth of itself, and is never too short


class Deadline:
    """Ends, by calling `end`, what takes longer than `seconds`: each block that it stands around.

    To start a thread for each request costs more than anything else that is done for one.
    """

    def __init__(self, seconds: float, end: Callable[[], None]) -> None:
        self.passed = False  # in the last block
        self._end = end
        self._tick = seconds / TICKS
        self._left = 0  # ticks; none are left to what is not under way
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._count, name="deadline", daemon=True)

    def __enter__(self) -> Self:
        with self._lock:
            self.passed = False
            self._left = TICKS + 1  # the first of them may be nearly over
        if self._thread.ident is None:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._left = 0

    def close(self) -> None:
        """Keep no more deadlines."""
        self._over.set()

    def _count(self) -> None:
        while not self._over.wait(self._tick):
            with self._lock:
                if self._left:
                    self._left -= 1
                    self.passed = self._left == 0
                    if self.passed:
                        self._end()

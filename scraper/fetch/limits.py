"""What a client may ask for, how long it waits, and the clock it waits by.

Rule: pure; nothing here waits or asks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from scraper.models import Exchange

# Answers that a later try may better: RFC 9110 §15.5.9, §15.6, RFC 6585 §4.
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Clock:
    """The time, as the composition root gives it: `now` in UTC, `monotonic` and `sleep` in s."""

    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a run may ask for and how long it may wait; times in seconds, sizes in bytes."""

    max_requests: int | None = None
    run: float | None = None  # for all of it: then nothing more is asked, and what came is kept
    max_body: int = 16 * 1024 * 1024
    max_robots: int = 500 * 1024  # RFC 9309 §2.5: at least 500 KiB are read
    max_redirects: int = 5
    deadline: float = 60.0  # for a whole response, from connecting to its last byte
    stall: float = 20.0  # without a byte
    attempts: int = 4
    backoff: float = 2.0  # the first wait; doubled each time
    longest_wait: float = 600.0  # a host that asks for more is left for this run
    failures: int = 5  # requests in a row that came to nothing, until the host is given up
    robots_age: timedelta = timedelta(hours=24)  # RFC 9309 §2.4


USUAL = Limits()


def header_of(exchange: Exchange, name: str) -> str | None:
    """Return the first response header of this name (in lower case)."""
    return next((value for key, value in exchange.headers if key.lower() == name), None)


def retry_after(exchange: Exchange, now: datetime) -> float | None:
    """Return the seconds that Retry-After asks for, in either form (RFC 9110 §10.2.3)."""
    said = (header_of(exchange, "retry-after") or "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds())

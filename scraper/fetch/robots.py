"""What a host's robots.txt says, by RFC 9309.

Rule: pure. 4xx allows everything, 5xx and no answer nothing (§2.3.1); what is past the bound of
its size does not count (§2.5).
"""

import re
import zlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from protego import Protego

from scraper.fetch.limits import header_of
from scraper.models import Exchange

AGENT: Final = "Mikroscope"  # the product token that robots.txt files can address
# Some address it with a version, which is no part of the token (§2.2.1), and mean it all the same.
_VERSION = re.compile(rf"^(\s*user-agent\s*:\s*{AGENT})/[^\r\n]*", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Robots:
    """A host's rules, None where everything is forbidden, and the exchange that said so."""

    rules: Protego | None
    read_at: datetime
    exchange: Exchange | None = None
    reason: str = ""

    @property
    def delay(self) -> float:
        """The seconds that it asks to leave between two requests; 0 where it asks for none."""
        asked = self.rules.crawl_delay(AGENT) if self.rules else None
        return float(asked or 0)

    def refusal(self, url: str) -> str:
        """Return why a URL may not be asked; empty where it may."""
        if self.rules is None:
            return self.reason
        return "" if self.rules.can_fetch(url, AGENT) else "robots.txt forbids it"


def allowing(now: datetime) -> Robots:
    """Return the rules of a host that has none."""
    return Robots(Protego.parse(""), now)


def forbidding(now: datetime, reason: str) -> Robots:
    """Return the rules of a host whose robots.txt cannot be had."""
    return Robots(None, now, reason=f"robots.txt cannot be had ({reason})")


def read_robots(exchange: Exchange, now: datetime, most: int) -> Robots:
    """Read what answered for robots.txt, `most` bytes of it."""
    if exchange.status >= 500:
        return Robots(None, now, exchange, f"robots.txt answers {exchange.status}")
    text = _text(exchange, most) if exchange.status == 200 else b""
    lines = _VERSION.sub(r"\1", text.decode("utf-8-sig", "replace"))
    return Robots(Protego.parse(lines), now, exchange)


def _text(exchange: Exchange, most: int) -> bytes:
    """Return the body, unzipped where a server zips though it was asked not to."""
    if exchange.body.startswith(b"\x1f\x8b") and header_of(exchange, "content-encoding"):
        with suppress(zlib.error):
            return zlib.decompressobj(zlib.MAX_WBITS + 16).decompress(exchange.body, most)
    return exchange.body

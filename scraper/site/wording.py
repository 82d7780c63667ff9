"""How facts are worded for a reader: dates, initials, paragraphs, links that are safe to follow.

Rule: pure functions, no HTML made by hand; templates escape what comes out of here.
"""

import json
import re
import unicodedata
from datetime import date, datetime
from urllib.parse import urlsplit

from markupsafe import Markup

STUDIOS = {"Paris": "paris", "Bangalore": "bangalore", "Montréal": "montreal"}
LANGUAGES = {"en": "English", "fr": "French"}
_PARAGRAPH = re.compile(r"\n\s*\n")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_NO_DIGIT = re.compile(r"\D")
# As JSON can say them otherwise (RFC 8259 §7); the last two end a line in JavaScript.
_NO_MARKUP = {ord(mark): f"\\u{ord(mark):04x}" for mark in "<>&\u2028\u2029"}


def day(iso: str | None) -> str:
    """Return `2023-03-27` (or a UTC time) as `27 March 2023`; what is no date stays as it is."""
    try:
        parsed = datetime.fromisoformat(iso or "").date()
    except ValueError:
        return iso or ""
    return f"{parsed.day} {_month(parsed)} {parsed.year}"


def month(iso: str | None) -> str:
    """Return `2023-03-27` as `March 2023`."""
    try:
        parsed = datetime.fromisoformat(iso or "").date()
    except ValueError:
        return iso or ""
    return f"{_month(parsed)} {parsed.year}"


def span(when: str | None) -> str:
    """Return `2023-03` as `March 2023`; a year, or what is neither, stays as it is."""
    return (
        month(f"{when}-01")
        if len(when or "") == 7 and month(f"{when}-01")[:1].isalpha()
        else when or ""
    )


def _month(when: date) -> str:
    """Return the English name of a month, whatever the machine's locale."""
    names = "January February March April May June July August September October November December"
    return names.split()[when.month - 1]


def initials(name: str) -> str:
    """Return the first letters of the first and last word of a name, as capitals."""
    words = [word for word in re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", name)) if word]
    return (
        "".join(word[0] for word in dict.fromkeys((words[0], words[-1]))).upper() if words else "?"
    )


def paragraphs(text: str | None) -> list[str]:
    """Return the paragraphs of a stored text: they are parted by a blank line."""
    return [part.strip() for part in _PARAGRAPH.split(text or "") if part.strip()]


def web_link(url: str | None) -> str | None:
    """Return `url` if it is one that a reader may follow (https), else None."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return url if parts.scheme == "https" and parts.netloc else None


def wayback(source: str, url: str, captured_at: str) -> str | None:
    """Return the address of a capture at the Wayback Machine, None where it came from elsewhere."""
    time = _NO_DIGIT.sub("", captured_at)[:14]
    known = source == "wayback" and len(time) == 14 and url.startswith(("https://", "http://"))
    return f"https://web.archive.org/web/{time}/{url}" if known else None


def studio_class(studio: str | None) -> str:
    """Return the CSS class of a studio's colour and ring."""
    return f"at-{STUDIOS.get(studio or '', 'none')}"


def language(code: str) -> str:
    """Return the English name of a language of the series."""
    return LANGUAGES.get(code, code)


def thousands(number: int | None) -> str:
    """Return a whole number with a thin space between thousands, `0` for none."""
    return f"{number or 0:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def json_text(told: object) -> str:
    """Return `told` as JSON a person can read."""
    return json.dumps(told, ensure_ascii=False, indent=1)


def contact_link(contact: str | None) -> str | None:
    """Return the address to follow of a contact: an e-mail address or a page (https), else None."""
    text = (contact or "").strip()
    return f"mailto:{text}" if _MAIL.fullmatch(text) else web_link(text)


def data_block(told: object) -> Markup:
    """Return `told` as JSON that may stand in a `<script>` of data: nothing in it ends the element."""
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.translate(_NO_MARKUP))  # noqa: S704 - no character of markup is left

"""Reading pages: bytes and URL in, frozen dataclasses out.

Rule: no network, disk, database or clock; a page that cannot be read raises a typed error.
"""

import re
from typing import Any

from scraper.errors import BadInput, TooLarge
from scraper.models import Interview
from scraper.reading.decode import as_utf8
from scraper.reading.html import MAX_BYTES, read_html
from scraper.reading.interview import asked_on, read_interview
from scraper.reading.page import Page
from scraper.reading.plain import read_rest, read_text

__all__ = ["as_contract", "check_page", "read_page"]

_HTML = re.compile(
    rb"<(?:!doctype|html|head|body|p|div|h[1-6]|br|table|article|section|span|ul|li|font|center)\b",
    re.IGNORECASE,
)
_NOTHING = b" \t\r\n\x00"
_LOOK = 4096  # bytes at the start that tell what a file is
_CONTROL = bytes([*range(0x01, 0x09), *range(0x0E, 0x1B)])  # characters that no text has


def read_page(body: bytes, url: str, *, media_type: str | None = None) -> Interview:
    """Return what a page says.

    `body` is the page as bytes, `url` its address, `media_type` its Content-Type (with charset) or
    None to find out. HTML, extracted text and WordPress REST post objects are read.

    Raises NotOfTheSeries with the reason, BadInput for what is empty or no text, TooLarge.
    """
    return read_interview(_to_page(body, url, media_type), url)


def check_page(body: bytes, url: str, *, media_type: str | None = None) -> None:
    """Raise what `read_page` would raise of the same page, without reading all of it."""
    asked_on(_to_page(body, url, media_type), url)


def _to_page(body: bytes, url: str, media_type: str | None) -> Page:
    if len(body) > MAX_BYTES:
        raise TooLarge(f"{url}: {len(body)} bytes; more than {MAX_BYTES} no page has")
    text = as_utf8(body, media_type)
    start = text[:_LOOK]
    if not start.strip(_NOTHING) and not text.strip(_NOTHING):
        raise BadInput(f"{url}: empty")
    kind = (media_type or "").split(";")[0].strip().lower()
    if _is_binary(start) or (kind and not kind.startswith("text/") and not _is_markup(kind)):
        raise BadInput(f"{url}: neither HTML nor text")
    if kind.endswith("json") or (not kind and start.lstrip().startswith((b"{", b"[{"))):
        return read_rest(text.decode(), url)
    if kind == "text/plain" or not (kind == "text/html" or _is_markup(kind) or _HTML.search(start)):
        return read_text(text.decode())
    return read_html(text, url)


def _is_binary(start: bytes) -> bool:
    """Tell whether more than one byte in fifty is a control character."""
    return len(start) - len(start.translate(None, _CONTROL)) > len(start) // 50


def _is_markup(kind: str) -> bool:
    return kind.endswith(("html", "xml", "json"))


def as_contract(interview: Interview) -> dict[str, Any]:
    """Return the object that `parse` prints: the contract's keys, ready for JSON."""
    return {
        "series": interview.series,
        "url": interview.url,
        "lang": interview.lang,
        "title": interview.title,
        "standfirst": interview.standfirst,
        "category": interview.category,
        "published": interview.published.isoformat() if interview.published else None,
        "person": interview.person,
        "role": interview.role,
        "role_detail": interview.role_detail,
        "studio": interview.studio,
        "intro": interview.intro,
        "nominators": [named.name for named in interview.nominators],
        "nominees": [named.name for named in interview.nominees],
        "answers": [
            {
                "position": answer.position,
                "question_id": answer.question_id,
                "question": answer.question,
                "answer": answer.answer,
            }
            for answer in interview.answers
        ],
        "images": [
            {"url": image.url, "alt": image.alt, "caption": image.caption}
            for image in interview.images
        ],
        "call_to_action": interview.call_to_action,
        "left_over": list(interview.left_over),
        "quotes": dict(interview.quotes),
    }

"""Bytes → UTF-8: which encoding a page is in, whatever its labels claim.

Rule: every byte sequence becomes text; nothing here fails. UTF-8 stays as it is, without a copy.
Order: byte order mark, valid UTF-8, the header's charset, the page's own, then windows-1252 (the
fallback of the WHATWG HTML standard, 13.2.3.2, for pages of western languages).
"""

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MARKS = tuple(bom for bom, _ in _BOMS)
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_META_CHARSET = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,400}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE
)
_LOOK = 4096  # bytes at the start in which a page states its own encoding
# Labels that the WHATWG Encoding standard reads as windows-1252.
_WESTERN = frozenset(
    ("ascii", "us-ascii", "iso-8859-1", "iso8859-1", "latin1", "latin-1", "cp1252", "windows-1252")
)


def as_utf8(body: bytes, media_type: str | None = None) -> bytes:
    """Return the text of a page; `media_type` is its Content-Type header, with parameters."""
    if not body.startswith(_MARKS):
        try:
            # A page that is valid UTF-8 with an accent in it is UTF-8, whatever its labels say.
            body.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return body
    return _decode(body, media_type).encode("utf-8", "replace")


def _decode(body: bytes, media_type: str | None) -> str:
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(encoding, "replace")
    for label in _labels(body, media_type):
        if label in _WESTERN:
            break
        try:
            return body.decode(label, "replace")
        except LookupError:
            continue
    return _western(body)


def _labels(body: bytes, media_type: str | None) -> list[str]:
    found = []
    if media_type and (header := _HEADER_CHARSET.search(media_type)):
        found.append(header.group(1).lower())
    if meta := _META_CHARSET.search(body, 0, _LOOK):
        found.append(meta.group(1).decode("ascii", "replace").lower())
    # A page that says UTF-8 and has a few bad bytes is UTF-8 still; one with none good is not.
    return [label for label in found if label not in ("utf-8", "utf8") or _mostly_utf8(body)]


def _mostly_utf8(body: bytes) -> bool:
    text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(1 for c in text if c > "\x7f") - bad
    return good > bad


def _western(body: bytes) -> str:
    """Decode windows-1252 as browsers do: its five undefined bytes stand for themselves."""
    return body.decode("cp1252", "mikroscope-passthrough")


def _pass_through(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("mikroscope-passthrough", _pass_through)

"""A WARC record as bytes: made, digested, packed, and its body unpacked again.

Rule: pure, and exact to the byte. Records are made by hand and not by warcio, because warcio
re-encodes HTTP headers and digests with SHA-1.
"""

import base64
import hashlib
import re
import uuid
import zlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from scraper.errors import ArchiveError, BadInput, TooLarge
from scraper.models import Exchange

PROFILES = {
    "server-not-modified": "http://netpreserve.org/warc/1.1/revisit/server-not-modified",
    "identical-payload-digest": "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
}
MAX_BODY = 64 * 1024 * 1024  # bytes of a decoded body; no page of the series has a hundredth
_FED = 4096  # bytes of a compressed body at a time
Pairs = Sequence[tuple[str, str]]


def serialise(headers: Pairs, content_type: str, block: bytes) -> bytes:
    """Return a whole WARC 1.1 record (§4), its block digested."""
    lines = [
        *headers,
        ("WARC-Block-Digest", warc_digest(block)),
        ("Content-Type", content_type),
        ("Content-Length", str(len(block))),
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in lines)
    return b"".join((b"WARC/1.1\r\n", head.encode(), b"\r\n", block, b"\r\n\r\n"))


def http_block(line: str, headers: Pairs, body: bytes, charset: str = "latin-1") -> bytes:
    """Return an HTTP message; Transfer-Encoding goes, since the body stands as it was sent in it."""
    kept = [(name, value) for name, value in headers if name.lower() != "transfer-encoding"]
    head = "".join(f"{name}: {value}\r\n" for name, value in kept)
    return b"".join((f"{line}\r\n{head}\r\n".encode(charset, "replace"), body))


def response_block(exchange: Exchange) -> bytes:
    """Return an exchange's response as an HTTP message."""
    line = f"{exchange.http_version} {exchange.status} {exchange.reason}".rstrip()
    return http_block(line, exchange.headers, exchange.body)


def pack(record: bytes) -> bytes:
    """Return one gzip member; the same record gives the same bytes."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS + 16)
    return deflater.compress(record) + deflater.flush()


def widened(member: bytes, size: int) -> bytes:
    """Return a gzip member of ours made `size` bytes long by an extra field (RFC 1952 §2.3.1.1).

    What follows it in a file stays where it was. A member that is longer, or too short for one field
    to help (see WIDEST), is returned as it is.
    """
    missing = size - len(member)
    if not 0 < missing <= WIDEST:
        return member
    return _wide_header(missing) + member[len(PLAIN_HEADER) :]


def _wide_header(missing: int) -> bytes:
    """Return a member's header that is so many bytes longer than the plain one."""
    flags, rest = PLAIN_HEADER[:3], PLAIN_HEADER[4:]
    if missing == 1:
        return flags + b"\x10" + rest + b"\x00"  # an empty comment; an extra field has two bytes
    extra = missing - 2
    field = b"MK" + (extra - 4).to_bytes(2, "little") if extra >= 4 else b""
    return flags + b"\x04" + rest + extra.to_bytes(2, "little") + field.ljust(extra, b"\x00")


def is_our_header(data: bytes) -> bool:
    """Tell whether gzip data begins with a header of ours: no checksum covers its bytes."""
    if data.startswith(PLAIN_HEADER):
        return True
    start = len(PLAIN_HEADER)
    missing = 1 if data[3:4] == b"\x10" else 2 + int.from_bytes(data[start : start + 2], "little")
    return data.startswith(_wide_header(missing))


# What each of our gzip members begins with, and by how many bytes a header can be longer.
PLAIN_HEADER = pack(b"")[:10]
WIDEST = 2 + 0xFFFF


def header_in(pairs: Iterable[tuple[str, str]], name: str) -> str | None:
    """Return the first header of this name, whatever its case."""
    wanted = name.lower()
    return next((value for key, value in pairs if key.lower() == wanted), None)


def http_type(kind: str) -> str:
    """Return the content type of a record that holds an HTTP message (WARC 1.1 §6.3)."""
    return f"application/http; msgtype={kind}"


def new_record_id() -> str:
    """Return a new WARC-Record-ID."""
    return f"<urn:uuid:{uuid.uuid4()}>"


def warc_date(at: datetime) -> str:
    """Return a WARC-Date: UTC, to the microsecond where there is one (WARC 1.1 §5.4)."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_date(text: str) -> datetime:
    """Read a WARC-Date, with any number of digits after the second. Raises BadInput."""
    try:
        found = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    except ValueError:
        raise BadInput(f"expected a WARC-Date, found {text!r}") from None
    return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)


def hex_digest(payload: bytes) -> str:
    """Return a payload's digest as a Capture has it."""
    return f"sha256:{hashlib.sha256(payload).hexdigest()}"


def warc_digest(payload: bytes) -> str:
    """Return a digest as a WARC header has it."""
    return f"sha256:{base64.b32encode(hashlib.sha256(payload).digest()).decode()}"


def from_base32(stated: str) -> str:
    """Return a SHA-256 digest of a WARC header in hexadecimal; others stay as they are."""
    name, _, value = stated.partition(":")
    if name.lower() != "sha256" or len(value) == 64:
        return stated
    try:
        return f"sha256:{base64.b32decode(value).hex()}"
    except ValueError:
        return stated


def to_base32(digest: str) -> str:
    """Return a Capture's digest as a WARC header has it."""
    name, _, value = digest.partition(":")
    return (
        f"sha256:{base64.b32encode(bytes.fromhex(value)).decode()}" if name == "sha256" else digest
    )


def decoded(body: bytes, encoding: str | None, limit: int = MAX_BODY) -> bytes:
    """Undo Content-Encoding (RFC 9110 §8.4): gzip and deflate, also twice.

    Raises TooLarge past `limit` bytes, ArchiveError where the body is cut off or the coding is not
    known. A body that does not begin as its header says is taken as it is: other tools decode
    bodies and leave the header.
    """
    for name in reversed([part.strip().lower() for part in (encoding or "").split(",")]):
        if name in {"", "identity"}:
            continue
        if name not in {"gzip", "x-gzip", "deflate"}:
            raise ArchiveError(f"expected a body in gzip or deflate, found Content-Encoding {name}")
        body = _gunzip(body, limit) if name.endswith("gzip") else _undeflate(body, limit)
    if len(body) > limit:
        raise TooLarge(f"expected at most {limit} bytes in a body")
    return body


def _gunzip(body: bytes, limit: int) -> bytes:
    """Undo gzip, all members of it, within `limit`; what is no gzip is returned as it is."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    pieces, size, start = [], 0, 0
    while body.startswith(b"\x1f\x8b", start):
        piece, start = _member(body, start, limit - size)
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)


def _member(body: bytes, start: int, limit: int) -> tuple[bytes, int]:
    """Return what one gzip member holds, and where it ends.

    It is fed in small pieces: a bomb of a million members must not be copied a million times.
    """
    inflater = zlib.decompressobj(zlib.MAX_WBITS + 16)
    pieces, size, place = [], 0, start
    while not inflater.eof:
        if place >= len(body):
            raise ArchiveError("expected a whole compressed body, found one that is cut off")
        fed = body[place : place + _FED]
        place += len(fed)
        try:
            pieces.append(inflater.decompress(fed, limit - size + 1))
        except zlib.error as error:
            raise ArchiveError(f"expected a compressed body: {error}") from error
        size += len(pieces[-1])
        if size > limit:
            raise TooLarge(f"expected at most {limit} bytes in a decoded body")
    return b"".join(pieces), place - len(inflater.unused_data)


def _undeflate(body: bytes, limit: int) -> bytes:
    """Undo deflate, with the zlib frame that RFC 9110 asks for or without, as some servers do."""
    for bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        try:
            return _inflated(body, bits, limit)
        except ArchiveError:
            continue
    return body


def _inflated(body: bytes, bits: int, limit: int) -> bytes:
    """Return decompressed bytes; TooLarge past `limit`."""
    inflater = zlib.decompressobj(bits)
    try:
        whole = inflater.decompress(body, limit + 1)
    except zlib.error as error:
        raise ArchiveError(f"expected a compressed body: {error}") from error
    if len(whole) > limit:
        raise TooLarge(f"expected at most {limit} bytes in a decoded body")
    if not inflater.eof:
        raise ArchiveError("expected a whole compressed body, found one that is cut off")
    return whole


def one_line(error: Exception) -> str:
    """Return an error's text on one line."""
    return " ".join(str(error).split())[:200] or type(error).__name__

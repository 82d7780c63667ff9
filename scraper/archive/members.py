"""A segment as a file: its gzip members, where they are whole, cut off or damaged.

Rule: a member that is whole is never touched.
"""

import mmap
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scraper.archive.reading import MAX_RECORD
from scraper.archive.record import one_line

_CHUNK = 16 * 1024  # bytes read at a time
_LEAVE = 16 * 1024 * 1024  # bytes after which what was read is given back to the system
_GZIP = b"\x1f\x8b\x08"


@dataclass(frozen=True, slots=True)
class Member:
    """One gzip member of a segment; no data, and the problem, where it cannot be read."""

    offset: int
    end: int
    data: bytes | None
    problem: str = ""
    cut: bool = False


def members(path: Path) -> Iterator[Member]:
    """Yield a segment's members; after a damaged one go on with the next that is whole."""
    with mapped(path) as data:
        position = left = 0
        while position < len(data):
            if position - left > _LEAVE and isinstance(data, mmap.mmap):
                left = position // mmap.PAGESIZE * mmap.PAGESIZE
                data.madvise(mmap.MADV_DONTNEED, 0, left)
            try:
                content, end = inflate(data, position)
            except EOFError as error:
                following = _next_whole(data, position + 1)
                yield Member(position, following, None, str(error), following == len(data))
                position = following
            except (zlib.error, ValueError) as error:
                following = _next_whole(data, position + 1)
                blank = following == len(data) and not data[position:].strip(b"\x00")
                yield Member(position, following, None, one_line(error), blank)
                position = following
            else:
                yield Member(position, end, content)
                position = end


@contextmanager
def mapped(path: Path) -> Iterator[bytes | mmap.mmap]:
    """Map a file into memory while the block lasts."""
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield data


def inflate(data: bytes | mmap.mmap, start: int) -> tuple[bytes, int]:
    """Return one member's content and where it ends; EOFError if it is cut off."""
    inflater = zlib.decompressobj(zlib.MAX_WBITS + 16)
    pieces, size, position = [], 0, start
    while not inflater.eof:
        chunk = data[position : position + _CHUNK]
        if not chunk:
            raise EOFError("the gzip member is cut off")
        piece = inflater.decompress(chunk)
        pieces.append(piece)
        size += len(piece)
        position += len(chunk)
        if size > MAX_RECORD:
            raise ValueError(f"the record has more than {MAX_RECORD} bytes")
    return b"".join(pieces), position - len(inflater.unused_data)


def has_idle_bits(member: bytes, content: bytes) -> bool:
    """Tell whether bits are set behind the end of a member's data, in the byte in which it ends.

    `content` is what the member holds. No checksum covers those few bits, and every writer leaves them zero. A bit is one of them if the
    member says the same without it (RFC 1951 §3.1.1, RFC 1952 §2.3).
    """
    last = len(member) - 9  # CRC32 and length follow, four bytes each
    if last < 0 or member[last] == 0:
        return False
    without = member[last] ^ 1 << member[last].bit_length() - 1
    try:
        other, end = inflate(member[:last] + bytes([without]) + member[last + 1 :], 0)
    except (EOFError, zlib.error, ValueError):
        return False
    return end == len(member) and other == content


def cut_back(path: Path) -> list[str]:
    """Cut an incomplete last member off a segment and say so; remove a segment left empty."""
    last = None
    for last in members(path):
        if last.data is None and not last.cut:
            return [f"{path.name}: damaged at {last.offset}: {last.problem}; left as it is"]
    if last is not None and last.data is not None:
        return []
    keep = last.offset if last is not None else 0
    if keep == 0:
        path.unlink()
        return [f"{path.name}: removed, a run was stopped before its first record"]
    lost = path.stat().st_size - keep
    with path.open("r+b") as file:
        file.truncate(keep)
        os.fsync(file.fileno())
    return [f"{path.name}: a run was stopped; {lost} bytes of an incomplete record cut off"]


def _next_whole(data: bytes | mmap.mmap, start: int) -> int:
    """Return where the next whole member that holds a WARC record begins, else the end."""
    position = data.find(_GZIP, start)
    while position >= 0:
        try:
            if inflate(data, position)[0].startswith(b"WARC/"):
                return position
        except (EOFError, zlib.error, ValueError):
            pass  # these three bytes begin no member; the search goes on
        position = data.find(_GZIP, position + 1)
    return len(data)

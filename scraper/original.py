"""The original of what is published: from a capture, a post or a URL to the bytes that were received.

Rule: what is printed is read out of the archive; the database is only asked which capture is meant.
"""

import re
from collections.abc import Callable
from contextlib import closing

from scraper import database
from scraper.archive import Archive
from scraper.errors import ArchiveError, BadInput, WrongUsage
from scraper.folder import DataFolder
from scraper.models import Capture
from scraper.urls import canonical

_ENDING = ".warc.gz"
_PLACE = re.compile(rf"(?P<file>[^/\n]+?)(?:{re.escape(_ENDING)})?@(?P<offset>\d{{1,18}})")
_SHOWS = frozenset({200, 304, None})  # status of a capture that shows the page
# What has a readable id, and the capture that its row leads to; of a post also where to look for a
# newer one.
_LEADS = (
    "SELECT capture_id, url FROM posts WHERE id = ?1",
    "SELECT capture_id FROM versions WHERE id = ?1",
    "SELECT capture_id FROM answers JOIN posts ON posts.id = post_id WHERE answers.id = ?1",
    "SELECT capture_id FROM evidence JOIN posts ON posts.id = post_id WHERE evidence.id = ?1",
)


def find(
    what: str, offset: int | None, folder: DataFolder, forgotten: Callable[[str], bool]
) -> Capture:
    """Return the capture that is meant by `what`.

    That is a capture's id or a segment's name with `@OFFSET` (or `offset` by itself), a URL (its
    newest capture that shows the page), or the id of a post, version, answer or quote. Only the
    last needs a database. `forgotten` tells of a canonical URL that it was erased. Raises
    ArchiveError, BadInput, DatabaseError, WrongUsage.
    """
    archive = Archive(folder.archive)
    place = what if offset is None else f"{what}@{offset}"
    if found := _PLACE.fullmatch(place):
        return archive.capture_at(f"{found['file']}{_ENDING}", int(found["offset"]))
    if offset is not None:
        raise WrongUsage(f"expected the name of a segment before the offset, got {what!r}")
    if what.lower().startswith(("http://", "https://")):
        return _newest(canonical(what), archive, forgotten)
    # The capture that is published comes first: where it is damaged, no other is printed for it.
    return [find(place, None, folder, forgotten) for place in _led_to(what, folder)][-1]


def records(capture: Capture, folder: DataFolder) -> list[bytes]:
    """Return the heads, WARC's and HTTP's, of a capture's record and of the one that it repeats.

    Each ends with an empty line. Raises ArchiveError.
    """
    return [_head(record) for record in Archive(folder.archive).whole(capture)]


def payload(capture: Capture, folder: DataFolder) -> bytes:
    """Return the page as it was received, its Content-Encoding undone; a revisit's is repeated.

    Raises ArchiveError where the record, or what it repeats, is damaged or missing.
    """
    return Archive(folder.archive).read(capture)


def _newest(url: str, archive: Archive, forgotten: Callable[[str], bool]) -> Capture:
    if forgotten(url):
        raise BadInput(f"{url}: was erased on request")
    found = [c for c in archive.captures() if c.url == url]
    showing = [c for c in found if c.http_status in _SHOWS]
    if not showing:
        raise BadInput(f"{url}: {'never found' if found else 'not in the archive'}")
    return max(showing, key=lambda c: (c.captured_at, c.file, c.offset))


def _led_to(what: str, folder: DataFolder) -> list[str]:
    """Return the capture's id, and of a post its URL, to which a row of the database leads."""
    with closing(database.opened(folder.database)) as connection:
        for sql in _LEADS:
            for places in connection.execute(sql, (what,)):
                return list(map(str, places))
    raise BadInput(
        f"{what}: expected a capture (FILE@OFFSET), a URL,"
        " or the id of a post, version, answer or quote"
    )


def _head(record: bytes) -> bytes:
    """Return a record's WARC headers, and its HTTP headers if it has some, each with its end."""
    warc, gap, block = record.partition(b"\r\n\r\n")
    if not gap:
        raise ArchiveError("expected a record with headers")
    if b"\r\nContent-Type: application/http" not in warc:
        return warc + gap
    return warc + gap + b"".join(block.partition(b"\r\n\r\n")[:2])

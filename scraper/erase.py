"""Forgetting a post or a person on request: archive, database and exports.

Rule: first the tombstone, then the archive, then what is derived; a run that is killed in between
is finished by asking again, and nothing that was forgotten is published meanwhile.
"""

from collections.abc import Callable
from dataclasses import dataclass

from scraper import names
from scraper.archive import Archive
from scraper.errors import BadInput
from scraper.folder import DataFolder
from scraper.models import Series
from scraper.tombstones import Tombstones
from scraper.urls import canonical


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased: how many posts, and from which segments of the archive."""

    urls: int
    segments: tuple[str, ...]


def forget(what: str, folder: DataFolder, read_series: Callable[[DataFolder], Series]) -> Forgotten:
    """Erase a post (by URL) or a person (by name or id) from the archive, leaving a tombstone.

    The database and the exports are the caller's to make again. Raises BadInput where the archive
    knows no such post or person.
    """
    tombstones = Tombstones.load(folder.tombstones)
    archive = Archive(folder.archive)
    if what.lower().startswith(("http://", "https://")):
        urls = {canonical(what)}
        known = any(canonical(c.url) in urls for c in archive.captures())
        if not known and not tombstones.has_url(canonical(what)):
            raise BadInput(f"{what}: not in the archive")
    else:
        urls, spellings = _of_person(what, read_series(folder))
        if not spellings and not tombstones.has_person(what):
            raise BadInput(f"{what}: nobody of that name is in the archive")
        for spelling in sorted(spellings):
            tombstones = tombstones.with_person(spelling)
    for url in sorted(urls):
        tombstones = tombstones.with_url(url)
    tombstones.save(folder.tombstones)
    segments = archive.without(lambda url: tombstones.has_url(canonical(url)))
    return Forgotten(len(urls), tuple(segments))


def _of_person(what: str, series: Series) -> tuple[set[str], set[str]]:
    """Return a person's posts and the spellings of the name that posts use."""
    wanted = names.key(what.replace("-", " "))
    person = next((p for p in series.people if wanted in (names.key(p.name), names.key(p.id))), None)
    if person is None:
        return set(), set()
    own = {post.url for post in series.posts if post.person_id == person.id}
    spellings = {person.name}
    for post in series.posts:
        for version in post.versions:
            reading = version.reading
            if post.url in own and reading.person:
                spellings.add(reading.person)
    return own, spellings



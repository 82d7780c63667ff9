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
    """What was erased: how many posts, from which segments; `damage` could not be looked into."""

    posts: int
    segments: tuple[str, ...]
    damage: tuple[str, ...] = ()


def forget(what: str, folder: DataFolder, read_all: Callable[[DataFolder], Series]) -> Forgotten:
    """Erase a post (by URL) or a person (by name or id) from the archive, leaving a tombstone.

    `read_all` returns what the archive tells, forgotten or not. The database and the exports are
    the caller's to make again, and the folder is the caller's to lock. Raises BadInput where the
    archive knows no such post or person.
    """
    tombstones = Tombstones.load(folder.tombstones)
    archive = Archive(folder.archive)
    archive.repair()  # what a killed run left may hold what is to go
    if what.lower().startswith(("http://", "https://")):
        urls, spellings = _of_url(canonical(what), archive, tombstones), set[str]()
    else:
        urls, spellings = _of_person(what, read_all(folder), tombstones)
    for spelling in sorted(spellings):
        tombstones = tombstones.with_person(spelling)
    for url in sorted(urls):
        tombstones = tombstones.with_url(url)
    tombstones.save(folder.tombstones)
    segments = archive.without(tombstones.has_url)
    damage = tuple(f"{d.file}, offset {d.offset}: {d.message}" for d in archive.verify())
    return Forgotten(len(urls), tuple(segments), damage)


def _of_url(url: str, archive: Archive, tombstones: Tombstones) -> set[str]:
    if not any(capture.url == url for capture in archive.captures()):
        # What was forgotten before may be asked again: a killed run is finished so.
        if tombstones.has_url(url):
            return set()
        raise BadInput(f"{url}: not in the archive")
    return {url}


def _of_person(what: str, series: Series, tombstones: Tombstones) -> tuple[set[str], set[str]]:
    """Return a person's posts and every spelling of the name."""
    wanted = names.key(what)
    meant = [
        person
        for person in series.people
        if what == person.id or (wanted and wanted in map(names.key, person.spellings))
    ]
    if not meant and not tombstones.has_person(what):
        raise BadInput(f"{what}: nobody of that name is in the archive")
    if len(meant) > 1:
        ids = ", ".join(person.id for person in meant)
        raise BadInput(f"{what}: several people are called so; say which by id: {ids}")
    return (
        {post.url for person in meant for post in series.posts if post.person_id == person.id},
        {spelling for person in meant for spelling in person.spellings},
    )

"""Forgetting a post or a person on request: archive, lists of addresses, and what killed runs left.

Rule: first the tombstone, then the archive, then what is derived; a run that is killed in between
is finished by asking again, and nothing that was forgotten is published meanwhile.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urljoin

from scraper import names
from scraper.archive import Archive
from scraper.errors import ArchiveError, BadInput, WrongUsage
from scraper.folder import DataFolder
from scraper.models import Person, Series
from scraper.text import fold
from scraper.tombstones import Tombstones
from scraper.urls import canonical, slug_of

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PAGES = frozenset({200, 304, None})


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased, and what is left to a person to see to.

    `posts` of the series and `pages` beside them (other pages about the person, old addresses)
    left the archive's `segments`. `damage` could not be looked into, `mentions` are lines of files
    that people write, `told_by` the posts of others that name the person in their own words.
    """

    posts: int
    pages: int
    segments: tuple[str, ...]
    damage: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    told_by: tuple[str, ...] = ()


@dataclass(slots=True)
class _Meant:
    """What one request is about: canonical URLs of posts and of other pages, and spellings."""

    posts: set[str]
    pages: set[str]
    spellings: set[str]
    told_by: tuple[str, ...] = ()


def forget(what: str, folder: DataFolder, read_all: Callable[[DataFolder], Series]) -> Forgotten:
    """Erase a post (by URL) or a person (by name or id) from the archive, leaving a tombstone.

    `read_all` returns what the archive tells, forgotten or not. The database and the exports are
    the caller's to make again, and the folder is the caller's to lock. Raises BadInput where nothing
    here knows such a post or person.
    """
    tombstones = Tombstones.load(folder.tombstones)
    archive = Archive(folder.archive)
    archive.repair()  # what a killed run left may hold what is to go
    _clear_leftovers(folder)
    known = _known_urls(archive, folder)
    if what.lower().startswith(("http://", "https://")):
        meant = _of_url(canonical(what), known, tombstones)
    else:
        meant = _of_person(what, read_all(folder), known, tombstones)
    meant.pages |= _leading_to(meant.posts | meant.pages, archive)
    tombstones = tombstones.with_these(meant.posts | meant.pages, meant.spellings)
    tombstones.save(folder.tombstones)
    segments = archive.without(tombstones.has_url, tombstones.names_person)
    _clear_known_urls(folder, tombstones)
    return Forgotten(
        posts=len(meant.posts),
        pages=len(meant.pages),
        segments=tuple(segments),
        damage=tuple(f"{d.file}, offset {d.offset}: {d.message}" for d in archive.verify()),
        mentions=tuple(_mentions(folder, _needles(what, meant))),
        told_by=meant.told_by,
    )


def _known_urls(archive: Archive, folder: DataFolder) -> dict[str, bool]:
    """Return every URL that is heard of here, canonical, and whether the archive has captures of it."""
    known = dict.fromkeys((c.url for c in archive.captures()), True)
    for url in (*archive.memory(), *folder.known_urls()):
        try:
            known.setdefault(canonical(url), False)
        except WrongUsage:
            continue  # a list may hold anything; what is no URL is never asked for
    return known


def _of_url(url: str, known: Mapping[str, bool], tombstones: Tombstones) -> _Meant:
    # What was forgotten before may be asked again: a killed run is finished so.
    if url not in known and not tombstones.has_url(url):
        raise BadInput(f"{url}: not in the archive")
    return _Meant({url} if known.get(url) else set(), set() if known.get(url) else {url}, set())


def _of_person(
    what: str, series: Series, known: Mapping[str, bool], tombstones: Tombstones
) -> _Meant:
    """Return a person's posts, the other pages about them, and every spelling of the name."""
    wanted = names.key(what)
    meant = [
        person
        for person in series.people
        if what == person.id or (wanted and wanted in map(names.key, person.spellings))
    ]
    if not meant and not tombstones.has_person(what):
        raise BadInput(f"{what}: nobody of that name is in the archive")
    if len(meant) > 1:
        which = ", ".join(person.id for person in meant)
        raise BadInput(f"{what}: several people are called so; say which by id: {which}")
    owners = {post.url: post.person_id for post in series.posts}
    ids = {person.id for person in meant}
    spellings = {spelling for person in meant for spelling in person.spellings}
    about = {url for url in known if url not in owners and _is_about(url, spellings or {what})}
    return _Meant(
        posts={url for url, owner in owners.items() if owner in ids},
        pages=about,
        spellings=spellings,
        told_by=tuple(_told_by(series, meant, owners)),
    )


def _is_about(url: str, spellings: Iterable[str]) -> bool:
    """Tell whether a page's address is made of a person's whole name; one word is no whole name."""
    slug = f" {fold(unquote(slug_of(url) or ''))} "
    folded = map(fold, spellings)
    return any(" " in name and f" {name} " in slug for name in folded)


def _told_by(series: Series, meant: list[Person], owners: Mapping[str, str]) -> Iterator[str]:
    """Yield the posts of others that say who named the person, or whom the person named."""
    ids = {person.id for person in meant}
    told = {
        evidence.post_id
        for nomination in series.nominations
        if ids & {nomination.nominator_id, nomination.nominee_id}
        for evidence in nomination.evidence
    }
    for post in series.posts:
        if post.id in told and owners[post.url] not in ids:
            yield post.url


def _leading_to(urls: set[str], archive: Archive) -> set[str]:
    """Return the URLs that only redirect to one of these, also by way of another.

    Of a URL that had a page of its own, only the redirect goes.
    """
    leads: dict[str, set[str]] = {}
    captures = list(archive.captures())
    pages = {c.url for c in captures if c.http_status in _PAGES}
    for capture in captures:
        if capture.http_status in _REDIRECTS and capture.url not in pages:
            try:
                target = canonical(urljoin(capture.url, archive.header(capture, "location") or ""))
            except (ArchiveError, WrongUsage):
                continue  # leads nowhere, or is damaged, which is told of
            leads.setdefault(capture.url, set()).add(target)
    found = set(urls)
    while more := {url for url, targets in leads.items() if targets & found} - found:
        found |= more
    return found - urls


def _clear_leftovers(folder: DataFolder) -> None:
    """Remove databases and exports that a killed run did not finish."""
    for left in folder.root.glob(".mikroscope.*"):
        left.unlink()
    for left in folder.root.glob(f".{folder.exports.name}.*"):
        shutil.rmtree(left)


def _clear_known_urls(folder: DataFolder, tombstones: Tombstones) -> None:
    """Take what was forgotten out of the folder's own list of addresses; other lines stay."""
    path = folder.root / "known_urls.txt"
    if not path.exists():
        return
    lines = path.read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not _lists(line, tombstones)]
    if kept != lines:
        beside = path.with_name(".mikroscope.known_urls.txt")
        with beside.open("w", encoding="utf-8", newline="") as file:
            file.writelines(kept)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)


def _lists(line: str, tombstones: Tombstones) -> bool:
    address, _, comment = line.partition("#")
    try:
        return tombstones.has_url(canonical(address)) or tombstones.names_person(comment)
    except WrongUsage:
        return tombstones.names_person(line)


def _needles(what: str, meant: _Meant) -> set[str]:
    """Return what would tell of it in a text, folded: the name's spellings, the pages' slugs."""
    urls = [*meant.posts, *meant.pages, *([what] if "://" in what else [])]
    slugs = (slug_of(url) for url in urls)
    said = [*meant.spellings, *([] if "://" in what else [what])]
    return {f" {folded} " for text in (*said, *slugs) if (folded := fold(unquote(text or "")))}


def _mentions(folder: DataFolder, needles: set[str]) -> Iterator[str]:
    """Yield the lines of files that people write, or keep here, which still tell of it."""
    made = (folder.archive, folder.exports)
    for path in sorted(folder.root.rglob("*")):
        ours = path.name.startswith(folder.database.name) or path in _kept_by_us(folder)
        if ours or not path.is_file() or any(place in path.parents for place in made):
            continue
        with path.open(encoding="utf-8", errors="replace") as file:
            for number, line in enumerate(file, start=1):
                folded = f" {fold(unquote(line))} "
                if any(needle in folded for needle in needles):
                    yield f"{path.relative_to(folder.root)}, line {number}"


def _kept_by_us(folder: DataFolder) -> tuple[Path, ...]:
    return folder.tombstones, folder.tombstones.with_suffix(".key"), folder.root / "mikroscope.lock"

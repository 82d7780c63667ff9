"""What the program talks about: frozen dataclasses and nothing else.

Rule: no behaviour here. A value that the page does not say is None (one fact) or empty (many).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

SERIES = "under-the-mikroscope"


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of a post; `url` is absolute, None where only its caption is known."""

    url: str | None
    alt: str | None
    caption: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One question as asked and the answer to it, paragraphs parted by a blank line."""

    position: int
    question_id: str | None
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Named:
    """A person named by a post, with the verbatim sentence that does it."""

    name: str
    quote: str


@dataclass(frozen=True, slots=True)
class Interview:
    """What one page says: the `parse` contract. `quotes` are pairs of fact and sentence."""

    url: str
    lang: str
    title: str | None
    standfirst: str | None
    category: str | None
    published: date | None
    person: str | None
    role: str | None
    role_detail: str | None
    studio: str | None
    intro: str | None
    nominators: tuple[Named, ...]
    nominees: tuple[Named, ...]
    answers: tuple[Answer, ...]
    images: tuple[Image, ...]
    call_to_action: str | None
    left_over: tuple[str, ...]
    quotes: tuple[tuple[str, str], ...]
    translations: tuple[tuple[str, str], ...] = ()  # (language, URL), as hreflang says
    series: str = SERIES


@dataclass(frozen=True, slots=True)
class Capture:
    """One stored response or imported file: where it is, and what it is of.

    `url` is canonical; the record keeps what was really asked for. `captured_at` is UTC. `digest` is
    `sha256:` and the hexadecimal digest of the payload as it was transferred (the WARC header holds
    the same in base32); a revisit has that of the payload it repeats. `file` is the name of the WARC file in the archive, `offset` the first byte of the
    record's member in it. `kind` is the WARC record type: response, revisit, resource, conversion.
    A revisit says with `same_as` which capture's payload it repeats, as (URL, WARC-Date).
    """

    url: str
    captured_at: datetime
    source: str
    kind: str
    http_status: int | None
    media_type: str | None
    digest: str
    file: str
    offset: int
    etag: str | None = None
    last_modified: str | None = None
    same_as: tuple[str, str] | None = None
    stored_url: str | None = None  # the record's own URL, where it is not the canonical one


@dataclass(frozen=True, slots=True)
class Exchange:
    """One GET request and the response to it.

    `url` is what was asked for, `final_url` what answered after redirects; `hops` are the exchanges
    that redirected, oldest first. Headers are pairs in the order sent, read as latin-1 so that any
    byte comes back as it was. `body` is as transferred: Content-Encoding kept, chunking removed.
    """

    url: str
    final_url: str
    status: int
    reason: str
    http_version: str
    request_headers: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, str], ...]
    body: bytes
    started_at: datetime
    hops: tuple["Exchange", ...] = ()
    truncated: bool = False  # more came than was wanted


@dataclass(frozen=True, slots=True)
class Run:
    """One crawl or import as the archive remembers it; `finished` is None if it was cut short."""

    id: str
    source: str
    started: datetime
    finished: datetime | None = None
    requests: int = 0
    bytes: int = 0
    fetched: int = 0
    unchanged: int = 0
    gone: int = 0
    failed: int = 0
    notes: tuple[str, ...] = ()
    new: int = 0
    changed: int = 0
    found: tuple[tuple[str, int], ...] = ()  # how many posts each kind of list named


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check reports. `severity` is error, warning or note; `post` is a post's id."""

    severity: str
    code: str
    message: str
    post: str | None = None
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """One person, whatever the spellings; `studio` and `role` are the latest known."""

    id: str
    name: str
    studio: str | None
    role: str | None
    spellings: tuple[str, ...] = ()  # as posts write the name


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the archive something stands, and of when it is: as much of a capture as is cited."""

    file: str
    offset: int
    captured_at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """A post as one capture shows it; `changed` names the fields that differ from the last one."""

    number: int
    capture: Place
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """A post's id, and whose and which interview it is part of: as much as is held of all at once."""

    id: str
    interview_id: str
    person_id: str
    url: str


@dataclass(frozen=True, slots=True)
class Post:
    """One published page with its versions, oldest first; `shown` is the one that stands for it.

    `readable` says whether what answered last could be read as this post.
    """

    id: str
    interview_id: str
    person_id: str
    url: str
    status: str
    first_seen: datetime
    last_seen: datetime
    versions: tuple[Version, ...]
    shown: Version
    readable: bool = True
    found_by: tuple[str, ...] = ()  # the lists, feeds and links that named it


@dataclass(frozen=True, slots=True)
class Turn:
    """One person's turn in the series: an interview, with a post per language."""

    id: str
    person_id: str
    role: str | None
    studio: str | None
    published: date | None
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sentence of a post that says who named whom; `end` says whose post it is."""

    post_id: str
    end: str
    quote: str


@dataclass(frozen=True, slots=True)
class Nomination:
    """A directed edge, nominator → nominee, with the sentences that say so."""

    id: str
    nominator_id: str
    nominee_id: str
    status: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Numbers:
    """What was counted: rows by table, shares of posts (0 to 1) by fact, findings by code."""

    counts: Mapping[str, int] = field(default_factory=dict)
    shares: Mapping[str, float] = field(default_factory=dict)
    findings: Mapping[str, int] = field(default_factory=dict)


def nothing_kept(url: str) -> Interview:
    """Say that no reading is kept."""
    raise KeyError(url)


@dataclass(frozen=True, slots=True)
class Series:
    """Everything the archive tells: what the database is loaded from.

    What is too much for memory is read when it is asked for: `posts`, `captures` and `findings`
    (those of a post together) can be gone through again and again, `reading` returns what the post
    at a URL shows.
    """

    people: tuple[Person, ...] = ()
    turns: tuple[Turn, ...] = ()
    posts: Iterable[Post] = ()
    nominations: tuple[Nomination, ...] = ()
    captures: Iterable[Capture] = ()
    runs: tuple[Run, ...] = ()
    findings: Iterable[Finding] = ()
    reading: Callable[[str], Interview] = nothing_kept
    numbers: Numbers = field(default_factory=Numbers)

"""Reading the head of a post: person and role of the title, studio, date, language.

Rule: what the title says counts before the intro, the intro before the standfirst; a fact that was
read out of a sentence comes with that sentence.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from scraper import names
from scraper.text import fold, sentences, tidy, unaccented, without_emoji

# ── Title ─────────────────────────────────────────────────────────────────────────────────────────
_SERIES = re.compile(r"^.*?\bmi[ck]roscopes?\b(?:\s+(?:series|interview))?", re.IGNORECASE)
_UNDER = re.compile(
    r"(?:\b(?:under|sous|au|inside)\s+)?(?:\b(?:the|le)\s+)?\bmi[ck]roscopes?\b.*$", re.IGNORECASE
)
# «Under the Mikroscope #12: Ada», «… with Ada», «… Meet Ada»: what leads from the series to a name.
_LEADS = re.compile(
    r"^(?:(?:#|n[°o]\s?|episode\s+)?\d+\b|(?:meet|with|avec|featuring|feat\.?|starring|presents|rencontre avec|interview with)\b)[\s:–—|,-]*(?=\w)",
    re.IGNORECASE,
)
_ENDS = " \u00a0!?:,;.|–—-\"“”«»'’‘•·()[]/"  # of a title, once the series' name is off
_PART = re.compile(r"\s+[–—‒―-]+\s+|\s*[,:|•·]\s+|\s+\|\s+|\s+[–—]|[–—]\s+")
_CITY = (
    r"(?:Paris|Bangalore|Bengaluru|Montr[ée]al|Li[èe]ge|London|Londres|India|Inde|France|Canada)"
)
_NOT_WITHIN = r"(?!\B\w)"  # nothing that is looked for begins within a word: most places end here
# «at Mikros Animation Paris», «chez Mikros Animation à Paris», «@ Mikros», «(Mikros Animation)».
# Whatever the company's name is: «at NAME Animation»; «of» and «de» lead to departments too.
_OWN = r"(?i:(?:the\s+)?mikros(?:\s+animation)?)"
_COMPANY = rf"(?:{_OWN}|(?:the\s+)?[A-ZÀ-Ý][\w’'-]*\s+(?i:animation))(?i:\s+studios?)?"
_WHERE = rf"(?i:(?:\s*[,–—|(-]?\s*(?:\b(?:in|à|de|at)\s+)?{_CITY})?)"
_AT_STUDIO = re.compile(
    rf"{_NOT_WITHIN}\s*(?:"
    rf"(?:[,–—|-]\s*)?(?:\b(?i:at|chez|à|for|with|from)|@)\s*{_COMPANY}(?:['’]s)?{_WHERE}\)?\s*$"
    rf"|\b(?i:of|de|pour)\s+{_OWN}{_WHERE}\)?\s*$"
    rf"|[,–—|(-]\s*(?:(?i:at|chez)\s+)?{_COMPANY}{_WHERE}\)?\s*$"
    rf"|(?:[,–—|-]\s*|\b(?:in|at|à)\s+|\()(?:our\s+|the\s+)?(?i:{_CITY})(?:\s+studio)?\)?\s*$)",
)
_SITE_NAME = re.compile(
    r"\s+[|–—•·-]\s+(?:Mikros(?:\s+Animation)?|[A-ZÀ-Ý][\w’'-]*\s+Animation)(?:\s+Studios?)?\s*$"
)

# ── Studio ────────────────────────────────────────────────────────────────────────────────────────
_STUDIOS = (
    ("Paris", r"paris(?:iens?|iennes?|ian)?"),
    ("Bangalore", r"bangalore|bengaluru|bangalorean"),
    ("Montréal", r"montreal(?:ais|aise|aises|er|ers)?"),
)
_CITIES = "|".join(f"({city})" for _, city in _STUDIOS)
# … as «Ombrelle Animation in Paris», then as «our teams in Paris».
_SAID = tuple(
    re.compile(rf"\b{before}(?:{_CITIES})\b")
    for before in (r"animation(?: studios?)?(?: (?:a|in|de|at))? ", "")
)
# «After Paris and Bangalore, it's Montreal's turn»: where the series has been before.
_BEFORE = re.compile(r"\b(?:after|following|apres|suite a)\b[^,;.!?]*[,;]?")

# ── Date ──────────────────────────────────────────────────────────────────────────────────────────
_MONTHS = {
    name: number
    for number, names_ in enumerate(
        (
            "january janvier jan janv",
            "february fevrier feb fev fevr",
            "march mars mar",
            "april avril apr avr",
            "may mai",
            "june juin jun",
            "july juillet jul juil",
            "august aout aug",
            "september septembre sep sept",
            "october octobre oct",
            "november novembre nov",
            "december decembre dec",
        ),
        start=1,
    )
    for name in names_.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|mon|tue|wed|thu|fri|sat|sun)"
_ON = r"(?:(?:published|posted|publie|updated|date|on|le|the|mis en ligne|posted on)\s+)*"
_DAY_FIRST = re.compile(
    rf"^{_ON}(?:{_WEEKDAY} )?(?:the |le )?(\d{{1,2}})(?:st|nd|rd|th|er)?(?: of)? ({_MONTH}) (\d{{4}})(?: (?:at|a) .{{1,9}}| \d{{1,2}} ?(?:h|\d).{{0,6}})?$"
)
_MONTH_FIRST = re.compile(
    rf"^{_ON}(?:{_WEEKDAY} )?({_MONTH}) (\d{{1,2}})(?:st|nd|rd|th)? (\d{{4}})$"
)
_NUMERIC = re.compile(rf"^{_ON}(\d{{1,2}}) (\d{{1,2}}) (\d{{4}}|\d\d)$")
# A date among other words of a short line, as «Posted on 27 March 2023 in Talent Spotlights».
_WITHIN = re.compile(
    r"(?<!\d)\d{1,2}(?:st|nd|rd|th|er)?[ \u00a0\u202f]+[^\W\d_]{3,9}\.?[ \u00a0\u202f,]+\d{4}\b|\b\d{1,2}[./]\d{1,2}[./]\d{4}\b"
    r"|\b[^\W\d_]{3,9}\.?[ \u00a0]\d{1,2}(?:st|nd|rd|th)?,?[ \u00a0]\d{4}\b"
)
_SEPARATING = re.compile("[|·•»›/–—,-]")  # one of them
_SEPARATORS = re.compile(  # most letters begin none
    r"(?=[\s|·•»›,])(?:\s*[|·•»›]\s*|\s+[/–—-]\s+|\s*,\s+|^\s+|\s+$)"
)
_DIGIT = re.compile(r"\d")
_ISO = re.compile(r"^\s*(\d{4})-(\d{2})-(\d{2})")

# ── Intro ─────────────────────────────────────────────────────────────────────────────────────────
_AFTER_NAME = re.compile(
    r"^(?:[’'‘ʼ]s)?(?:\s+turn)?\s*(?:[,–—:(|-]|\s(?:is|est|as|en tant que|notre|our|une?|an?|the|la|le)\s)\s*"
)
_ROLE_ENDS = re.compile(
    _NOT_WITHIN
    + r"\s*(?:[,;]\s*(?=(?:who|qui|to|for|tells?|talks?|shares?|answers?|speaks?|gives?|plays?|looks? back|opens?|joins?|lets|invites|explains?|reveals?|nominated|named|chosen|nomm[ée]e?|d[ée]sign[ée]e?|choisie?|based|since|depuis|r[ée]pond|parle|nous|vous|de|pour|is|est|has|was|and|et|afin|our|notre|as|in|[àa]|at|chez|il|elle|he|she|let|d[ée]couvr\w+|the next|it|c)\b)"
    r"|\b(?:who|qui|which|to (?:answer|tell|speak|talk|share|go|take|be|pass|play)|tells|talks|shares|answers|speaks|gives|reveals|opens|takes|plays|is|was|has|joins|since|depuis|nominated by|nomm[ée]e? par|r[ée]pond|partage|raconte|parle|nous|vous|se|passe|est|de r[ée]pondre|pour r[ée]pondre|de se|d[’']y|[àa] r[ée]pondre|of (?:answering|going))\b"
    r"|\b(?:at|chez|@|from|for|with)\s+(?:the\s+|our\s+)?(?:Mikros|[A-ZÀ-Ý][\w’'-]*\s+Animation|studio)|\b(?:in|at|à|de|from)\s+(?:our\s+|the\s+)?"
    + _CITY
    + r"|[:!?…]|\.(?:\s|$)|\)|$)"
)
_ONE_OF = re.compile(
    r"^(?:one of|l['’]une? d|un de|une de|also|the (?:latest|next|first|new)|le prochain|la prochaine|it\b|c['’]est|now|in turn)",
    re.IGNORECASE,
)
_OUR = re.compile(r"^(?:our|notre|the)\s+(?=\S)", re.IGNORECASE)
_LONGEST = 1500  # characters; no sentence that presents somebody, and no title, is longer
_TITLE_LENGTH = 400
_ROLE_LENGTH = 120
# Sentences that present someone, with the name after or before.
_PRESENTS = re.compile(
    r"\b(?:turn of|turn for|tour (?:de|d)|s turn|start with|begin with|spotlight(?:s|ing)?|introduc\w+|meet|today it s|it s|interview|article about|about|present\w*|c est|commen\w+ (?:avec|par)|rencontr\w+|place a|decouv\w+|welcome|discover|talk(?:s|ed)? (?:with|to)|get to know|known?|under the mi[ck]roscope|au mi[ck]roscope)\b"
)


@dataclass(frozen=True, slots=True)
class Presented:
    """A person as a title or an intro presents them; `quote` is the sentence."""

    person: str | None
    role: str | None
    quote: str | None = None


@lru_cache(maxsize=64)  # the dealing out of a page asks, and then its reading
def read_title(title: str) -> Presented:
    """Return who a title of the series names, and as what, without the studio."""
    title = title[:_TITLE_LENGTH]
    bare = without_emoji(title)
    rest = _SERIES.sub("", bare, count=1).strip(_ENDS)
    if not rest:  # «Ada Byron – Under the Mikroscope»
        rest = _UNDER.sub("", bare).strip(_ENDS)
    rest = _LEADS.sub("", rest)
    if not rest:
        return Presented(None, None)
    parting = _PART.search(rest)
    if parting is None:
        alone = _AT_STUDIO.sub("", rest).strip()
        person, role = _name_then_role(alone)
        return Presented(person, role, title)
    person = rest[: parting.start()].strip()
    role = without_studio(rest[parting.end() :])
    return Presented(person or None, role, title)


def without_studio(role: str) -> str | None:
    """Return a role without the studio it is held at: «CG Supervisor at … Paris» → «CG Supervisor»."""
    role = tidy(role)
    while (shorter := _AT_STUDIO.sub("", role)) != role:
        role = shorter
    return role.strip(" \u00a0,;:–—-|.!") or None


def _name_then_role(text: str) -> tuple[str | None, str | None]:
    """Part «Ada Byron CG Supervisor», with nothing between name and role."""
    words = text.split()
    for at, word in enumerate(words):
        if at and fold(word) in names.ROLE_WORDS and len(word) > 1:
            return " ".join(words[:at]), " ".join(words[at:]).strip("()")
    return text or None, None


def without_site_name(title: str, site_name: str | None) -> str:
    """Return the title of a <title> element without the site's name at its end."""
    if site_name and title.endswith(site_name) and title != site_name:
        title = title[: -len(site_name)].rstrip(" \u00a0|–—•·-»:")
    elif (match := _SITE_NAME.search(title)) and names_person_before(title[: match.start()]):
        title = title[: match.start()]
    return title.strip()


def names_person_before(title: str) -> bool:
    """Tell whether a title says more than the series' name, so that its end may be the site's."""
    return bool(_PART.search(title))


def find_person(paragraphs: Iterable[str], url: str, nominators: Iterable[str]) -> Presented:
    """Return whom the intro presents: for a text whose title is lost.

    A name that the URL spells too counts first, then one in a sentence that presents somebody;
    then what the URL alone says.
    """
    in_url = set(_slug_words(url))
    not_them = {names.key(name) for name in nominators}
    presented: Presented | None = None
    first_name: tuple[str, str] | None = None
    for paragraph in paragraphs:
        for sentence in sentences(paragraph):
            for found in names.find(sentence):
                words = fold(found.name).split()
                if names.key(found.name) in not_them:
                    continue
                if len(words) > 1 and in_url.issuperset(words):
                    return Presented(found.name, None, sentence)
                if len(words) > 1 and presented is None and _PRESENTS.search(fold(sentence)):
                    presented = Presented(found.name, None, sentence)
                if len(words) == 1 and words[0] in in_url:
                    first_name = first_name or (found.name, sentence)
    if presented is not None and not (
        first_name and fold(first_name[0]) not in fold(presented.person or "")
    ):
        return presented
    return _person_of_slug(url, first_name)


def _person_of_slug(url: str, first_name: tuple[str, str] | None) -> Presented:
    words = _slug_words(url)
    if "mikroscope" in words:
        words = words[words.index("mikroscope") + 1 :]
    elif first_name:
        words = words[words.index(fold(first_name[0])) :]
    name = []
    for word in words:
        if (word in names.ROLE_WORDS and len(word) > 1) or word in ("at", "chez"):
            break
        name.append(word)
    if not 1 <= len(name) <= 5:
        return Presented(None, None)
    if first_name and name[0] == fold(first_name[0]):
        name[0] = first_name[0]
    spelt = " ".join(
        word if word in names.PARTICLES else word[:1].upper() + word[1:] for word in name
    )
    return Presented(spelt, None, first_name[1] if first_name else None)


def _slug_words(url: str) -> list[str]:
    path = unquote(urlsplit(url).path).rstrip("/")
    return fold(path.rsplit("/", 1)[-1]).split()


def find_role(paragraphs: Iterable[str], person: str) -> Presented:
    """Return the role that the intro gives the person, in its own wording, and the sentence."""
    own = names.key(person)
    words = set(own.split())
    for paragraph in paragraphs:
        if not words.issubset(fold(paragraph).split()):
            continue
        for sentence in sentences(paragraph):
            if len(sentence) > _LONGEST or not all(map(fold(sentence).__contains__, words)):
                continue
            for found in names.find(sentence):
                if names.key(found.name) != own:
                    continue
                after = sentence[found.start + len(found.name) :]
                opening = _AFTER_NAME.match(after)
                if opening is None:
                    continue
                rest = after[opening.end() :]
                end = _ROLE_ENDS.search(rest)
                role = rest[: end.start()] if end else rest
                role = _OUR.sub("", role.strip(" \u00a0,;–—-("))
                if (
                    role
                    and not _ONE_OF.match(role)
                    and len(role) <= _ROLE_LENGTH
                    and not _ends_at_once(role)
                ):
                    return Presented(person, role, sentence)
    return Presented(person, None)


def _ends_at_once(role: str) -> bool:
    """Tell whether what follows a name is no role: it has no word of a job in it."""
    return not any(word in names.ROLE_WORDS and len(word) > 1 for word in fold(role).split())


def says_no_more(detail: str, role: str) -> bool:
    """Tell whether an intro's wording of a role is the title's, or that and the sentence going on."""
    if fold(detail) == fold(role):
        return True
    more = detail.removeprefix(role)
    return more != detail and more[:1] == " " and more[1:2].islower() and _ends_at_once(more)


def find_studio(texts: Iterable[str | None]) -> tuple[str, str] | None:
    """Return the first studio that the texts name, in their order of rank, and the sentence.

    «Mikros Animation Paris» counts before «in Paris»; a studio of the past («After Paris …») not.
    """
    parts = [text for text in texts if text]
    for said in _SAID:
        for sentence in _sentences(parts):
            found = said.search(fold(_BEFORE.sub(" ", unaccented(sentence))))
            if found and found.lastindex:
                return _STUDIOS[found.lastindex - 1][0], sentence
    return None


def _sentences(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for paragraph in text.split("\n\n"):
            yield from sentences(paragraph)


def read_date(text: str) -> date | None:
    """Return the date a line consists of, day first («27 March 2023», «1er mars 2023»), else None."""
    if len(text) > 60 or not _DIGIT.search(text):
        return None
    if iso := _ISO.match(text):
        year, month, day = map(int, iso.groups())
        return _date(year, month, day)
    folded = fold(text)
    if match := _DAY_FIRST.match(folded):
        return _date(int(match[3]), _MONTHS[match[2]], int(match[1]))
    if match := _MONTH_FIRST.match(folded):
        return _date(int(match[3]), _MONTHS[match[1]], int(match[2]))
    if match := _NUMERIC.match(folded):
        century = 2000 if len(match[3]) == 2 else 0
        return _date(century + int(match[3]), int(match[2]), int(match[1]))
    return None


def date_within(text: str) -> tuple[date, str] | None:
    """Return the date that a short line holds among other words, and the line without it."""
    for match in _WITHIN.finditer(text) if _DIGIT.search(text) else ():
        if day := read_date(match.group()):
            return day, f"{text[: match.start()]} {text[match.end() :]}"
    return None


def machine_date(text: str) -> date | None:
    """Return the calendar day of an ISO 8601 date or time, as written (its own time zone)."""
    iso = _ISO.match(text)
    return _date(*map(int, iso.groups())) if iso else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def language_of(url: str) -> str | None:
    """Return `en` or `fr` where the first part of the URL's path says so."""
    first = urlsplit(url).path.strip("/").split("/", 1)[0].lower()
    return first if first in ("en", "fr") else None


def unquoted(url: str) -> str:
    """Return a URL with its words parted, to look for the series' name in it."""
    return fold(unquote(url))


def pieces(text: str) -> list[str]:
    """Part a line of several facts: «27 March 2023 | Talent Spotlights»."""
    parted = _SEPARATORS.split(text) if _SEPARATING.search(text) else [text.strip()]
    return [piece for piece in parted if piece]

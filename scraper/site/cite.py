"""How an interview is cited: as a sentence, as BibTeX, as CSL-JSON, and told to machines.

Rule: pure functions of what the page shows. What the database does not say is left out; a name is
kept whole, for nothing tells where the family name begins.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from scraper.site.wording import day, wayback, web_link

SERIES = "Under the Mikroscope"
# Braces must pair up in BibTeX even where they are escaped, so they go by their names.
_TEX = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    **{mark: f"\\{mark}" for mark in "$&#_%"},
}  # fmt: skip
_IN_KEY = re.compile(r"[^A-Za-z0-9:_-]+")


@dataclass(frozen=True, slots=True)
class Cited:
    """What a citation is made of; dates are ISO 8601 days, empty where nothing is known."""

    key: str
    name: str
    role: str
    title: str
    studio: str
    published: str
    lang: str
    url: str
    archived: str
    capture: str
    capture_url: str | None


def cited(interview: Mapping[str, Any], post: Mapping[str, Any]) -> Cited:
    """Return what is cited: one language's post of an interview, and the capture it was read from."""
    return Cited(
        key=post["id"],
        name=interview["name"],
        role=post["role"] or interview["role"] or "",
        title=post["title"] or f"{SERIES}: {interview['name']}",
        studio=interview["studio"] or "",
        published=post["published"] or interview["published"] or "",
        lang=post["lang"],
        url=post["url"],
        archived=(post["captured_at"] or "")[:10],
        capture=post["capture_id"],
        capture_url=wayback(post["source"], post["captured_url"], post["captured_at"]),
    )


def as_text(one: Cited) -> str:
    """Return the citation as a sentence a person can paste."""
    who = ", ".join(part for part in (one.name, one.role) if part)
    where = f" ({one.studio})" if one.studio else ""
    when = f", {day(one.published)}" if one.published else ""
    kept = one.capture_url or one.capture
    return f"{who}, interviewed in “{SERIES}”{where}{when}. {one.url}. Archived {day(one.archived)}: {kept}"


def as_bibtex(one: Cited) -> str:
    """Return the citation as a BibTeX entry; letters outside ASCII stay, for any engine of today."""
    year, month, _ = (*one.published.split("-"), "", "", "")[:3]
    fields = {
        "author": f"{{{_tex(one.name)}}}",
        "title": f"{{{_tex(one.title)}}}",
        "howpublished": _tex(f"Interview in “{SERIES}”" + (f", {one.studio}" if one.studio else "")),
        "date": one.published,
        "year": year,
        "month": str(int(month)) if month.isdigit() else "",
        "language": {"en": "english", "fr": "french"}.get(one.lang, ""),
        "url": quote(one.url, safe=":/?#[]@!$&'()*+,;=%~-._"),
        "urldate": one.archived,
        "note": _tex(f"Archived {one.archived}, {one.capture_url or one.capture}"),
    }  # fmt: skip
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@misc{{{_IN_KEY.sub('-', one.key).strip('-') or 'interview'},\n{body}}}\n"


def as_csl(one: Cited) -> list[dict[str, Any]]:
    """Return the citation as CSL-JSON (citationstyles.org, csl-data.json): a list of one item."""
    item = {
        "id": one.key,
        "type": "interview",
        "title": one.title,
        "author": [{"literal": one.name}],
        "container-title": SERIES,
        "publisher-place": one.studio,
        "issued": _parts(one.published),
        "accessed": _parts(one.archived),
        "language": one.lang,
        "URL": one.url,
        "archive_location": one.capture_url or one.capture,
    }
    return [{name: value for name, value in item.items() if value}]


def as_linked_data(one: Cited, address: str, names: list[str]) -> dict[str, Any]:
    """Return the page at `address` as schema.org JSON-LD; `names` are those handed the baton."""
    person = {"@type": "Person", "name": one.name, "jobTitle": one.role}
    told = {
        "@context": "https://schema.org",
        "@type": "Article",
        "@id": address,
        "url": address,
        "headline": one.title,
        "inLanguage": one.lang,
        "datePublished": one.published,
        "author": _filled(person),
        "isPartOf": {"@type": "CreativeWorkSeries", "name": SERIES},
        "contentLocation": _filled({"@type": "Place", "name": one.studio}) if one.studio else None,
        "isBasedOn": web_link(one.url),
        "archivedAt": one.capture_url,
        "mentions": [{"@type": "Person", "name": name} for name in names],
    }
    return _filled(told)


def _filled(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return `told` without what is empty."""
    return {name: value for name, value in told.items() if value}


def _parts(iso: str) -> dict[str, Any]:
    """Return a day as CSL has dates."""
    return {"date-parts": [[int(part) for part in iso.split("-")]]} if iso else {}


def _tex(text: str) -> str:
    """Return text as TeX shows it, on one line."""
    return " ".join("".join(_TEX.get(mark, mark) for mark in text).split())

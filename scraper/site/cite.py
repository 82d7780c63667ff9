"""How an interview is cited: as a sentence, as BibTeX, as CSL-JSON, and told to machines.

Rule: pure functions of what the page shows. What the database does not say is left out; a name is
kept whole, for nothing tells where the family name begins.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from scraper.site.addresses import Link, in_language
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
    address: str


def cited(interview: Mapping[str, Any], post: Mapping[str, Any], address: str) -> Cited:
    """Return what is cited: one language's post of an interview, and the capture it was read from.

    `address` is the whole address of the interview in this archive.
    """
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
        address=address,
    )


def as_text(one: Cited) -> str:
    """Return the citation as a sentence a person can paste."""
    who = ", ".join(part for part in (one.name, one.role) if part)
    where = f" ({one.studio})" if one.studio else ""
    when = f", {day(one.published)}" if one.published else ""
    said = (
        f"{who}, interviewed in “{SERIES}”{where}{when}. {one.url}. {_kept(one, day(one.archived))}"
    )
    return f"{said}. {one.address}"


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
        "note": _tex(f"{_kept(one, one.archived)}, {one.address}"),
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
        "archive": f"{SERIES}: an archive of interviews",
        "archive_location": one.address,
        "note": _kept(one, one.archived),
    }
    return [{name: value for name, value in item.items() if value}]


def as_linked_data(one: Cited, shown: Mapping[str, Any], link: Link) -> dict[str, Any]:
    """Return an interview's page as schema.org JSON-LD; `shown` is what the page tells."""
    path = f"/spotlights/{shown['interview']['id']}"
    changed = [version["captured_at"] for version in shown["versions"] if version["changed"]]
    others = (other for other in shown["posts"] if other["lang"] != one.lang)
    person = {"@type": "Person", "name": one.name, "jobTitle": one.role}
    told = {
        "@context": "https://schema.org",
        "@type": "Article",
        "@id": one.address,
        "url": one.address,
        "headline": one.title,
        "inLanguage": one.lang,
        "datePublished": one.published,
        "dateModified": max(changed, default=""),
        "author": _filled(person),
        "isPartOf": {"@type": "CreativeWorkSeries", "name": SERIES},
        "contentLocation": _filled({"@type": "Place", "name": one.studio}) if one.studio else None,
        "isBasedOn": web_link(one.url),
        "archivedAt": one.capture_url,
        "workTranslation": [
            {
                "@type": "Article",
                "@id": in_language(link, path, other["lang"]),
                "inLanguage": other["lang"],
            }
            for other in others
        ],
        "hasPart": [
            {
                "@type": "Question",
                "name": answer["question"],
                "url": f"{one.address}#answer-{answer['position']}",
            }
            for answer in shown["answers"]
        ],
        "mentions": [{"@type": "Person", "name": other["name"]} for other in shown["names"]],
    }
    return _filled(told)


def _kept(one: Cited, when: str) -> str:
    """Return when it was archived, and as what."""
    return f"Archived {when}: {one.capture_url or one.capture}"


def _filled(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return `told` without what is empty."""
    return {name: value for name, value in told.items() if value}


def _parts(iso: str) -> dict[str, Any]:
    """Return a day as CSL has dates."""
    return {"date-parts": [[int(part) for part in iso.split("-")]]} if iso else {}


def _tex(text: str) -> str:
    """Return text as TeX shows it, on one line."""
    return " ".join("".join(_TEX.get(mark, mark) for mark in text).split())

"""The newest interviews as Atom (RFC 4287) and as JSON Feed 1.1.

Rule: pure functions of rows; ids are made of the interview's id alone, so that an archive that
moves to another address repeats nothing in anybody's reader.
"""

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from scraper.site.addresses import Link

TITLE = "Under the Mikroscope: interviews"
ABOUT = "New interviews of the archive, the newest first."
NEVER = "1970-01-01T00:00:00Z"
SHORT = 400  # characters of the first answer
ROWS = """
SELECT interviews.id, people.name, coalesce(interviews.role, people.role) AS role,
       interviews.studio, interviews.published, min(posts.lang) AS lang,
       min(posts.first_seen) AS first_seen, max(versions.captured_at) AS updated,
       (SELECT substr(answers.answer, 1, 2000) FROM answers JOIN posts AS own ON own.id = answers.post_id
        WHERE own.interview_id = interviews.id
        ORDER BY own.lang, answers.position LIMIT 1) AS answer
FROM (SELECT * FROM interviews ORDER BY published DESC, id LIMIT 40) AS interviews
JOIN people ON people.id = interviews.person_id
LEFT JOIN posts ON posts.interview_id = interviews.id
LEFT JOIN versions ON versions.post_id = posts.id
GROUP BY interviews.id
ORDER BY interviews.published DESC, interviews.id
"""
_ATOM = "http://www.w3.org/2005/Atom"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_OURS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:mikroscope:under-the-mikroscope")
# What XML 1.0 cannot say (§2.2), not even as a reference.
_UNSAYABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom(found: Sequence[Mapping[str, Any]], link: Link) -> str:
    """Return the Atom feed of ROWS; `link` makes whole addresses."""
    feed = ET.Element("feed", {"xmlns": _ATOM, f"{_XML}lang": "en"})
    _add(feed, "id", _OURS.urn)
    _add(feed, "title", TITLE)
    _add(feed, "subtitle", ABOUT)
    _add(feed, "updated", max((_updated(one) for one in found), default=NEVER))
    _add(feed, "link", rel="self", type="application/atom+xml", href=link("/feed.atom"))
    _add(feed, "link", rel="alternate", type="text/html", href=link("/"))
    _add(feed, "icon", link("/favicon.ico"))
    for one in found:
        _entry(ET.SubElement(feed, "entry"), one, link)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(feed, encoding="unicode")


def json_feed(found: Sequence[Mapping[str, Any]], link: Link) -> dict[str, Any]:
    """Return the JSON Feed of ROWS; `link` makes whole addresses."""
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": TITLE,
        "description": ABOUT,
        "home_page_url": link("/"),
        "feed_url": link("/feed.json"),
        "favicon": link("/favicon.ico"),
        "language": "en",
        "items": [_item(one, link) for one in found],
    }


def _entry(entry: ET.Element, one: Mapping[str, Any], link: Link) -> None:
    """Fill an Atom entry."""
    _add(entry, "id", _id(one))
    _add(entry, "title", _title(one))
    _add(entry, "updated", _updated(one))
    if one["published"]:
        _add(entry, "published", f"{one['published']}T00:00:00Z")
    _add(ET.SubElement(entry, "author"), "name", one["name"])
    _add(entry, "link", rel="alternate", type="text/html", href=link(f"/spotlights/{one['id']}"))
    if one["studio"]:
        _add(entry, "category", term=one["studio"])
    _add(entry, "summary", _short(one["answer"]), **{f"{_XML}lang": one["lang"] or "en"})


def _item(one: Mapping[str, Any], link: Link) -> dict[str, Any]:
    """Return an item of a JSON Feed, without what is not known."""
    item = {
        "id": _id(one),
        "url": link(f"/spotlights/{one['id']}"),
        "title": _title(one),
        "date_published": one["published"] and f"{one['published']}T00:00:00Z",
        "date_modified": _updated(one),
        "authors": [{"name": one["name"]}],
        "tags": [one["studio"]] if one["studio"] else [],
        "language": one["lang"],
    }
    return {name: value for name, value in item.items() if value} | {
        "content_text": _short(one["answer"])
    }


def _id(one: Mapping[str, Any]) -> str:
    return uuid.uuid5(_OURS, one["id"]).urn


def _title(one: Mapping[str, Any]) -> str:
    return ", ".join(part for part in (one["name"], one["role"]) if part)


def _updated(one: Mapping[str, Any]) -> str:
    """Return when the interview last read otherwise than before."""
    return str(one["updated"] or one["first_seen"] or NEVER)


def _short(text: str | None) -> str:
    """Return the beginning of an answer on one line."""
    line = " ".join((text or "")[: 4 * SHORT].split())
    return line if len(line) <= SHORT else line[:SHORT].rsplit(" ", 1)[0] + " …"


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> None:
    """Add an element; what XML cannot say is left out."""
    held = {key: _UNSAYABLE.sub("", value) for key, value in attributes.items()}
    ET.SubElement(parent, name, held).text = _UNSAYABLE.sub("", text) if text else None

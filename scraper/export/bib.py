"""BibTeX: every post as an entry that Zotero, JabRef, BibLaTeX and BibTeX read.

Rule: names and titles are as published; what TeX would take for a command is escaped, and a title
keeps its capitals.
"""

import re
from collections.abc import Mapping
from typing import IO

from scraper.export.content import Content

_TEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
}
_SPECIAL = re.compile("|".join(map(re.escape, _TEX)))
_LANGUAGES = {"en": "english", "fr": "french"}
# Characters that would end a field, in an address that may not be escaped with a backslash.
_IN_ADDRESS = {"{": "%7B", "}": "%7D", "\\": "%5C", " ": "%20"}


def write_bib(content: Content, file: IO[str]) -> None:
    """Write one @online entry a post, in the order of their ids."""
    publisher = str(content.metadata.get("source", "")).split(",")[0]
    for row in content.query(
        "SELECT posts.id, posts.title, posts.url, posts.lang, posts.published, captured_at,"
        " people.name FROM posts JOIN interviews ON interviews.id = posts.interview_id"
        " JOIN people ON people.id = interviews.person_id"
        " JOIN captures ON captures.id = posts.capture_id ORDER BY posts.id"
    ):
        day = row["published"]
        fields = {
            "author": _author(row["name"]),
            "title": f"{{{_tex(row['title'])}}}" if row["title"] else None,
            "date": day,
            "year": day and day[:4],
            "url": _address(row["url"]),
            "urldate": row["captured_at"][:10],
            "organization": _tex(publisher) or None,
            "langid": _LANGUAGES[row["lang"]],
        }
        file.write(_entry(row["id"], fields))


def _entry(key: str, fields: Mapping[str, str | None]) -> str:
    lines = (f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@online{{{key},\n{''.join(lines)}}}\n\n"


def _author(name: str) -> str:
    """Return a name; braces keep one whole that BibTeX would take for two people or turn round."""
    told = _tex(name)
    return f"{{{told}}}" if re.search(r"\band\b|,", name) else told


def _tex(text: str) -> str:
    return _SPECIAL.sub(lambda found: _TEX[found[0]], " ".join(text.split()))


def _address(url: str) -> str:
    return "".join(_IN_ADDRESS.get(sign, sign) for sign in url)

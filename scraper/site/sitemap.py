"""The addresses of all pages, for search engines (sitemaps.org 0.9), in each language they are in.

Rule: pure functions of rows. A file of a sitemap may hold 50,000 addresses; an archive that has more
gives a list of files at the same place, and loses none.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from scraper.site.addresses import Link, in_language

ROWS_OF_ONE = 24_990  # of a file: a row has an address in each of two languages at most
LISTS = ("/", "/spotlights", "/people", "/questions", "/baton", "/about")
# Every page of the archive, with the day it last read otherwise and the languages it is in.
ROWS = """
SELECT '/spotlights/' || interviews.id AS path, substr(max(versions.captured_at), 1, 10) AS day,
       group_concat(DISTINCT posts.lang) AS languages
FROM interviews LEFT JOIN posts ON posts.interview_id = interviews.id
LEFT JOIN versions ON versions.post_id = posts.id GROUP BY interviews.id
UNION ALL SELECT '/questions/' || id, NULL, NULL FROM questions
UNION ALL SELECT '/people/' || id, NULL, NULL FROM people
LIMIT :limit OFFSET :offset
"""
COUNT = """
SELECT (SELECT count(*) FROM interviews) + (SELECT count(*) FROM questions)
       + (SELECT count(*) FROM people) AS n
"""
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_OURS = "http://www.sitemaps.org/schemas/sitemap/0.9"


def index(files: int, link: Link) -> str:
    """Return the list of a sitemap's files."""
    places = (
        f"<sitemap><loc>{link(f'/sitemap-{n}.xml')}</loc></sitemap>" for n in range(1, files + 1)
    )
    return "\n".join([f'{_HEAD}<sitemapindex xmlns="{_OURS}">', *places, "</sitemapindex>", ""])


def urlset(found: Sequence[Mapping[str, Any]], link: Link, *, lists: bool = True) -> str:
    """Return one file of the sitemap: ROWS, with `lists` the pages that are always there before them."""
    head = f'{_HEAD}<urlset xmlns="{_OURS}" xmlns:xhtml="http://www.w3.org/1999/xhtml">'
    always = ({"path": path, "day": None, "languages": None} for path in LISTS if lists)
    urls = (url for row in (*always, *found) for url in _urls(row, link))
    return "\n".join([head, *urls, "</urlset>", ""])


def _urls(row: Mapping[str, Any], link: Link) -> Iterator[str]:
    """Yield the addresses of a page: one, or one in each language, which names the others."""
    day = f"<lastmod>{row['day']}</lastmod>" if row["day"] else ""
    languages = sorted((row["languages"] or "").split(","))
    if len(languages) < 2:
        yield f"<url><loc>{escape(link(row['path']))}</loc>{day}</url>"
        return
    there = {lang: in_language(link, row["path"], lang) for lang in languages}
    alternates = "".join(
        f'<xhtml:link rel="alternate" hreflang="{lang}" href={quoteattr(address)}/>'
        for lang, address in {**there, "x-default": link(row["path"])}.items()
    )
    for address in there.values():
        yield f"<url><loc>{escape(address)}</loc>{day}{alternates}</url>"

"""One post as a REST object and as extracted text, sound or spoiled.

Rule: text has no tags to help; what a figure leaves of itself is its caption line.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

from tests.reading.dressing import esc, furniture
from tests.reading.pages import Block, Page
from tests.reading.themes import gutenberg


@dataclass(frozen=True, slots=True)
class Form:
    """A way a post comes as text: how it is written, and whether it shows a title and a date."""

    render: Callable[[Page], bytes]
    titled: bool = True
    categorised: bool = True


def rest(page: Page, *, terms: bool = True) -> bytes:
    """Return the object that WordPress gives for the post (REST API handbook, posts)."""
    content = "\n\n\n\n".join(gutenberg(block, page) for block in page.blocks)
    content = content.replace("’", "&#8217;").replace("–", "&#8211;")
    first = " ".join(" ".join(line for block in page.blocks for line in block.lines).split()[:55])
    post = {
        "id": 4711,
        "date": f"{page.iso}T09:30:00",
        "date_gmt": f"{page.iso}T08:30:00",
        "modified": "2024-08-01T00:00:00",
        "slug": page.url.rstrip("/").rpartition("/")[2],
        "status": "publish",
        "type": "post",
        "link": page.url,
        "title": {"rendered": _entities(page.title)},
        "content": {"rendered": content, "protected": False},
        # Where no excerpt was written, the first 55 words stand in for it.
        "excerpt": {"rendered": f"<p>{esc(page.standfirst or first + ' [&hellip;]')}</p>\n"},
        "author": 3,
        "categories": [12],
        "yoast_head_json": {"og_site_name": "Mikros Animation", "title": page.title},
    }
    if terms:
        term = {"id": 12, "name": _entities(page.category), "taxonomy": "category"}
        post["_embedded"] = {"wp:term": [[term], []]}
    return json.dumps(post).encode()


def _entities(text: str) -> str:
    return esc(text).replace("&amp;", "&#038;").replace("–", "&#8211;").replace("’", "&#8217;")


def lines(page: Page, *, bullet: str = "", split: bool = True) -> list[list[str]]:
    """Return the article's text as paragraphs of lines; `bullet` stands before list items."""
    paragraphs = [[page.category], [page.title]]
    paragraphs += [[page.standfirst]] if page.standfirst else []
    paragraphs.append([page.date])
    return paragraphs + _body(page, bullet=bullet, split=split)


def _body(page: Page, *, bullet: str = "", split: bool = False) -> list[list[str]]:
    paragraphs: list[list[str]] = []
    for block in page.blocks:
        shown = _shown(block, bullet)
        paragraphs += [[line] for line in shown] if split else ([shown] if shown else [])
    return paragraphs


def _shown(block: Block, bullet: str) -> list[str]:
    if block.kind == "figure":
        return [block.caption] if block.caption else []
    mark = bullet if block.kind == "li" else ""
    return [mark + block.lines[0], *block.lines[1:]]


def written(paragraphs: list[list[str]], between: str = "\n\n") -> str:
    """Return paragraphs as one text."""
    return between.join("\n".join(one) for one in paragraphs)


def blank_between_all(page: Page) -> bytes:
    """Every line is its own paragraph, with a blank line after it."""
    return written(lines(page)).encode()


def blank_between_paragraphs(page: Page) -> bytes:
    """Paragraphs keep their line breaks; blanks are many, and lines end in spaces."""
    text = written(lines(page, split=False), "  \n\n\n")
    return f"{furniture(page).back}\n\n{text}\n".encode()


def no_blank_lines(page: Page) -> bytes:
    """One line a paragraph, none between."""
    return written(lines(page), "\n").encode()


def bulleted(page: Page) -> bytes:
    """List items keep a round bullet."""
    return written(lines(page, bullet="• ")).encode()


def dashed(page: Page) -> bytes:
    """List items keep a hyphen, no blank lines, Windows line ends."""
    return written(lines(page, bullet="- "), "\n").replace("\n", "\r\n").encode()


def body_only(page: Page) -> bytes:
    """No category, title, standfirst or date: only what the author wrote."""
    return written(_body(page, split=True)).encode()


def body_lines(page: Page) -> bytes:
    """As `body_only`, with no blank line at all."""
    return written(_body(page, split=True), "\n").encode()


def with_chrome(page: Page) -> bytes:
    """Keep the menu before the article and what follows it, as crawls of text do."""
    around = furniture(page)
    before = [*around.menu, around.cookies[0], around.back]
    after = [around.share, "Facebook", "LinkedIn", around.related[0]]
    for title, day, start in around.others:
        after += [title, day, start]
    after += [*around.newsletter, *around.footer]
    middle = [line for paragraph in lines(page) for line in paragraph]
    return "\n".join([*before, *middle, *after]).encode()


def misread(text: str, charset: str) -> str:
    """Return text whose UTF-8 bytes were read in a charset; undefined bytes pass as C1 controls."""
    return "".join(_misread(byte, charset) for byte in text.encode())


def _misread(byte: int, charset: str) -> str:
    try:
        return bytes([byte]).decode(charset)
    except UnicodeDecodeError:
        return chr(byte)


def spoiled(charset: str, *, every: int = 1, blank: bool = True) -> Callable[[Page], bytes]:
    """Return a form whose lines (each, or each n-th) are mojibake of one charset."""

    def render(page: Page) -> bytes:
        shown = written(lines(page), "\n\n" if blank else "\n").split("\n")
        return "\n".join(
            misread(line, charset) if number % every == 0 else line
            for number, line in enumerate(shown)
        ).encode()

    return render


FORMS = {
    "blank-lines": Form(blank_between_all),
    "paragraphs": Form(blank_between_paragraphs),
    "no-blank-lines": Form(no_blank_lines),
    "bullets": Form(bulleted),
    "dashes": Form(dashed),
    "chrome": Form(with_chrome),
    "cp1252": Form(spoiled("cp1252")),
    "cp1252-some": Form(spoiled("cp1252", every=3, blank=False)),
    "iso8859-16": Form(spoiled("iso8859_16")),
    "iso8859-16-some": Form(spoiled("iso8859_16", every=3, blank=False)),
    "cp1257": Form(spoiled("cp1257", blank=False)),
    "cp1257-some": Form(spoiled("cp1257", every=3, blank=False)),
    "body-only": Form(body_only, titled=False, categorised=False),
    "body-lines": Form(body_lines, titled=False, categorised=False),
}

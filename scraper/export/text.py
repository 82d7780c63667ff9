r"""Plain Markdown of each interview, for corpus tools: a front matter, then the text as published.

Rule: the words are the post's, to the letter. A backslash stands only before what Markdown would
take for a heading or for HTML, so that the headings of a file are its title and its questions.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scraper.export.content import Content

# A heading (`# …`, or a line under another), and what opens a tag.
_STRUCTURE = re.compile(r"^(?=[ ]{0,3}(?:#|=+[ \t]*$|-+[ \t]*$))|(?=<[A-Za-z/!?])", re.MULTILINE)
_SIGNS = re.compile("[#=<-]")  # quick to look for
# What JSON leaves as it is and YAML 1.1 does not take between quotation marks.
_NOT_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


_encode = json.JSONEncoder(ensure_ascii=False).encode


def write_texts(content: Content, folder: Path) -> Iterator[Path]:
    """Write `text/ID.LANG.md` for each post below `folder`; yield their paths in it.

    A second post of one interview in one language is `ID.LANG-2.md`.
    """
    (folder / "text").mkdir()
    taken: Counter[tuple[str, str]] = Counter()
    last = None
    for post in content.query(
        "SELECT posts.*, people.name AS person, interviews.role AS titled, interviews.studio"
        " FROM posts JOIN interviews ON interviews.id = posts.interview_id"
        " JOIN people ON people.id = interviews.person_id ORDER BY posts.interview_id, posts.id"
    ):
        if post["interview_id"] != last:
            taken.clear()
            last = post["interview_id"]
        place = (post["interview_id"], post["lang"])
        taken[place] += 1
        number = f"-{taken[place]}" if taken[place] > 1 else ""
        path = Path("text") / f"{place[0]}.{place[1]}{number}.md"
        (folder / path).write_text(_page(content, post), "utf-8", newline="\n")
        yield path


def _page(content: Content, post: Any) -> str:
    """Return a post as Markdown."""
    head = {
        "id": post["id"],
        "interview": post["interview_id"],
        "person": post["person"],
        "role": post["titled"],
        "studio": post["studio"],
        "published": post["published"],
        "lang": post["lang"],
        "title": post["title"],
        "url": post["url"],
        "source": post["capture_id"],
    }
    lines = [f"{name}: {_yaml(value)}" for name, value in head.items() if value is not None]
    parts = ["\n".join(["---", *lines, "---"]), f"# {_line(post['title'] or post['person'])}"]
    parts += [_plain(post[name]) for name in ("standfirst", "intro") if post[name]]
    for row in content.query(
        "SELECT question, answer FROM answers WHERE post_id = ? ORDER BY position", post["id"]
    ):
        parts += [f"## {_line(row['question'])}", _plain(row["answer"])]
    if post["call_to_action"]:
        parts += ["---", _plain(post["call_to_action"])]
    return "\n\n".join(part for part in parts if part) + "\n"


def _yaml(text: str) -> str:
    """Return text as a YAML scalar: a day as a day, anything else in quotation marks."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return text
    quoted = _encode(text)
    return _NOT_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def _plain(text: str) -> str:
    return _STRUCTURE.sub(r"\\", text) if _SIGNS.search(text) else text


def _line(text: str) -> str:
    """Return text as the one line of a heading."""
    return _plain(" ".join(text.splitlines()))

"""Dealing out the head of a page: what stands from the title to the first question.

Rule: title first, for it tells where the post begins; what is left of the head is intro.
"""

from functools import lru_cache

from scraper.reading import furniture
from scraper.reading.captions import is_caption
from scraper.reading.furniture import mentions_the_series
from scraper.reading.header import date_within, pieces, read_date, read_title
from scraper.reading.page import Line, Page
from scraper.reading.parts import Article, Part
from scraper.text import fold, words

_DASHES = ("–", "—", "- ", " -", ",", "|")
# Words around a date or category that say no more than that it is one.
_META_WORDS = frozenset(
    words(
        "posted published publie updated modified mis a jour last on in le dans at by par the"
        " monday tuesday wednesday thursday friday saturday sunday lundi mardi mercredi jeudi vendredi"
        " samedi dimanche"
    )
)
_META_LENGTH = 120  # characters
_SIGNATURE = 3  # words
_BEGINNING = 7  # spaces: eight words that begin another line are no accident
_TITLE_REACH = 60  # lines between a title and the first question


def deal_head(article: Article) -> None:
    """Deal out the lines from the title, or from where it would be, to the first question."""
    page, parts = article.page, article.parts
    lines, first = page.lines, article.prompts[0].at
    title = _find_title(page, first)
    start = (
        _head_without_title(article, first) if title is None else _end_of_title(page, title, first)
    )
    if title is not None:
        parts[title:start] = [Part.TITLE] * (start - title)
        dated = any(
            _meta(line) is Part.DATE for line in lines[start:first] if not article.is_aside(line)
        )
        _above_title(article, title, dated_below=dated)
    titles = article.texts(Part.TITLE)
    titled = {fold(" ".join(titles)), *map(fold, titles)}
    dated = Part.DATE in parts
    undecided: list[int] = []
    for at in range(start, first):
        line = lines[at]
        if article.is_aside(line) or fold(line.text) in titled:
            continue
        part = _meta(line)
        if part is Part.DATE and not dated:
            dated = True
            for earlier in undecided:
                parts[earlier] = Part.STANDFIRST
            undecided = []
            parts[at] = part
        elif part is not None:
            parts[at] = part if part is Part.CATEGORY else Part.AROUND
        elif line.linked or furniture.is_furniture(line.text) or furniture.is_byline(line.text):
            continue
        else:
            undecided.append(at)
    _intro(article, undecided, dated=dated and title is not None)


def _find_title(page: Page, first: int) -> int | None:
    """Return the line of the title: the last before the first question that can be it."""
    lines = page.lines
    low = max(0, first - _TITLE_REACH)
    series = [n for n in range(low, first) if furniture.names_the_series(lines[n].text)]
    wanted = (
        [n for n in series if lines[n].kind == "heading" and not lines[n].linked]
        or [n for n in series if not lines[n].linked and not furniture.goes_on(lines[n].text)]
        or [n for n in series if not furniture.goes_on(lines[n].text)]
    )
    if wanted:
        return _last_shown(lines, wanted) if page.plain else wanted[-1]
    stated = {fold(title) for title in page.titles}
    for n in range(low, first):
        line = lines[n]
        if line.kind == "heading" and furniture.mentions_the_series(line.text) and not line.linked:
            return n
        folded = fold(line.text)
        if line.linked or not folded:
            continue
        if folded in stated:
            return n
        # A heading that leaves the name of the series to the page's own title.
        if line.kind == "heading" and folded.count(" ") > 1 and any(folded in t for t in stated):
            return n
    return None


def _last_shown(lines: tuple[Line, ...], titles: list[int]) -> int:
    """Return the first of the titles of a text, or the one that repeats it without the site's name.

    Extracted text opens with the <title> of its page.
    """
    opening = fold(lines[titles[0]].text)
    return next((n for n in titles[1:] if opening.startswith(fold(lines[n].text))), titles[0])


def _end_of_title(page: Page, title: int, first: int) -> int:
    """Return the line behind the title, which can take several: a kicker, a line break, two headings."""
    lines = page.lines
    text = lines[title].text
    stated = {fold(t) for t in page.titles}
    said = fold(text)
    end = title + 1
    while end < min(first, title + 4):
        following = lines[end].text
        more = fold(following)
        goes_on = more and any(t.startswith(f"{said} {more}") for t in stated)
        if not goes_on and not (_is_unfinished(text, following) and _meta(lines[end]) is None):
            break
        text, said = f"{text} {following}", f"{said} {more}".rstrip()
        end += 1
    return end


def _is_unfinished(title: str, following: str) -> bool:
    """Tell whether a title must go on: it names nobody yet, or breaks off at a dash."""
    if len(following) > 120 or following.endswith((".", ":")) or not mentions_the_series(title):
        return False
    broken = title.endswith(_DASHES) or following.startswith(_DASHES)
    return broken or read_title(title).person is None


def _head_without_title(article: Article, first: int) -> int:
    """Return where the head may start when no line is the title."""
    page = article.page
    if page.plain or article.body.parent < 0:
        # Flat: what follows the last line that is plainly a menu's.
        for at in range(first - 1, -1, -1):
            line = page.lines[at]
            if article.is_aside(line) or (line.linked and not page.plain):
                return at + 1
        return 0
    return article.body.first


def _above_title(article: Article, title: int, *, dated_below: bool) -> None:
    """Find category and date where they stand before the title, and a standfirst between.

    With a date below the title, one above it is another post's.
    """
    parts = article.parts
    between: list[int] = []
    for at in range(title - 1, max(-1, title - 8), -1):
        line = article.page.lines[at]
        if article.is_aside(line) and not line.linked:
            continue
        part = _meta(line)
        if part is Part.DATE and dated_below and not furniture.category_in(line.text):
            continue
        if part is not None and part not in parts:
            parts[at] = part
            if len(between) == 1:
                parts[between[0]] = Part.STANDFIRST
        elif not line.linked and line.kind == "text" and not furniture.is_furniture(line.text):
            between.append(at)


def _meta(line: Line) -> Part | None:
    """Return what a line of date, category and the like is, or None for running text."""
    return _meta_of(line.text) if len(line.text) <= _META_LENGTH else None


@lru_cache(maxsize=256)  # asked more than once of a line, and every page of a site has some of them
def _meta_of(rest: str) -> Part | None:
    if read_date(rest):
        return Part.DATE
    dated = date_within(rest)
    rest = dated[1] if dated else rest
    if dated and (updated := date_within(rest)):
        rest = updated[1]  # «Posted on 15 May 2024 (updated 2 June 2024)»
    category = furniture.category_in(rest)
    rest = rest.replace(category, " ") if category else rest
    parted = pieces(rest)
    if not (dated or category) and len(parted) < 2:
        return None
    if not all(_is_meta(piece) or (dated and _may_sign(piece)) for piece in parted):
        return None
    if dated:
        return Part.DATE
    return Part.CATEGORY if category else Part.AROUND


def _may_sign(piece: str) -> bool:
    """Tell whether what stands beside a date may be who published, as a name or a team."""
    return piece.count(" ") < _SIGNATURE and piece[:1].isupper() and piece[-1] not in ".!?:"


def _is_meta(piece: str) -> bool:
    """Tell whether what stands beside a date or category is of no more weight: «By Ada on»."""
    if furniture.is_furniture(piece) or _META_WORDS.issuperset(fold(piece).split()):
        return True
    return furniture.is_byline(piece.strip().removesuffix(" on").removesuffix(" le").strip() or "-")


def _intro(article: Article, undecided: list[int], *, dated: bool) -> None:
    """Part what stands between title and questions into standfirst, captions and intro."""
    page, parts = article.page, article.parts
    lines = page.lines
    folded_head = [fold(lines[n].text) for n in undecided]
    inside = [n for n in undecided if article.body.first <= n]
    standfirst_open = not (dated and Part.STANDFIRST in parts)
    description = fold(page.description or "")
    for position, at in enumerate(undecided):
        text = lines[at].text
        if is_caption(article, at, repeated=_is_repeated(folded_head, position)):
            parts[at] = Part.CAPTION
        elif furniture.is_note(text):
            parts[at] = Part.LEFT_OVER
        elif (
            standfirst_open
            and Part.INTRO not in parts
            and len(undecided) > position + 1
            and _is_standfirst(article, at, inside, dated=dated, description=description)
        ):
            parts[at] = Part.STANDFIRST
        else:
            parts[at] = Part.INTRO


def _is_repeated(head: list[str], position: int) -> bool:
    """Tell whether a line of the head (folded) comes again behind it, or begins another there."""
    said = head[position]
    later = head[position + 1 :]
    return said in later or (
        said.count(" ") >= _BEGINNING and any(other.startswith(f"{said} ") for other in later)
    )


def _is_standfirst(
    article: Article, at: int, inside: list[int], *, dated: bool, description: str
) -> bool:
    """Tell whether a line of the head, with no date to part it from the intro, is a standfirst."""
    if dated and Part.DATE in article.parts[:at] and Part.TITLE in article.parts[:at]:
        title, date = article.parts.index(Part.TITLE), article.parts.index(Part.DATE)
        if date > title:
            return False  # it stands after the date, where the intro does
    line = article.page.lines[at]
    if description and fold(line.text) == description:
        return True
    if line.kind == "heading":
        return True
    return bool(inside) and at < inside[0] and article.body.parent >= 0 and not article.page.plain

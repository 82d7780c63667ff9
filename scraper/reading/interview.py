"""Page → Interview: what a person reading the page would say it says.

Rule: pure; the same page gives the same interview, and a page that is none says why.
"""

from collections.abc import Iterable
from datetime import date

from scraper.errors import NotOfTheSeries
from scraper.models import Answer, Image, Interview, Named
from scraper.reading import baton, furniture, header, vocabulary
from scraper.reading.article import deal_out
from scraper.reading.furniture import category_in, mentions_the_series, names_the_series
from scraper.reading.links import absolute
from scraper.reading.page import Line, Page
from scraper.reading.parts import Article, Part
from scraper.reading.prompts import Prompt, find_prompts
from scraper.text import fold

_ENOUGH_TITLED = 2  # questions that a page titled as of the series must have
_ENOUGH = 3  # … that one which only mentions the series must have


def read_interview(page: Page, url: str) -> Interview:
    """Return the interview on a page; raise NotOfTheSeries with the reason where it is none."""
    page, prompts = asked_on(page, url)
    article = deal_out(page, prompts)
    dealt = article.by_part()
    title = _title(dealt[Part.TITLE], page)
    standfirst = _paragraphs(dealt[Part.STANDFIRST])
    if not standfirst and page.description and _is_new(page.description, article):
        standfirst = [page.description] if page.bare else []
    intro = _paragraphs(dealt[Part.INTRO])
    presented = header.read_title(title) if title else header.Presented(None, None)
    head = [*intro, *standfirst]
    nominators = baton.find_nominators(head, presented.person)
    who = (
        presented
        if presented.person
        else header.find_person(head, url, [n.name for n in nominators])
    )
    detail = header.find_role(head, who.person) if who.person else header.Presented(None, None)
    if detail.role and presented.role and header.says_no_more(detail.role, presented.role):
        detail = header.Presented(None, None)
    presenting = [p for p in intro if who.person and who.person in p]
    studio = header.find_studio((title, *presenting, *standfirst, *intro))
    answers = _answers(article)
    nominees = _nominees(answers, who.person)
    call = _paragraphs(dealt[Part.CALL])
    return Interview(
        url=url,
        lang=_language(page, answers, url),
        title=title,
        standfirst="\n\n".join(standfirst) or None,
        category=_category((*dealt[Part.CATEGORY], *dealt[Part.DATE]), page),
        published=_published(article, dealt[Part.DATE]),
        person=who.person,
        role=presented.role,
        role_detail=detail.role,
        studio=studio[0] if studio else None,
        intro="\n\n".join(intro) or None,
        nominators=nominators,
        nominees=nominees,
        answers=answers,
        images=_images(article, _captions(article) if dealt[Part.CAPTION] else {}, url),
        call_to_action="\n\n".join(call) or None,
        left_over=tuple(line.text for line in dealt[Part.LEFT_OVER]),
        quotes=_quotes(who, presented, detail, studio, nominators, nominees),
        translations=page.translations,
    )


def asked_on(page: Page, url: str) -> tuple[Page, list[Prompt]]:
    """Return a page and the questions on it, each on a line of its own.

    Raises NotOfTheSeries with the reason: this is all that is looked at to tell a post of the series.
    """
    page, prompts = find_prompts(page)
    _belongs(page, prompts, url)
    return page, prompts


def _belongs(page: Page, prompts: list[Prompt], url: str) -> None:
    """Raise NotOfTheSeries where a page is no post of the series."""
    known = {p.question_id for p in prompts if p.question_id}
    first = prompts[0].at if prompts else len(page.lines)
    own = [t for t in page.titles if t]
    shown_titles = [line.text for line in page.lines[:first] if line.kind == "heading"]
    neighbours = [t for t in (*shown_titles, *own[:2]) if furniture.names_a_neighbour(t)]
    if neighbours and not any(names_the_series(t) for t in shown_titles):
        raise NotOfTheSeries(f"{url}: titled «{neighbours[0][:80]}», which is another series")
    headings = [
        line.text for line in page.lines[:first] if line.kind == "heading" and not line.linked
    ]
    titled = any(mentions_the_series(t) for t in own) or any(
        names_the_series(line.text) for line in page.lines[:first] if not line.linked
    )
    if not known:
        reason = (
            "titled as of the series, but none of its questions was found"
            if titled
            else "no question of the series was found"
        )
        raise NotOfTheSeries(f"{url}: {reason}")
    shown = own or headings
    if shown and not titled and not any(mentions_the_series(t) for t in headings):
        # The page has a title, and it names something else; only a whole interview that says so
        # in its text, or in its address, is still of the series.
        said = mentions_the_series(header.unquoted(url)) or any(
            mentions_the_series(line.text) for line in page.lines[:first] if not line.linked
        )
        if not (said and len(known) >= 5):
            raise NotOfTheSeries(f"{url}: titled «{shown[0][:80]}», which is not of the series")
    needed = _ENOUGH_TITLED if titled else _ENOUGH
    if len(known) < needed:
        raise NotOfTheSeries(f"{url}: only {len(known)} of the series' questions found")


def _title(visible: list[Line], page: Page) -> str | None:
    if visible:
        return " ".join(line.text for line in visible)
    for stated in page.titles:
        bare = header.without_site_name(stated, page.site_name)
        if mentions_the_series(bare) or not page.plain:
            return bare
    return None


def _paragraphs(lines: Iterable[Line]) -> list[str]:
    """Return lines as paragraphs; those that are glued go on in the one before."""
    paragraphs: list[str] = []
    for line in lines:
        if line.glued and paragraphs:
            paragraphs[-1] += f" {line.text}"
        else:
            paragraphs.append(line.text)
    return paragraphs


def _is_new(description: str, article: Article) -> bool:
    """Tell whether a description says what the post's own text does not (an excerpt repeats it)."""
    start = fold(description.split("[…]", maxsplit=1)[0].split("…", maxsplit=1)[0])[:60]
    return bool(start) and not any(
        start in fold(line.text) or fold(line.text)[:60] in start for line in article.page.lines
    )


def _answers(article: Article) -> tuple[Answer, ...]:
    lines, parts, answer = article.page.lines, article.parts, Part.ANSWER
    ends = [p.at for p in article.prompts[1:]] + [len(lines)]
    answers = []
    for position, (prompt, end) in enumerate(zip(article.prompts, ends, strict=True), start=1):
        said = _paragraphs([lines[at] for at in range(prompt.at + 1, end) if parts[at] is answer])
        answers.append(
            Answer(position, prompt.question_id, lines[prompt.at].text, "\n\n".join(said))
        )
    return tuple(answers)


def _nominees(answers: Iterable[Answer], person: str | None) -> tuple[Named, ...]:
    found: list[Named] = []
    for answer in answers:
        if answer.question_id == "baton":
            found.extend(
                named
                for named in baton.find_nominees(answer.answer)
                # «Ada Byron: Kumar R!» only says whose answer it is.
                if not (named.name == person and named.quote.startswith(f"{person}:"))
            )
    return tuple(found)


def _language(page: Page, answers: tuple[Answer, ...], url: str) -> str:
    """Return the language of the questions; where that cannot be told, what URL or page say."""
    asked = vocabulary.language([answer.question for answer in answers])
    return (
        asked
        or header.language_of(url)
        or (page.lang if page.lang in ("en", "fr") else None)
        or "en"
    )


def _category(shown: Iterable[Line], page: Page) -> str | None:
    """Return the category shown: on a line of its own, or on that of the date."""
    for line in shown:
        if category := category_in(line.text):
            return category
    return page.section


def _published(article: Article, dated: Iterable[Line]) -> date | None:
    """Return the date: JSON-LD and meta first, a <time> of the head, else the visible one."""
    page = article.page
    for stated in page.dates:
        if day := header.machine_date(stated):
            return day
    first = article.prompts[0].at
    start = article.parts.index(Part.TITLE) if Part.TITLE in article.parts else 0
    timed = [(at, day) for at, when in page.times if (day := header.machine_date(when))]
    shown = [day for line in dated if (day := _date_in(line.text))]
    # A <time> of the head, the visible date, a <time> above the title: those before may be of
    # other posts.
    days = [day for at, day in timed if start <= at <= first]
    days += shown + [day for at, day in timed if start - 8 <= at < start]
    return days[0] if days else None


def _date_in(text: str) -> date | None:
    within = header.date_within(text)
    return header.read_date(text) or (within[0] if within else None)


def _images(article: Article, captions: dict[int, str], url: str) -> tuple[Image, ...]:
    """Return the pictures of the post, each with its caption, and captions without a picture."""
    page, parts = article.page, article.parts
    if not (page.pictures or captions):
        return ()
    around = Part.AROUND
    low = next(at for at, part in enumerate(parts) if part is not around)
    high = len(parts) - next(n for n, part in enumerate(reversed(parts)) if part is not around)
    images: list[Image] = []
    for n, picture in enumerate(page.pictures):
        at = picture.before
        if not low <= at <= high:
            continue
        following = page.pictures[n + 1].before if n + 1 < len(page.pictures) else len(parts)
        # Its caption is the line behind it, or the one after that, or the one before.
        near = [at] + [at + 1] * (at + 1 < following) + [at - 1]
        caption = next((captions.pop(place) for place in near if place in captions), None)
        source = absolute(url, picture.url) if picture.url else None
        images.append(Image(source, picture.alt, caption))
    images.extend(Image(None, None, caption) for caption in captions.values())
    return tuple(images)


def _captions(article: Article) -> dict[int, str]:
    """Return the captions by their first line; lines of one block are one caption."""
    lines, captions, first = article.page.lines, dict[int, str](), -1
    caption = Part.CAPTION
    for at, part in enumerate(article.parts):
        if part is not caption:
            continue
        goes_on = (
            first >= 0 and article.parts[at - 1] is part and lines[at].block == lines[first].block
        )
        first = first if goes_on else at
        captions[first] = f"{captions[first]}\n{lines[at].text}" if goes_on else lines[at].text
    return captions


def _quotes(
    who: header.Presented,
    presented: header.Presented,
    detail: header.Presented,
    studio: tuple[str, str] | None,
    nominators: tuple[Named, ...],
    nominees: tuple[Named, ...],
) -> tuple[tuple[str, str], ...]:
    """Return the sentence behind each fact that was read out of one."""
    facts = (
        ("person", who.quote),
        ("role", presented.quote if presented.role else None),
        ("role_detail", detail.quote),
        ("studio", studio[1] if studio else None),
        ("nominators", "\n".join(dict.fromkeys(n.quote for n in nominators))),
        ("nominees", "\n".join(dict.fromkeys(n.quote for n in nominees))),
    )
    return tuple((fact, quote) for fact, quote in facts if quote)

"""Posts on sites that crowd them: breadcrumbs, bylines, contents, neighbours' links, comments.

Rule: each renderer is an adversary that stays fair; a person who sees the page reads the same post.
"""

from tests.reading.dressing import (
    attribute,
    dressed,
    esc,
    furniture,
    joined,
    linked,
    source,
    standing,
)
from tests.reading.pages import Block, Page, Turn, tail, turns

WORDS = {
    "en": {
        "home": "Home",
        "byline": "By the communication team",
        "time": "4 min read",
        "contents": "Table of contents",
        "before": "Previous post",
        "after": "Next post",
        "reply": "Leave a Reply",
        "note": "Your email address will not be published. Required fields are marked *",
        "send": "Post Comment",
        "skip": "Skip to content",
    },
    "fr": {
        "home": "Accueil",
        "byline": "Par l’équipe communication",
        "time": "4 min de lecture",
        "contents": "Sommaire",
        "before": "Article précédent",
        "after": "Article suivant",
        "reply": "Laisser un commentaire",
        "note": "Votre adresse e-mail ne sera pas publiée. Les champs obligatoires sont indiqués avec *",
        "send": "Publier le commentaire",
        "skip": "Aller au contenu",
    },
}


def ordered(page: Page) -> bytes:
    """Render (k): one numbered list holds the interview, an item for a question and its answer."""
    items = joined(
        f"<li><h4>{esc(turn.question or '')}</h4>{_blocks(turn, page)}</li>"
        for turn in turns(page)[1:]
    )
    return _crowded(page, f"<ol>{items}</ol>")


def tabular(page: Page) -> bytes:
    """Render (l): a table with questions on the left and answers on the right."""
    rows = joined(
        f'<tr><th scope="row">{esc(turn.question or "")}</th><td>{_blocks(turn, page)}</td></tr>'
        for turn in turns(page)[1:]
    )
    return _crowded(page, f"<table><tbody>{rows}</tbody></table>")


def contents(page: Page) -> bytes:
    """Render (m): a table of contents repeats every question before the first is asked."""
    rest = turns(page)[1:]
    links = joined(
        f'<li><a href="#q{number}">{esc(turn.question or "")}</a></li>'
        for number, turn in enumerate(rest)
    )
    toc = f'<div class="toc"><p>{WORDS[page.lang]["contents"]}</p><ul>{links}</ul></div>'
    asked = joined(
        f'<h2 id="q{number}">{esc(turn.question or "")}</h2>{_blocks(turn, page)}'
        for number, turn in enumerate(rest)
    )
    return _crowded(page, toc + asked)


def _crowded(page: Page, interview: str) -> bytes:
    around, say = furniture(page), WORDS[page.lang]
    (before, _, _), (after, _, _), *_ = around.others
    closing = joined(f"<p>{linked(block.lines[0])}</p>" for block in tail(page))
    latest = joined(
        f'<li><a href="/x/">{esc(title)}</a> {day}</li>' for title, day, _ in around.others
    )
    menu = joined(f'<li><a href="#">{esc(one)}</a></li>' for one in around.menu)
    return f"""<!DOCTYPE html><html lang="{page.lang}"><head><meta charset="utf-8">
<title>{esc(page.title)} › Mikros Animation</title></head><body>
<a class="skip" href="#main">{say["skip"]}</a><div><ul>{menu}<li><a href="/en/">EN</a></li>
<li><a href="/fr/">FR</a></li></ul></div>
<div class="crumbs"><a href="/">{say["home"]}</a> » <a href="/news/">News</a> » {esc(page.title)}</div>
<div id="main"><a href="../">{around.back}</a>
<p>{esc(page.category)}</p>
<h1>{esc(page.title)}</h1>{standing(page)}
<p>{page.date}</p>
<p>{say["byline"]}</p><p>{say["time"]}</p>
{_blocks(turns(page)[0], page)}
{interview}
{closing}
<div><a href="#">Facebook</a> <a href="#">X</a> <a href="#">LinkedIn</a> <a href="#">WhatsApp</a></div>
<div><a rel="prev" href="/p/"><span>{say["before"]}</span> <span>{esc(before)}</span></a>
<a rel="next" href="/n/"><span>{say["after"]}</span> <span>{esc(after)}</span></a></div>
<div id="respond"><h3>{say["reply"]}</h3><p>{say["note"]}</p><form><textarea></textarea>
<button>{say["send"]}</button></form></div></div>
<div><h3>{around.related[4]}</h3><ul>{latest}</ul></div>
<div>{around.newsletter[0]}<form><input type="email"><button>{around.newsletter[2]}</button></form></div>
<div>{around.footer[0]} <a href="#">{around.footer[1]}</a> <a href="#">{around.footer[2]}</a></div>
</body></html>""".encode()


def _blocks(turn: Turn, page: Page) -> str:
    return joined(_block(block, page) for block in turn.blocks)


def _block(block: Block, page: Page) -> str:
    if block.kind == "figure":
        # Lazy loading: the address is elsewhere, and a noscript copy stands beside.
        caption = f"<figcaption>{esc(block.caption)}</figcaption>" if block.caption else ""
        alt = attribute(block.alt)
        return (
            f'<figure><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" '
            f'data-src="{source(page)}" alt="{alt}"><noscript><img src="{source(page)}" '
            f'alt="{alt}"></noscript>{caption}</figure>'
        )
    return joined(f"<p>{dressed(line, 'strong')}</p>" for line in block.lines)

"""Posts whose tags part questions from answers: headings, accordions, definition lists.

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


def headings(page: Page) -> bytes:
    """(d) Questions as headings, answers as block quotes, class names that are hashes."""
    around = furniture(page)
    first, *rest = turns(page)
    body = joined(
        f'<h3 class="css-1q{number}k">{esc(turn.question or "")}</h3>\n'
        f'<blockquote class="css-9x7a">{_blocks(turn, page)}</blockquote>'
        for number, turn in enumerate(rest)
    )
    cards = joined(
        f'<a class="css-c4" href="/x/"><h3 class="css-h3">{esc(title)}</h3><p>{esc(start)}</p></a>'
        for title, _, start in around.others
    )
    menu = joined(f'<a href="#">{esc(one)}</a>' for one in around.menu)
    start = f'<h2 class="css-s2">{esc(page.standfirst)}</h2>' if page.standfirst else ""
    return f"""<!doctype html><html lang="{page.lang}-{page.lang.upper()}"><head><meta charset=utf-8>
<title>{esc(page.title)}</title>
<meta name="date" content="{page.iso}"></head><body><div id="__next">
<header class="css-0a"><a href="/">Mikros Animation</a><nav>{menu}</nav></header>
<main class="css-m"><a class="css-b1" href="../">← {around.back}</a>
<p class="css-k9">{esc(page.category)}</p>
<h1 class="css-t1">{esc(page.title)}</h1>
{start}
<p class="css-d0">{page.date}</p>
{_blocks(first, page)}
{body}
{_closing(page)}
</main>
<section class="css-r"><h2>{around.related[3]}</h2>{cards}</section>
<section class="css-n"><h3>{around.newsletter[0]}</h3><form>
<input placeholder="{around.newsletter[1]}"><button>{around.newsletter[2]}</button></form></section>
<footer class="css-f"><h4>Mikros Animation</h4><p>{around.footer[0]}</p></footer>
</div></body></html>""".encode()


def details(page: Page) -> bytes:
    """(e) An accordion of details and summary; the panels are closed until somebody clicks."""
    panels = joined(
        f"<details><summary>{esc(turn.question or '')}</summary>"
        f"<div>{_blocks(turn, page)}</div></details>"
        for turn in turns(page)[1:]
    )
    return _modern(page, panels)


def buttons(page: Page) -> bytes:
    """(e) An accordion of buttons, with panels that are hidden until somebody clicks."""
    panels = joined(
        f'<div class="acc"><h3><button type="button" aria-expanded="false" aria-controls="p{number}">'
        f'{esc(turn.question or "")}<svg><path d="M0 0h9"/></svg></button></h3>'
        f'<div id="p{number}" role="region" hidden>{_blocks(turn, page)}</div></div>'
        for number, turn in enumerate(turns(page)[1:])
    )
    return _modern(page, panels)


def definitions(page: Page) -> bytes:
    """(f) A definition list: the question is the term, the answer its definition."""
    terms = joined(
        f"<dt>{esc(turn.question or '')}</dt><dd>{_blocks(turn, page)}</dd>"
        for turn in turns(page)[1:]
    )
    return _modern(page, f"<dl>{terms}</dl>")


def _modern(page: Page, interview: str) -> bytes:
    around = furniture(page)
    cards = joined(
        f'<article><a href="/x/"><h3>{esc(title)}</h3></a><time datetime="2022-02-02">{day}</time>'
        f"<p>{esc(start)}</p></article>"
        for title, day, start in around.others
    )
    menu = joined(f'<li><a href="#">{esc(one)}</a></li>' for one in around.menu)
    return f"""<!DOCTYPE html><html lang="{page.lang}"><head><meta charset="utf-8">
<title>{esc(page.title)} — Mikros Animation</title></head><body>
<nav><ul>{menu}</ul></nav>
<main><article><header><p><a href="../">{around.back}</a></p>
<p><a rel="category" href="#">{esc(page.category)}</a></p>
<h1>{esc(page.title)}</h1>{standing(page)}
<p><time datetime="{page.iso}">{page.date}</time></p></header>
{_blocks(turns(page)[0], page)}
{interview}
{_closing(page)}
<ul aria-label="share"><li><button>Facebook</button></li><li><button>LinkedIn</button></li></ul>
</article><aside><h2>{around.related[4]}</h2>{cards}</aside></main>
<footer><p>{around.newsletter[0]}</p><form><input type="email"><button>OK</button></form>
<ul><li>{around.footer[1]}</li><li>{around.footer[2]}</li></ul><p>{around.footer[0]}</p></footer>
</body></html>""".encode()


def _closing(page: Page) -> str:
    return joined(f"<p>{linked(block.lines[0])}</p>" for block in tail(page))


def _blocks(turn: Turn, page: Page) -> str:
    return joined(_block(block, page) for block in turn.blocks)


def _block(block: Block, page: Page) -> str:
    if block.kind == "figure":
        caption = f"<figcaption>{esc(block.caption)}</figcaption>" if block.caption else ""
        return f'<figure><img alt="{attribute(block.alt)}" src="{source(page)}">{caption}</figure>'
    return joined(f"<p>{dressed(line, 'strong')}</p>" for line in block.lines)

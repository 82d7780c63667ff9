"""Posts with little or no meaning in their tags: page builder, hand-written, flat page, app shell.

Rule: each renderer is an adversary that stays fair; a person who sees the page reads the same post.
"""

from tests.reading.dressing import (
    attribute,
    dressed,
    esc,
    furniture,
    joined,
    lines_of,
    linked,
    source,
)
from tests.reading.pages import Block, Page, tail, turns


def page_builder(page: Page) -> bytes:
    """(b) A page builder: divs twelve deep, a module for each paragraph, nothing that means anything."""
    around = furniture(page)

    def module(inner: str, number: int = 0) -> str:
        return f'<div class="m m_{number}"><div class="mi">{inner}</div></div>'

    parts = [module(f'<a href="../"><span>{around.back}</span></a>'), module(esc(page.category))]
    parts.append(module(f'<div style="font-size:42px">{esc(page.title)}</div>'))
    parts += [module(esc(page.standfirst))] if page.standfirst else []
    parts.append(module(page.date))
    for number, block in enumerate(page.blocks):
        parts.append(module(_built(block, page), number))
    shares = "".join(f'<div><a href="#"><span>{one}</span></a></div>' for one in ("Facebook", "X"))
    cards = joined(
        module(f'<a href="/x/"><div>{day}</div><div>{esc(title)}</div></a>')
        for title, day, _ in around.others
    )
    deep, undeep = "<div>" * 12, "</div>" * 12
    menu = "".join(f'<div><a href="#">{esc(one)}</a></div>' for one in around.menu)
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8">
<title>{esc(page.title)} | Mikros Animation</title></head><body>
<div><div>{menu}</div></div>
{deep}{joined(parts)}{undeep}
<div><div>{around.share}</div>{shares}</div>
<div><div><div>{around.related[1]}</div>{cards}</div></div>
<div><div>{around.newsletter[0]}</div><div>{around.newsletter[3]}</div></div>
<div><div>{around.footer[0]}</div><div><a href="#">{around.footer[1]}</a></div></div>
<div style="position:fixed"><div>{around.cookies[0]}</div><div>{around.cookies[1]}</div></div>
</body></html>""".encode()


def _built(block: Block, page: Page) -> str:
    if block.kind == "figure":
        caption = f"<div>{esc(block.caption)}</div>" if block.caption else ""
        return f'<div><img src="{source(page)}" alt="{attribute(block.alt)}"></div>{caption}'
    if block in tail(page):
        return linked(block.lines[0])
    if block.kind == "li":
        return f"<ul><li><span>{lines_of(block, page, 'b')}</span></li></ul>"
    return f"<span>{lines_of(block, page, 'b')}</span>"


def hand_written(page: Page) -> bytes:
    """(c) Hand-written in 2004: tables, fonts, no paragraphs, tags left open, Windows' own charset."""
    around = furniture(page)
    menu = joined(f'<A HREF="#">{esc(one)}</A><BR>' for one in around.menu)
    parts = []
    for block in page.blocks:
        if block.kind == "figure":
            parts.append(
                f'<TABLE ALIGN=RIGHT><TR><TD><IMG SRC="{source(page)}" ALT="{attribute(block.alt)}">'
                f'<BR><FONT SIZE="1"><I>{esc(block.caption)}</I></FONT></TABLE>'
            )
        elif block.kind == "li":
            parts.append(f"<UL><LI>{_wrapped(lines_of(block, page, 'B', '<BR>'))}</UL>")
        else:
            parts.append(_wrapped(lines_of(block, page, "B", "<BR>")) + "<BR><BR>")
    others = joined(f'<LI><A HREF="#">{esc(title)}</A>' for title, _, _ in around.others)
    start = f"{esc(page.standfirst)}<BR><BR>" if page.standfirst else ""
    text = f"""<HTML><HEAD>
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=windows-1252">
<TITLE>{esc(page.title)}</TITLE></HEAD>
<BODY BGCOLOR=#FFFFFF><CENTER><TABLE WIDTH=780 BORDER=0><TR>
<TD WIDTH=150 VALIGN=TOP><FONT FACE=Arial SIZE=2>{menu}</FONT>
<TD VALIGN=TOP><FONT FACE=Arial SIZE=2><A HREF="index.html">{around.back}</A><BR>
<FONT COLOR=#999999>{esc(page.category)}</FONT><BR><BR>
<FONT SIZE=5><B>{esc(page.title)}</B></FONT><BR><BR>
{start}<FONT SIZE=1>{page.date}</FONT><BR><BR>
{joined(parts)}
<HR>
<B>{around.related[2]}</B>
<UL>{others}</UL>
<HR><CENTER><FONT SIZE=1>{around.footer[0]}<BR>{around.footer[1]} | {around.footer[2]}
</TABLE></BODY></HTML>"""
    return text.encode("cp1252", "xmlcharrefreplace")


def _wrapped(text: str) -> str:
    # An editor of that time breaks its lines at 72 columns; a browser shows a space.
    lines, width = [""], 72
    for word in text.split(" "):
        if len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return "\r\n".join(lines)


def flat(page: Page) -> bytes:
    """(h) A title in the head, and paragraphs straight under the body; nothing else."""
    around = furniture(page)
    parts = [f'<a href="../">{around.back}</a>', esc(page.category), f"<b>{esc(page.title)}</b>"]
    parts += [esc(page.standfirst)] if page.standfirst else []
    parts.append(page.date)
    for block in page.blocks:
        if block.kind == "figure":
            parts.append(f'<img src="{source(page)}" alt="{attribute(block.alt)}">')
            parts += [f"<small>{esc(block.caption)}</small>"] if block.caption else []
        elif block in tail(page):
            parts.append(linked(block.lines[0]))
        else:
            parts.append("<br>".join(dressed(line, "i") for line in block.lines))
    parts.append(around.related[0])
    parts += [f'<a href="/x/">{esc(title)}</a>' for title, _, _ in around.others]
    parts += [
        around.footer[0],
        f'<a href="#">{around.footer[1]}</a> · <a href="#">{around.footer[2]}</a>',
    ]
    paragraphs = joined(f"<p>{part}" for part in parts)
    return f"<!DOCTYPE html><meta charset=utf-8><title>{esc(page.title)}</title>\n{paragraphs}".encode()


def app_shell(page: Page) -> bytes:
    """(i) What an app leaves on the page: divs with roles, spans as blocks, a list a question."""
    around = furniture(page)
    first, *rest = turns(page)
    content = joined(_role(block, page) for block in first.blocks)
    for turn in rest:
        content += f'<ul class="q"><li><span><b>{esc(turn.question or "")}</b></span></li></ul>'
        content += joined(_role(block, page) for block in turn.blocks)
    content += joined(f'<div role="paragraph">{linked(one.lines[0])}</div>' for one in tail(page))
    menu = joined(f'<div role="menuitem">{esc(one)}</div>' for one in around.menu)
    cards = joined(
        f'<div role="listitem"><div role="heading" aria-level="3">{esc(title)}</div><div>{day}</div></div>'
        for title, day, _ in around.others
    )
    start = f'<div role="doc-subtitle">{esc(page.standfirst)}</div>' if page.standfirst else ""
    return f"""<!DOCTYPE html><html lang="{page.lang}"><head><meta charset="utf-8">
<title>{esc(page.title)}</title></head><body><div id="root">
<div role="banner"><div role="menubar">{menu}</div></div>
<div role="main"><div><div role="link" tabindex="0">{around.back}</div>
<div><span>{esc(page.category)}</span></div>
<div role="heading" aria-level="1">{esc(page.title)}</div>{start}
<div><span>{page.date}</span></div></div>
<div>{content}</div></div>
<div role="complementary"><div role="heading" aria-level="2">{around.related[3]}</div>
<div role="list">{cards}</div></div>
<div role="contentinfo"><div>{around.footer[0]}</div><div role="link">{around.footer[2]}</div></div>
</div><noscript>You need to enable JavaScript to run this app.</noscript>
<script id="__DATA__" type="application/json">{{"q": "What would be your superpower?"}}</script>
</body></html>""".encode()


def _role(block: Block, page: Page) -> str:
    if block.kind == "figure":
        caption = f'<div role="caption">{esc(block.caption)}</div>' if block.caption else ""
        picture = f'<img src="{source(page)}" alt="{attribute(block.alt)}">'
        return f'<div role="figure">{picture}{caption}</div>'
    lines = "".join(f'<span style="display:block">{dressed(line)}</span>' for line in block.lines)
    return f'<div role="paragraph">{lines}</div>'

"""Posts as the themes of publishing systems send them: block theme, classic theme, AMP.

Rule: each renderer is an adversary that stays fair; a person who sees the page reads the same post.
"""

from tests.reading.dressing import (
    attribute,
    esc,
    furniture,
    graph,
    joined,
    lines_of,
    linked,
    source,
    standing,
)
from tests.reading.pages import Block, Page, tail


def block_theme(page: Page) -> bytes:
    """Render (a): a WordPress block theme with all that marketing adds to it."""
    around = furniture(page)
    menu = joined(
        f'<li class="wp-block-navigation-item"><a href="#">{esc(one)}</a></li>'
        for one in (*around.menu, *(title for title, _, _ in around.others))
    )
    cards = joined(
        f'<li class="wp-block-post"><h3 class="wp-block-post-title"><a href="/x/">{esc(title)}</a></h3>'
        f'<div class="wp-block-post-date"><time datetime="2023-01-01T08:00:00+00:00">{day}</time></div>'
        f'<div class="wp-block-post-excerpt"><p>{esc(start)} […]</p></div></li>'
        for title, day, start in around.others
    )
    content = joined(gutenberg(block, page) for block in page.blocks)
    return f"""<!DOCTYPE html>
<html lang="{page.lang}"><head><meta charset="UTF-8">
<title>{esc(page.title)} - Mikros Animation</title>
<meta property="og:title" content="{attribute(page.title)}">
<meta property="article:published_time" content="{page.iso}T09:30:00+00:00">
<meta property="article:modified_time" content="2024-08-01T00:00:00+00:00">
{graph(page)}<style>.wp-block{{margin:0}}</style></head>
<body class="single single-post">
<div class="cookie-bar" role="dialog"><p>{around.cookies[0]}</p>
<button>{around.cookies[1]}</button><button>{around.cookies[2]}</button></div>
<header class="wp-block-template-part"><nav class="wp-block-navigation"><ul>{menu}</ul></nav></header>
<main class="wp-block-group"><article>
<a class="back" href="../">{around.back}</a>
<div class="taxonomy-category wp-block-post-terms"><a rel="tag" href="#">{esc(page.category)}</a></div>
<h1 class="wp-block-post-title">{esc(page.title)}</h1>
{standing(page)}
<div class="wp-block-post-date"><time datetime="{page.iso}T09:30:00+00:00">{page.date}</time></div>
<div class="entry-content wp-block-post-content">
{content}
</div>
<div class="share"><span>{around.share}</span><ul><li><a href="#">Facebook</a></li>
<li><a href="#">LinkedIn</a></li><li><a href="#">X</a></li></ul></div>
</article>
<section><h2>{around.related[0]}</h2><ul class="wp-block-post-template">{cards}</ul></section></main>
<aside><h2>{around.newsletter[0]}</h2><form><label>{around.newsletter[1]}<input type="email"></label>
<button>{around.newsletter[2]}</button><p>{around.newsletter[3]}</p></form></aside>
<footer><p>{around.footer[0]}</p><a href="#">{around.footer[1]}</a> <a href="#">{around.footer[2]}</a></footer>
<script>window.page = "What is the best part of your job?";</script>
</body></html>""".encode()


def gutenberg(block: Block, page: Page) -> str:
    """Return one block as the block editor writes it."""
    if block.kind == "figure":
        caption = (
            f'<figcaption class="wp-element-caption">{esc(block.caption)}</figcaption>'
            if block.caption
            else ""
        )
        return (
            f'<!-- wp:image --><figure class="wp-block-image size-large"><img src="{source(page)}" '
            f'alt="{attribute(block.alt)}"/>{caption}</figure><!-- /wp:image -->'
        )
    if block.kind == "li":
        return f'<ul class="wp-block-list"><li>{lines_of(block, page)}</li></ul>'
    if block in tail(page):
        return f'<p class="has-text-align-center">{linked(block.lines[0])}</p>'
    return f"<!-- wp:paragraph --><p>{lines_of(block, page)}</p><!-- /wp:paragraph -->"


def classic(page: Page) -> bytes:
    """(g) A classic theme: wpautop, `&nbsp;`, caption shortcodes, emoji turned into pictures."""
    around = furniture(page)
    content = joined(_autop(block, page) for block in page.blocks)
    recent = joined(
        f'<li><a href="/x/">{emoji(esc(title))}</a></li>' for title, _, _ in around.others
    )
    menu = joined(f'<li class="menu-item"><a href="#">{esc(one)}</a></li>' for one in around.menu)
    trail = f'<a href="../">{around.back}</a>'
    return f"""<!DOCTYPE html><html lang="{page.lang}"><head><meta charset="UTF-8" />
<title>{esc(page.title)} &#8211; Mikros Animation</title>
<meta property="article:published_time" content="{page.iso}T10:00:00+01:00" />
</head><body class="post-template-default"><div id="page">
<div id="header"><ul id="menu-main">{menu}</ul></div>
<div id="content"><div class="post hentry">{trail}
<span class="cat-links"><a rel="category tag" href="#">{esc(page.category)}</a></span>
<h2 class="entry-title">{emoji(esc(page.title))}</h2>
{standing(page)}
<p class="postmetadata">{page.date}</p>
<div class="entry"><p>&nbsp;</p>
{content}
<p><!--more--></p></div></div>
<div class="sharedaddy"><h3 class="sd-title">{around.share}:</h3><ul><li>Twitter</li><li>Facebook</li></ul></div>
<h3>{around.related[1]}</h3><ul>{recent}</ul></div>
<div id="sidebar"><h2>{around.related[4]}</h2><ul>{recent}</ul>
<h2>Archives</h2><ul><li><a href="#">March 2023</a></li><li><a href="#">June 2024</a></li></ul></div>
<div id="footer"><p>{around.footer[0]}</p><p>{around.footer[1]} &middot; {around.footer[2]}</p></div>
</div><script type="text/javascript">var a = "<p>Who inspires you?</p>";</script></body></html>
""".encode()


def emoji(markup: str) -> str:
    """Return HTML with emoji as pictures, as the publishing system's own script leaves them."""
    pictures = {
        mark: f'<img class="emoji" draggable="false" src="https://s.example.org/{ord(mark):x}.svg" alt="{mark}" />'
        for mark in "🔍😉💜😊🏮"
    }
    return "".join(pictures.get(mark, mark) for mark in markup)


def _autop(block: Block, page: Page) -> str:
    if block.kind == "figure":
        picture = f'<img class="size-full" src="{source(page)}" alt="{attribute(block.alt)}" width="600" />'
        if not block.caption:
            return f"<p>{picture}</p>"
        return (
            f'<div id="attachment_12" style="width: 610px" class="wp-caption aligncenter">{picture}'
            f'<p id="caption-attachment-12" class="wp-caption-text">{esc(block.caption)}</p></div>'
        )
    if block in tail(page):
        return f'<p style="text-align: center;">{linked(block.lines[0])}</p>'
    lines = emoji(lines_of(block, page, newline="<br />\n"))
    for mark in "?!:":
        lines = lines.replace(f" {mark}", f"&nbsp;{mark}")
    lines = lines.replace("’", "&rsquo;").replace("…", "&hellip;").replace("–", "&#8211;")
    return f"<ul>\n<li>{lines}</li>\n</ul>" if block.kind == "li" else f"<p>{lines}&nbsp;</p>"


def amp(page: Page) -> bytes:
    """(j) An accelerated mobile page, with its own tags for pictures, menus and sharing."""
    around = furniture(page)
    content = joined(_amp(block, page) for block in page.blocks)
    menu = joined(f'<li><a href="#">{esc(one)}</a></li>' for one in around.menu)
    cards = joined(f'<p><a href="/x/">{esc(title)}</a></p>' for title, _, _ in around.others)
    return f"""<!doctype html><html ⚡ lang="{page.lang}"><head><meta charset="utf-8">
<title>{esc(page.title)}</title><link rel="canonical" href="{page.url}">{graph(page)}
<style amp-boilerplate>body{{-webkit-animation:-amp-start 8s steps(1,end) 0s 1 normal both}}</style>
<noscript><style amp-boilerplate>body{{-webkit-animation:none}}</style></noscript></head><body>
<amp-sidebar id="menu" layout="nodisplay" side="left"><ul>{menu}</ul></amp-sidebar>
<header class="amp-wp-header"><a href="/">Mikros Animation</a></header>
<article class="amp-wp-article"><header>
<div class="b"><a href="../">{around.back}</a></div>
<div class="amp-wp-tax-category">{esc(page.category)}</div>
<h1 class="amp-wp-title">{esc(page.title)}</h1>{standing(page, "h2")}
<div class="amp-wp-meta"><time>{page.date}</time></div></header>
<div class="amp-wp-article-content">{content}</div>
<div class="s"><amp-social-share type="twitter"></amp-social-share><p>{around.share}</p></div>
</article><section><h4>{around.related[2]}</h4>{cards}</section>
<footer><p>{around.footer[0]}</p><a href="#top">Back to top</a></footer>
<amp-user-notification id="n"><p>{around.cookies[0]}</p><button>{around.cookies[1]}</button>
</amp-user-notification></body></html>""".encode()


def _amp(block: Block, page: Page) -> str:
    if block.kind == "figure":
        alt = attribute(block.alt)
        caption = f"<figcaption>{esc(block.caption)}</figcaption>" if block.caption else ""
        return (
            f'<figure><amp-img src="{source(page)}" alt="{alt}" width="600" height="300">'
            f'<noscript><img src="{source(page)}" alt="{alt}"></noscript></amp-img>{caption}</figure>'
        )
    if block in tail(page):
        return f"<p>{linked(block.lines[0])}</p>"
    lines = lines_of(block, page, "b", "<br/>")
    return f"<ul><li>{lines}</li></ul>" if block.kind == "li" else f"<p>{lines}</p>"

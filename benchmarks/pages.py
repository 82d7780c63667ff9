"""Pages to measure with: articles of the sample studio, as heavy as real WordPress pages are.

The sample's own pages are 7 to 9 kB, because its theme has no weight. A WordPress page carries
inline styles and scripts in its head and two menus of some fifty entries each; they are added here,
until a page has about 40 kB. Rule: what is added holds nothing of the article.
"""

from dataclasses import dataclass

from scraper.sample import Studio
from scraper.sample.pages import article_page

BASE = "https://www.ombrelle.example"
ENTRIES = 50  # of a menu, as a site with drop-down menus has them
STYLES = 330  # rules in the head, as block editor and theme print them
SCRIPTS = 55  # statements of settings and loaders


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page as a crawl would have kept it."""

    url: str
    body: bytes


def saved_pages(count: int) -> list[SavedPage]:
    """Return `count` pages of interviews, no two the same."""
    studio = Studio.grown(count + 40, seed=8)  # the sample itself has some thirty
    found = [article for article in studio.articles if article.kind == "interview"]
    return [
        SavedPage(BASE + article.path, _with_weight(article_page(studio, article, BASE)).encode())
        for article in found[-count:]
    ]


def _with_weight(page: str) -> str:
    """Return a page with the styles, scripts and menus of a real site."""
    page = page.replace("</head>", f"{_styles()}{_scripts()}</head>", 1)
    page = page.replace("</nav>", f"{_menu('main')}</nav>", 1)
    return page.replace("</footer>", f"{_menu('footer')}</footer>", 1)


def _styles() -> str:
    rules = (f".wp-block-{n}{{margin:0 {n % 9}em;color:#{n:03x}}}\n" for n in range(STYLES))
    return f"<style id='wp-block-library-inline-css'>{''.join(rules)}</style>\n"


def _scripts() -> str:
    lines = (
        f'window.settings{n}={{"ajax":"/wp-admin/admin-ajax.php","nonce":"{n:08x}"}};\n'
        for n in range(SCRIPTS)
    )
    return f"<script id='theme-settings-js'>{''.join(lines)}</script>\n"


def _menu(place: str) -> str:
    entries = (
        f'<li id="menu-item-{n}" class="menu-item menu-item-type-post_type menu-item-{n}">'
        f'<a href="{BASE}/en/page-{n}/"><span>{place.title()} entry {n}</span></a></li>\n'
        for n in range(ENTRIES)
    )
    return f'<ul id="menu-{place}" class="menu">{"".join(entries)}</ul>\n'

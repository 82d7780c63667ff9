"""The table of markups: every kind of site that a post is tried in.

Rule: a new kind of site is a new function in `themes`, `qa`, `simple` or `crowded`, and a line here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.reading import crowded, forms, qa, simple, themes
from tests.reading.pages import Page


@dataclass(frozen=True, slots=True)
class Markup:
    """What a kind of site sends, as which media type, and whether it shows the category."""

    render: Callable[[Page], bytes]
    media_type: str = "text/html"
    categorised: bool = True


def _rest_without_terms(page: Page) -> bytes:
    return forms.rest(page, terms=False)


MARKUPS = {
    "block-theme": Markup(themes.block_theme, "text/html; charset=UTF-8"),
    "page-builder": Markup(simple.page_builder),
    "hand-written": Markup(simple.hand_written),
    "headings": Markup(qa.headings),
    "details": Markup(qa.details),
    "buttons": Markup(qa.buttons),
    "definitions": Markup(qa.definitions),
    "classic": Markup(themes.classic),
    "flat": Markup(simple.flat),
    "app-shell": Markup(simple.app_shell),
    "amp": Markup(themes.amp),
    "ordered": Markup(crowded.ordered),
    "tabular": Markup(crowded.tabular),
    "contents": Markup(crowded.contents),
    "rest": Markup(forms.rest, "application/json"),
    "rest-no-terms": Markup(
        _rest_without_terms, "application/json; charset=UTF-8", categorised=False
    ),
}

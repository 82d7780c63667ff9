"""Everybody can use the site: axe-core finds nothing, and the keyboard reaches everything."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.site.browsing import MARKS, PATHS, watched

pytestmark = MARKS


@pytest.mark.parametrize(("width", "dress"), [(360, "light"), (360, "dark"), (1440, "light"), (1440, "dark")])  # fmt: skip
def test_axe_finds_nothing(browser: Browser, site: str, width: int, dress: str) -> None:
    """Every page, ours and Datasette's, on a phone and a desktop, light and dark; folds open."""
    axe, found = Axe(), []
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=dress,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    page = context.new_page()
    for path in PATHS:
        page.goto(site + path)
        page.evaluate(
            "document.querySelectorAll('details').forEach((fold) => { fold.open = true; })"
        )
        result = axe.run(page)
        found += [
            f"{path}: {one['id']}: {one['nodes'][0]['html'][:120]}"
            for one in result.response["violations"]
        ]
    context.close()
    assert found == []


@pytest.mark.parametrize("path", ["", "spotlights", "spotlights/ines-vauclair-talk", "search?q=films", "about", "mikroscope/people"])  # fmt: skip
def test_the_keyboard_reaches_everything_in_order(browser: Browser, site: str, path: str) -> None:
    """Tab visits every link and field once, down the page, and each shows that it has the focus."""
    wrong: list[str] = []
    page = watched(browser.new_page(), site, wrong)
    page.goto(site + path)
    wanted = page.evaluate(
        """[...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
        .filter((one) => one.checkVisibility({visibilityProperty: true}) && one.type !== "hidden"
          && !one.closest("details:not([open]) > :not(summary)")).length"""
    )
    visited: list[str] = []
    for _ in range(wanted):
        page.keyboard.press("Tab")
        told = page.evaluate(
            """() => {
              const one = document.activeElement;
              const style = getComputedStyle(one);
              const rim = one.querySelector && one.querySelector(".rim, .reach");
              const seen = style.outlineStyle !== "none" || Boolean(rim);
              window.steps = window.steps || [];
              const before = window.steps.at(-1);
              const after = !before || Boolean(before.compareDocumentPosition(one) & 4);
              window.steps.push(one);
              return [one.tagName, seen, after, one.outerHTML.slice(0, 80)];
            }"""
        )
        if told[0] == "BODY":
            break
        assert told[1], f"no focus to be seen: {told[3]}"
        assert told[2], f"out of order: {told[3]}"
        visited.append(told[3])
    assert len(visited) == wanted
    page.close()
    assert wrong == []


def test_an_interview_is_found_read_and_cited_without_a_mouse(browser: Browser, site: str) -> None:
    """From the home page: search, open, unfold the citation."""
    page = browser.new_page()
    page.goto(site)
    page.keyboard.press("/")
    page.keyboard.type("lighthouse")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=lighthouse")
    page.locator(".results a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/spotlights/**")
    page.get_by_text("Cite this").focus()
    page.keyboard.press("Enter")
    assert page.locator(".cite").first.is_visible()
    page.close()

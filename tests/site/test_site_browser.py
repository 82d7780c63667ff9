"""The pages in a real browser: nothing overflows, complains, or asks another host."""

import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.site.browsing import MARKS, PATHS, watched
from tests.site.growing import grow, index

Running = Callable[[Path], AbstractContextManager[tuple[subprocess.Popen[str], str]]]

pytestmark = MARKS


@pytest.mark.parametrize("width", [360, 768, 1440])
@pytest.mark.parametrize("dress", ["light", "dark"])
def test_pages_fit_and_keep_to_themselves(
    browser: Browser, site: str, width: int, dress: str
) -> None:
    """At phone and desktop width, in both dresses: no sideways scroll, no error, no other host."""
    wrong: list[str] = []
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=dress)  # type: ignore[arg-type]
    page = watched(context.new_page(), site, wrong)
    for path in PATHS:
        page.goto(site + path)
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 0:
            wrong.append(f"{path} is {over} pixels too wide")
    context.close()
    assert wrong == []


def test_the_fonts_are_our_own(browser: Browser, site: str) -> None:
    """Both families load from this site."""
    page = browser.new_page()
    page.goto(site)
    page.evaluate("document.fonts.ready")
    loaded = page.evaluate(
        "[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family.replace(/\"/g, ''))"
    )
    assert {"Fraunces", "Instrument Sans"} <= set(loaded)
    page.close()


def test_the_dress_is_switched_and_remembered(browser: Browser, site: str) -> None:
    """The switch turns paper to night, also on the next page."""
    context = browser.new_context(color_scheme="light")
    page = context.new_page()
    page.goto(site)
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(paper)
    page.get_by_role("button", name="Dark dress").click()
    dark = page.evaluate(paper)
    assert dark != light
    page.goto(f"{site}about")
    assert page.evaluate(paper) == dark
    context.close()


def test_the_keyboard_is_enough(browser: Browser, site: str) -> None:
    """The skip link comes first, `/` goes to search, Enter searches, and focus is seen."""
    page = browser.new_page()
    page.goto(f"{site}about")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("/")
    page.keyboard.type("obelix")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=obelix")
    assert page.get_by_text("Obélix").first.is_visible()
    page.close()


def test_without_scripts_everything_can_be_read(browser: Browser, site: str) -> None:
    """Search, quotes and picture need none; the switch, which does, is not shown."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site)
    page.locator("main input[name=q]").fill("lighthouse")
    page.locator("main button").click()
    assert page.locator("mark").first.inner_text() == "lighthouse"
    page.goto(f"{site}spotlights/obelix-tran-talk")
    page.get_by_text("Where it is said").first.click()
    assert page.locator("blockquote").first.is_visible()
    assert not page.locator("button.dress").is_visible()
    page.goto(f"{site}baton")
    assert page.locator("svg .rim").count() == 17
    context.close()


@pytest.mark.parametrize("dress", ["light", "dark"])
def test_text_stands_out_from_its_ground(browser: Browser, site: str, dress: str) -> None:
    """Every colour of text has AA contrast, 4.5 to 1, on paper and on slide (WCAG 2.2 §1.4.3)."""
    context = browser.new_context(color_scheme=dress)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(site)
    ratios = page.evaluate(
        """() => {
          const probe = document.body.appendChild(document.createElement("i"));
          const light = (name) => {
            probe.style.color = `var(--${name})`;
            const [r, g, b] = getComputedStyle(probe).color.match(/[\\d.]+/g).map(Number)
              .map((v) => v / 255).map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
            return .2126 * r + .7152 * g + .0722 * b;
          };
          const found = {};
          for (const ground of ["paper", "slide"])
            for (const text of ["ink", "soft", "accent", "paris", "bangalore", "montreal"]) {
              const [a, b] = [light(ground), light(text)].sort().reverse();
              found[`${text} on ${ground}`] = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
            }
          return found;
        }"""
    )
    context.close()
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 4.5} == {}


def test_every_page_weighs_under_150_kb(browser: Browser, site: str) -> None:
    """What is transferred for a first visit, all files of a page together; there are no pictures."""
    weights = {path: _weight(browser, site + path) for path in PATHS}
    assert {path: weight for path, weight in weights.items() if weight >= 150_000} == {}


def test_names_of_all_europe_weigh_no_more(
    browser: Browser, tmp_path: Path, make_database: Callable[..., Path], running: Running
) -> None:
    """Letters beyond Latin-1 bring further cuts of the fonts, on full pages as well."""
    path = make_database(tmp_path / "mikroscope.db")
    names = ("Łukasz Żeleński", "Jiří Dvořák", "Şebnem Ağaoğlu", "Nguyễn Thị Hằng")
    with closing(sqlite3.connect(path)) as connection:
        grow(connection)
        people = connection.execute("SELECT id FROM people ORDER BY id").fetchall()
        for n, (person,) in enumerate(people):
            name = f"{names[n % len(names)]} {chr(65 + n % 26)}"
            connection.execute("UPDATE people SET name = ? WHERE id = ?", (name, person))
        connection.execute("UPDATE answers SET answer = 'Žádná škoda, ł. ' || answer")
        index(connection)
        connection.commit()
    talk = "/spotlights/meera-k-talk"
    with running(path) as (_, address):
        root = address.rstrip("/")
        pages = (
            "/",
            "/spotlights",
            talk,
            "/people",
            "/questions/best-part",
            "/baton",
            "/search?q=skoda",
        )
        weights = {page: _weight(browser, root + page) for page in pages}
    assert {page: weight for page, weight in weights.items() if weight >= 150_000} == {}
    assert min(weights.values()) > 100_000  # fonts and all


def _weight(browser: Browser, address: str) -> float:
    """Return the bytes that a first visit transfers."""
    context = browser.new_context()
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda done: sizes.append(done["encodedDataLength"]))
    page.goto(address, wait_until="networkidle")
    page.evaluate("document.fonts.ready")
    assert len(sizes) > 4
    context.close()
    return sum(sizes)


def test_the_timeline_has_the_width_and_one_mark_for_each_studio(
    browser: Browser, site: str
) -> None:
    """The rings are those of the lenses; on a phone it scrolls inside itself, and says so."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{site}spotlights")
    frame, drawing = (page.locator(one).bounding_box() for one in (".timeline", ".timeline svg"))
    assert frame
    assert drawing
    assert drawing["x"] + drawing["width"] == pytest.approx(frame["x"] + frame["width"], abs=1)
    assert drawing["x"] - frame["x"] < 100
    marks = page.evaluate(
        """Object.fromEntries(["paris", "bangalore", "montreal"].map((studio) => {
          const [rim, inner] = ["rim", "inner"].map((ring) => getComputedStyle(document.querySelector(`.timeline .${ring}.at-${studio}`)));
          return [studio, [rim.fill, parseFloat(rim.strokeWidth) > 2, inner.stroke !== "none"]];
        }))"""
    )
    ground = marks["paris"][0]
    assert marks["paris"] == [ground, False, False]
    assert marks["bangalore"] == [ground, False, True]  # two rings
    assert marks["montreal"] == [ground, True, False]  # a thick one
    hint = page.get_by_text("Wider than this screen")
    assert not hint.is_visible()
    page.set_viewport_size({"width": 360, "height": 800})
    assert hint.is_visible()
    assert page.locator(".timeline .thread-picture").evaluate("f => f.scrollWidth > f.clientWidth")
    page.close()


OURS = [path for path in PATHS if not path.startswith("mikroscope")]


def test_text_twice_as_large_scrolls_nothing_sideways(browser: Browser, site: str) -> None:
    """On a phone whose owner reads at 200 percent (WCAG 2.2 §1.4.4), every page keeps its width."""
    context = browser.new_context(viewport={"width": 360, "height": 800})
    page = context.new_page()
    context.new_cdp_session(page).send(
        "Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}}
    )
    over = {}
    for path in PATHS:
        page.goto(site + path)
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
        over[path] = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    page.goto(f"{site}spotlights/theo-brisebois-talk")  # who named whom: nothing leaves its place
    out = page.locator(".end b, .along b").evaluate_all(
        "(all) => all.filter((b) => b.scrollWidth > b.parentElement.clientWidth + 1"
        " || b.getBoundingClientRect().right > b.closest('.end, .along div').getBoundingClientRect().right + 1)"
        ".map((b) => b.textContent)"
    )
    context.close()
    assert out == []
    assert {path: pixels for path, pixels in over.items() if pixels > 0} == {}


@pytest.mark.parametrize("width", [360, 1440])
def test_what_is_pressed_is_large_enough(browser: Browser, site: str, width: int) -> None:
    """No link, button or fold under 24 pixels, but links within a sentence (WCAG 2.2 §2.5.8)."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    small = []
    for path in OURS:
        page.goto(site + path)
        small += page.evaluate(
            """() => {
              const sentence = (one) => one.matches("p:not(.line-up *) > a, .row > a, li:has(> time) > a, .prose li > a")
                && one.parentElement.textContent.trim() !== one.textContent.trim();
              return [...document.querySelectorAll("a[href], button, summary, select, input:not([type=hidden])")]
                .filter((one) => one.checkVisibility({visibilityProperty: true}) && !one.matches(".skip, .find button") && !sentence(one))
                .filter((one) => { const {width, height} = one.getBoundingClientRect(); return width < 23.5 || height < 23.5; })
                .map((one) => one.outerHTML.slice(0, 120));
            }"""
        )
    page.close()
    assert small == []


def test_links_look_like_links(browser: Browser, site: str) -> None:
    """Each is underlined, at its words if it has a picture; or is in the menu, a switch, a drawing."""
    page = browser.new_page()
    plain = []
    for path in OURS:
        page.goto(site + path)
        plain += page.evaluate(
            """() => [...document.querySelectorAll("main a[href], footer a[href]")]
              .filter((one) => one.checkVisibility() && !one.closest("svg, .languages"))
              .filter((one) => ![one, ...one.querySelectorAll("*")].some((part) => getComputedStyle(part).textDecorationLine === "underline"))
              .map((one) => one.outerHTML.slice(0, 120))"""
        )
    page.close()
    assert plain == []


@pytest.mark.parametrize("width", [360, 1440, 2200])
def test_header_text_and_footer_stand_in_one_line(browser: Browser, site: str, width: int) -> None:
    """The brand begins where the text does, on every width, also where tables take all of it."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    left = "one => one.getBoundingClientRect().left"
    for path in ("questions", "mikroscope/people"):
        page.goto(site + path)
        lines = (".brand svg", "h1", ".bottom p >> nth=0")
        places = {page.locator(one).evaluate(left) for one in lines}
        assert max(places) - min(places) < 1
    page.close()


def test_the_lines_of_about_can_be_followed(browser: Browser, site: str) -> None:
    """Full lines have 60 to 75 characters, as a book has them."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{site}about")
    page.evaluate("document.fonts.ready")
    lines = page.locator(".prose > p").evaluate_all(
        """(all) => all.flatMap((one) => {
          const found = {};  // how many characters end at one height
          const texts = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
          while (texts.nextNode())
            for (let at = 0; at < texts.currentNode.length; at++) {
              const range = document.createRange();
              range.setStart(texts.currentNode, at);
              range.setEnd(texts.currentNode, at + 1);
              const line = Math.round((range.getBoundingClientRect().bottom + scrollY) / 24);
              found[line] = (found[line] || 0) + 1;
            }
          return Object.values(found).slice(0, -1);
        })"""
    )
    page.close()
    assert len(lines) > 8
    assert 60 <= sum(lines) / len(lines) <= 75
    assert max(lines) <= 80


@pytest.mark.parametrize("path", ["theo-brisebois-talk", "nadia-quelle-talk"])
@pytest.mark.parametrize("width", [700, 1440])
def test_paper_has_the_interview_and_where_it_comes_from(
    browser: Browser, site: str, path: str, width: int
) -> None:
    """No way on, no menu, nothing to fold; who was named, and the quotes, in one column."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(f"{site}spotlights/{path}")
    page.emulate_media(media="print", color_scheme="dark")
    for gone in (".top", ".bottom", ".along", ".source pre", "summary"):
        assert not any(one.is_visible() for one in page.locator(gone).all()), gone
    named = page.locator(".end.right li")
    assert len({one.evaluate("o => o.getBoundingClientRect().left") for one in named.all()}) == 1
    quotes = page.locator(".end blockquote")
    assert quotes.count() >= 2
    for quote in quotes.all():
        assert quote.is_visible()
        box = quote.bounding_box()
        assert box
        assert box["width"] > 400
    assert page.locator(".cite").first.is_visible()
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert ground == "rgba(0, 0, 0, 0)"
    page.close()


def test_facets_show_all_their_values(browser: Browser, site: str) -> None:
    """None is cut by a box that scrolls within the page: each can be seen and followed at once."""
    page = browser.new_page()
    page.goto(f"{site}mikroscope/answers_in_full?_facet=interview_id&_facet=published")
    cut = page.evaluate(
        """[...document.querySelectorAll(".facet-info ul")]
        .map((list) => [list.children.length, list.scrollHeight - list.clientHeight])"""
    )
    page.close()
    assert max(values for values, _ in cut) > 6
    assert [over for _, over in cut if over > 0] == []


@pytest.mark.parametrize("path", ["interviews", "answers_in_full", "answers_to_one_question"])
def test_a_wide_table_says_on_a_phone_that_it_scrolls(
    browser: Browser, site: str, path: str
) -> None:
    """In words above it, and two columns are to be seen whole at once."""
    context = browser.new_context(viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.goto(f"{site}mikroscope/{path}")
    assert page.get_by_text("scroll sideways").is_visible()
    ends = page.evaluate(
        "[...document.querySelectorAll('thead th')].map((one) => one.getBoundingClientRect().right)"
    )
    assert ends[1] <= 360 < ends[-1]
    page.set_viewport_size({"width": 1440, "height": 900})
    assert page.get_by_text("scroll sideways").is_hidden()
    context.close()

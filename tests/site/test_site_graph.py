"""The baton in a browser: a web that is moved and zoomed by mouse, touch and keys, and read without."""

import hashlib
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.site.browsing import MARKS, watched

pytestmark = MARKS
FOCUSED = "document.activeElement.dataset.id"
D3 = Path(__file__).parent.parent.parent / "scraper" / "site" / "static" / "d3"


@pytest.fixture
def baton(browser: Browser, site: str) -> Iterator[Page]:
    """Open the page; what goes wrong fails the test at its end."""
    wrong: list[str] = []
    context = browser.new_context(reduced_motion="reduce", has_touch=True)
    page = watched(context.new_page(), site, wrong)
    page.goto(f"{site}baton")
    yield page
    context.close()
    assert wrong == []


def _places(page: Page) -> dict[str, tuple[float, float]]:
    """Return where each lens stands in the picture."""
    told = page.evaluate(
        "[...document.querySelectorAll('a[data-id]')].map(a => [a.dataset.id, a.getAttribute('transform')])"
    )
    return {one: tuple(map(float, re.findall(r"-?[\d.]+", at))) for one, at in told}  # type: ignore[misc]


def _view(page: Page) -> tuple[float, float, float]:
    """Return how the picture is moved and scaled: x, y, scale."""
    told = page.evaluate("document.querySelector('.moving svg > g').getAttribute('transform')")
    x, y, scale = map(float, re.findall(r"-?[\d.]+", told))
    return x, y, scale


def _until(page: Page, told: str) -> None:
    """Wait until an expression is true; Playwright's own way needs eval, which our policy forbids."""
    for _ in range(100):
        if page.evaluate(told):
            return
        page.wait_for_timeout(50)
    raise AssertionError(told)


def _centre(page: Page) -> tuple[float, float]:
    box = page.locator(".moving").bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_everybody_stands_apart_in_the_web_and_in_the_same_place_each_time(baton: Page) -> None:
    """No lens covers another; nothing is random; rows can be had again."""
    web = _places(baton)
    assert len(web) == 17
    for index, one in enumerate(web.values()):
        for other in [*web.values()][:index]:
            assert math.dist(one, other) > 90  # room for a name under each
    baton.reload()
    assert _places(baton) == web
    baton.get_by_role("button", name="In rows").click()
    rows = _places(baton)
    assert rows["ines-vauclair"][1] == rows["obelix-tran"][1]
    assert rows != web


def test_who_waits_is_told_apart(baton: Page) -> None:
    """By a smaller, dashed lens, by its label, and in a list of their own."""
    radius = "a => Number(a.querySelector('.rim').getAttribute('r'))"
    assert baton.locator("a[data-id=samir-waiting]").evaluate(radius) == 12
    assert baton.locator("a[data-id=ines-vauclair]").evaluate(radius) == 30
    assert baton.locator(".moving a[aria-label$='no interview in this archive']").count() == 10
    assert baton.get_by_role("region", name="Named, and without").locator("li").count() == 10


def test_it_moves_and_zooms_by_mouse(baton: Page) -> None:
    """Drag moves; Ctrl and the wheel zoom; the wheel alone scrolls the page."""
    x, y = _centre(baton)
    before = _view(baton)
    baton.mouse.move(x + 5, y + 90)
    baton.mouse.wheel(0, 100)
    _until(baton, "scrollY > 0")
    assert _view(baton) == before
    baton.evaluate("scrollTo(0, 0)")
    baton.mouse.move(x + 200, y - 60)
    baton.mouse.down()
    baton.mouse.move(x + 240, y - 30, steps=3)
    baton.mouse.up()
    moved = _view(baton)
    assert (round(moved[0] - before[0]), round(moved[1] - before[1])) == (40, 30)
    baton.keyboard.down("Control")
    baton.mouse.wheel(0, -200)
    baton.keyboard.up("Control")
    _until(
        baton,
        f"!document.querySelector('.moving svg > g').getAttribute('transform').includes('scale({moved[2]}')",
    )
    assert _view(baton)[2] > moved[2]


def test_it_zooms_by_two_fingers(baton: Page) -> None:
    """Fingers that part make it larger."""
    x, y = _centre(baton)
    before = _view(baton)[2]
    session = baton.context.new_cdp_session(baton)

    def touch(kind: str, apart: float) -> None:
        points = [{"x": x - apart, "y": y, "id": 0}, {"x": x + apart, "y": y, "id": 1}]
        told: dict[str, Any] = {"type": kind, "touchPoints": points if apart else []}
        session.send("Input.dispatchTouchEvent", told)

    touch("touchStart", 40)
    for apart in (50, 60, 80):
        touch("touchMove", apart)
    touch("touchEnd", 0)
    assert _view(baton)[2] == pytest.approx(2 * before, rel=0.05)


def test_keys_are_enough(baton: Page) -> None:
    """The picture takes + − 0 and arrows; on a person, the arrows follow the baton, Enter reads."""
    frame = baton.get_by_role("region", name="The baton as a picture")
    frame.focus()
    first = _view(baton)
    baton.keyboard.press("+")
    assert _view(baton)[2] == pytest.approx(first[2] * 1.4)
    baton.keyboard.press("ArrowRight")
    assert _view(baton)[0] < first[0] * 1.4 + 1000
    baton.keyboard.press("0")
    whole = _view(baton)
    baton.keyboard.press("-")
    assert _view(baton)[2] == pytest.approx(whole[2] / 1.4)
    baton.locator("a[data-id=ines-vauclair]").focus()
    baton.keyboard.press("ArrowRight")
    assert baton.evaluate(FOCUSED) == "obelix-tran"
    baton.keyboard.press("ArrowLeft")
    assert baton.evaluate(FOCUSED) == "ines-vauclair"
    baton.keyboard.press("Enter")
    baton.wait_for_url("**/spotlights/ines-vauclair-talk")


@pytest.mark.parametrize("layout", ["web", "rows"])
def test_arrows_reach_every_nominee(baton: Page, layout: str) -> None:
    """Right and then down, through all whom one person named, and round; left leads back."""
    if layout == "rows":
        baton.get_by_role("button", name="In rows").click()
    told = baton.evaluate(
        "[...document.querySelectorAll('path[data-from]')].map(p => [p.dataset.from, p.dataset.to])"
    )
    # The first of a thread comes last: whom one came back to is no reason to stay there.
    for giver in sorted({one for one, _ in told}, key=lambda one: (one == "ines-vauclair", one)):
        named = [other for one, other in told if one == giver]
        baton.locator(f"a[data-id={giver}]").focus()
        baton.keyboard.press("ArrowRight")
        reached = [baton.evaluate(FOCUSED)]
        for _ in named:
            baton.keyboard.press("ArrowDown")
            reached.append(baton.evaluate(FOCUSED))
        assert sorted(reached[:-1]) == sorted(named)
        assert reached[-1] == reached[0]
        baton.keyboard.press("ArrowUp")
        assert baton.evaluate(FOCUSED) == reached[-2]
        baton.keyboard.press("ArrowLeft")
        assert baton.evaluate(FOCUSED) == giver
    baton.locator("a[data-id=ines-vauclair]").focus()
    baton.keyboard.press("ArrowDown")  # nobody named either of them: each begins a thread
    assert baton.evaluate(FOCUSED) == "nadia-quelle"


def test_escape_lets_go(baton: Page) -> None:
    """First of the person, then of the picture, past everybody in it."""
    baton.locator("a[data-id=nadia-quelle]").focus()
    assert baton.locator(".tracing .near").count() > 0
    baton.keyboard.press("Escape")
    assert baton.locator(".tracing, .near").count() == 0
    assert baton.evaluate("document.activeElement.matches('.moving')")
    baton.keyboard.press("Escape")
    assert not baton.evaluate("document.activeElement.matches('.moving, .moving *, body')")
    baton.keyboard.press("Tab")
    assert baton.evaluate("document.activeElement.matches('.chains a')")


def test_threads_keep_off_the_names_at_their_ends(baton: Page) -> None:
    """Where a thread begins or ends, it does not run under the name; no name covers another."""
    baton.evaluate("document.fonts.ready")
    struck = baton.evaluate(
        """() => {
          const inside = ({x, y}, box) => x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height;
          const found = [];
          for (const path of document.querySelectorAll("path[data-from]"))
            for (const id of [path.dataset.from, path.dataset.to]) {
              const link = document.querySelector(`a[data-id="${id}"]`);
              const {e, f} = link.transform.baseVal.consolidate().matrix;
              for (const text of link.querySelectorAll(".name")) {
                const box = text.getBBox();
                for (let at = 0; at <= path.getTotalLength(); at += 2) {
                  const {x, y} = path.getPointAtLength(at);
                  if (inside({x: x - e, y: y - f}, box)) { found.push([path.dataset.from, path.dataset.to, id]); break; }
                }
              }
            }
          return found;
        }"""
    )
    assert struck == []
    boxes = [
        box for name in baton.locator("a[data-id]").all()
        if (box := name.evaluate("a => { const b = [...a.querySelectorAll('.name')].map(t => t.getBoundingClientRect());"
            " return [Math.min(...b.map(r => r.left)), Math.min(...b.map(r => r.top)), Math.max(...b.map(r => r.right)), Math.max(...b.map(r => r.bottom))] }"))
    ]  # fmt: skip
    for index, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[:index]:
            assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top


def test_who_has_the_focus_is_in_view(baton: Page) -> None:
    """Far into the picture, tabbing on brings each person into it."""
    frame = baton.locator(".moving")
    frame.focus()
    for _ in range(5):
        baton.keyboard.press("+")
    for _ in range(17):
        baton.keyboard.press("Tab")
        box = frame.bounding_box()  # the page scrolls too
        assert box
        lens = baton.locator("a[data-id]:focus .rim").bounding_box()
        assert lens
        assert box["x"] <= lens["x"] + lens["width"] / 2 <= box["x"] + box["width"]
        assert box["y"] <= lens["y"] + lens["height"] / 2 <= box["y"] + box["height"]


def test_without_scripts_rows_and_words_stay(browser: Browser, site: str) -> None:
    """The static picture and the chains; no button that would do nothing."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}baton")
    assert page.locator("svg .rim").count() == 17
    # Two threads; under the one who named two stand both, and so on.
    assert page.locator(".chains > ol > li").count() == 2
    assert page.locator(".chains li").count() == 15
    names = "Meera K"
    branches = page.locator(".chains li", has_text=names).first.locator(":scope > ol > li")
    assert branches.count() == 2
    assert page.locator(".hint.sideways").count() == 1
    assert not page.locator(".graph-tools").is_visible()
    context.close()


def test_the_library_is_as_published() -> None:
    """Every file is that of its package, named with version and digest, its licence beside it."""
    named = dict(
        re.findall(
            r"^\| (d3-\w+) \| [\d.]+ \| `(\w{64})` \|$",
            (D3 / "README.md").read_text(),
            re.MULTILINE,
        )
    )
    files = {path.name.removesuffix(".min.js"): path for path in D3.glob("*.js")}
    assert set(named) == set(files)
    for name, path in files.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == named[name]
        assert "Permission to use" in (D3 / f"{name}-LICENSE.txt").read_text() or name == "d3-ease"

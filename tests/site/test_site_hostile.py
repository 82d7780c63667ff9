"""Hostile posts, through crawl and build to a browser: what somebody wrote is text, and nothing else.

Rule: a real crawl over loopback HTTP, a real build, a real browser; no step is left out.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from scraper.sample import Studio
from scraper.sample import serve as serve_studio
from scraper.sample.content import Article, Exchange, Picture
from tests.site.browsing import MARKS, watched

pytestmark = MARKS
Running = Callable[[Path], AbstractContextManager[tuple[subprocess.Popen[str], str]]]

SCRIPT = "<script>document.title='ran';alert(1)</script>"
HOSTILE = {
    "best-part": f'{SCRIPT}<img src="https://evil.example/x.png" onerror="alert(2)"><svg onload=alert(3)>',
    "first-project": '<a href="javascript:alert(4)">here</a> javascript:alert(4) data:text/html,<script>alert(5)</script>',
    "background": "{{ 7*7 }} {% raise %} ${7*7} <%= 7*7 %> #{7*7} {{config.items()}} [[x]](javascript:alert(6))",
    "inspiration": "\u202eThe end of this is turned round\u202c, \u2066isolated\u2069, \u200f\u200e\u061c marks, zal\u0335\u0334\u0321\u0322go",
    "character": "</p></div></main></body></html><!-- --><style>*{display:none}</style><base href=//evil.example/>",
    "achievement": "Very long. " + "word " * 200_000,  # a million letters
    "superpower": "w" * 3000,  # one word
    "advice": "' OR 1=1; DROP TABLE people; -- \" * NEAR( ^ \\ %00 =HYPERLINK(\"https://evil.example\") \ufeff",
}  # fmt: skip


def _turned(article: Article) -> Article:
    """Return the article with hostile answers, role, caption and picture."""
    exchanges = tuple(
        Exchange(one.key, one.question, (HOSTILE[one.key],)) if one.key in HOSTILE else one
        for one in article.exchanges
    )
    picture = Picture(
        '"><script>alert(7)</script>.png', f'x" onload="alert(8){SCRIPT}', SCRIPT, "before:advice"
    )
    return replace(article, exchanges=exchanges, pictures=(picture,), call=SCRIPT)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Crawl and build a studio whose first interviews are hostile; return the database."""
    root = tmp_path_factory.mktemp("hostile")
    studio = Studio.sample()
    turned = {one.id for one in studio.articles if one.person == "Odilon Brévaux"}
    bad = tuple(_turned(one) if one.id in turned else one for one in studio.articles)

    def run(*command: str) -> None:
        program = [sys.executable, "-m", "scraper", *command, "--data", str(root)]
        subprocess.run(program, check=True, capture_output=True)

    with serve_studio(replace(studio, articles=bad)) as site:
        run("crawl", "--site", site.url, "--delay", "0", "--contact", "us@archive.example")
    run("build")
    return root / "mikroscope.db"


@pytest.fixture(scope="module")
def there(hostile: Path, running: Running) -> Iterator[str]:
    """Serve it."""
    with running(hostile) as (_, address):
        yield address


PATHS = [
    "", "spotlights", "spotlights/odilon-brevaux", "spotlights/odilon-brevaux?lang=fr", "people/odilon-brevaux",
    "questions/best-part", "questions/achievement", "questions/superpower", "baton", "about",
    "search?q=script", "search?q=turned+round", "search?q=%3Cscript%3Ealert(9)%3C/script%3E%22%20onload=alert(9)",
    "spotlights?role=%3Cscript%3Ealert(9)%3C/script%3E&month=%22onload=alert(9)", "spotlights/%3Cscript%3Ealert(9)%3C%2Fscript%3E",
    "mikroscope/answers?question_id=best-part", "mikroscope/answers/odilon-brevaux-en-best-part", "mikroscope/images",
    "mikroscope?sql=select+%27%3Cscript%3Ealert(9)%3C/script%3E%27",
]  # fmt: skip


@pytest.mark.parametrize("width", [360, 1440])
def test_nothing_that_was_written_runs(browser: Browser, there: str, width: int) -> None:
    """No dialog, no script, no other host, no console error, no page pushed out of its width."""
    wrong: list[str] = []
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = watched(context.new_page(), there, wrong)
    for path in PATHS:
        page.goto(there + path)
        wrong += [f"{path}: the title was changed"] if page.title() == "ran" else []
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        wrong += [f"{path} is {over} pixels too wide"] if over > 0 else []
        wrong += page.evaluate(
            """[...document.querySelectorAll("main *, head *")].flatMap((one) => [
              ...[...one.attributes].filter((a) => /^on/i.test(a.name)).map((a) => `${one.tagName} ${a.name}`),
              ...(one.tagName === "SCRIPT" && !one.src && one.type !== "application/ld+json" ? ["a script"] : []),
              ...(/^(IMG|IFRAME|OBJECT|EMBED|BASE|STYLE)$/.test(one.tagName) ? [one.tagName] : []),
              ...(one.href && !/^https?:/.test(one.href.baseVal ?? one.href) && one.tagName !== "a" ? [one.href] : []),
            ])"""
        )
    context.close()
    assert wrong == []


def test_every_letter_of_it_can_be_read(browser: Browser, there: str) -> None:
    """What was written is shown as it was written: nothing is swallowed, nothing is filled in."""
    page = browser.new_page()
    page.goto(f"{there}spotlights/odilon-brevaux")
    shown = page.locator(".answer").all_inner_texts()
    for key in ("best-part", "background", "character", "superpower"):
        assert HOSTILE[key] in shown
    told = json.loads(page.goto(f"{there}spotlights/odilon-brevaux.json").text())  # type: ignore[union-attr]
    answers = {one["question_id"]: one["answer"] for one in told["answers"]}
    assert "{{ 7*7 }}" in answers["background"]
    assert len(answers["achievement"]) > 999_000
    page.close()


def test_a_million_letters_weigh_down_no_page_but_their_own(there: str) -> None:
    """Lists, searches and feeds stay under 150 kB beside an answer of a megabyte, and lead to it."""
    for path in [*PATHS, "search?q=word", "feed.atom", "feed.json", "sitemap.xml", "llms.txt"]:
        page = httpx.get(there + path, timeout=30)
        assert page.status_code in {200, 404}
        assert len(page.content) < 150_000 or path.startswith(
            ("spotlights/odilon", "mikroscope")
        ), path
    text = httpx.get(f"{there}questions/achievement", timeout=30).text
    assert re.search(
        r'href="/spotlights/odilon-brevaux\?lang=en#answer-\d+">The whole answer', text
    )


def test_text_turned_round_turns_nothing_else(browser: Browser, there: str) -> None:
    """A right-to-left override ends with its paragraph: what stands after reads as it should."""
    page = browser.new_page()
    page.goto(f"{there}spotlights/odilon-brevaux")
    boxes = page.evaluate(
        """[...document.querySelectorAll(".answer p, .qa h2")].map((one) => getComputedStyle(one).unicodeBidi)"""
    )
    assert set(boxes) == {"isolate"}
    assert page.evaluate("getComputedStyle(document.body).direction") == "ltr"
    page.close()


def test_a_block_of_data_is_no_script_to_the_policy(browser: Browser, there: str) -> None:
    """JSON-LD stands under the strict policy without a complaint, and a script put there would not."""
    page = browser.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.goto(f"{there}spotlights/odilon-brevaux")
    assert json.loads(page.locator("script[type='application/ld+json']").inner_text())
    assert told == []
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))"
    )
    assert page.evaluate("window.ran") is None
    assert "Content Security Policy" in " ".join(told)
    page.close()

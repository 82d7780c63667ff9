"""What the tests in a real browser share: where Chromium is, and what counts as going wrong."""

import os
import shutil

import pytest
from playwright.sync_api import Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
MARKS = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None and not os.environ.get("CI"), reason="there is no Chromium here"
    ),
]
PATHS = [
    "",
    "spotlights",
    "spotlights?role=supervisor&question=baton&sort=oldest",
    "spotlights?studio=Paris&month=2023-02",
    "spotlights?year=1899",  # nothing left
    "spotlights/ines-vauclair-talk?lang=fr",
    "spotlights/maximilienne-alexandrovna-de-la-tour-saint-germain-talk",  # long names
    "spotlights/obelix-tran-talk",  # forty paragraphs
    "spotlights/nadia-quelle-talk",  # nine nominees
    "spotlights/meera-k-talk",  # a word of 400 letters
    "spotlights/theo-brisebois-talk",  # gone
    "spotlights/bob-script-talk",  # hostile text
    "people/samir-waiting",
    "search?q=films",
    "search?q=zzz",
    "questions",
    "questions/best-part",
    "baton",
    "about",
    "nothing-here",
    "mikroscope",
    "mikroscope/interviews",
    "mikroscope/answers?_search=film",
    "mikroscope/people/ines-vauclair",
    "mikroscope/search_answers?q=film",
    "mikroscope/answers_to_one_question?question=baton",
    "mikroscope?sql=select+*+from+people",
]


def watched(page: Page, site: str, wrong: list[str]) -> Page:
    """Note in `wrong` what goes wrong: console messages, scripts' errors, dialogs, other hosts.

    That a page is not there is told by its status, and is no error of the page.
    """

    def told(kind: str, text: str) -> None:
        if kind == "error" and "status of 404" not in text:
            wrong.append(f"{page.url}: {text}")

    page.on("console", lambda message: told(message.type, message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: wrong.append(f"dialog: {dialog.message}"))
    page.on(
        "request",
        lambda asked: None if asked.url.startswith((site, "data:")) else wrong.append(asked.url),
    )
    return page

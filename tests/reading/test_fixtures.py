"""The project's own pages, each with an expected file that a person wrote.

Rule: an expected file is never accepted by itself. A page without one gets NAME.expected.json.new,
and fails until somebody has read it and taken `.new` off.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from scraper.models import Interview
from scraper.reading import as_contract, read_page

FOLDER = Path(__file__).with_name("fixtures")
PAGES: dict[str, dict[str, str]] = yaml.safe_load(
    (FOLDER / "pages.yml").read_text(encoding="utf-8")
)
# What every expected file must tell; `images`, `category` and `role_detail` where a person can tell.
NEEDED = {
    "series",
    "url",
    "lang",
    "title",
    "standfirst",
    "published",
    "person",
    "role",
    "studio",
    "intro",
    "nominators",
    "nominees",
    "answers",
    "call_to_action",
    "left_over",
}


def reading(name: str) -> Interview:
    """Return what the parser reads of a page of the folder."""
    page = PAGES[name]
    return read_page((FOLDER / name).read_bytes(), page["url"], media_type=page["media_type"])


def plain(value: Any) -> Any:
    """Return a value with no-break spaces as spaces."""
    text = json.dumps(value, ensure_ascii=False)
    return json.loads(re.sub("[\u00a0\u202f]", " ", text))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_reads_as_its_expected_file_says(name: str) -> None:
    """What a person read on the page is what the parser reads."""
    accepted = (FOLDER / name).with_suffix(".expected.json")
    read = as_contract(reading(name))
    if not accepted.exists():
        offered = accepted.with_suffix(".json.new")
        offered.write_text(json.dumps(read, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        pytest.fail(f"read {offered.name} against the page, then rename it to {accepted.name}")
    expected = json.loads(accepted.read_text(encoding="utf-8"))
    assert set(expected) >= NEEDED
    assert plain({key: read[key] for key in expected}) == plain(expected)


@pytest.mark.parametrize("name", PAGES)
def test_every_quote_stands_on_the_page(name: str) -> None:
    """A fact that was read out of a sentence is followed by that sentence, word for word."""
    read = as_contract(reading(name))
    shown = [read["title"], read["standfirst"], read["intro"]]
    shown += [part for answer in read["answers"] for part in (answer["question"], answer["answer"])]
    text = " ".join(" ".join(part.split()) for part in shown if part)
    for fact, quote in read["quotes"].items():
        for sentence in [quote] if isinstance(quote, str) else quote:
            assert " ".join(sentence.split()) in text, fact


@pytest.mark.parametrize("name", PAGES)
def test_whoever_is_named_is_quoted(name: str) -> None:
    """Each nominator and nominee comes with a sentence that holds the name."""
    interview = reading(name)
    for one in (*interview.nominators, *interview.nominees):
        assert one.name in one.quote


def test_every_page_of_the_folder_is_listed() -> None:
    """No fixture lies about unread, and none is read that is not there."""
    kept = {
        path.name
        for path in FOLDER.iterdir()
        if not path.name.endswith((".expected.json", ".new", "pages.yml"))
    }
    assert kept == set(PAGES)

"""How general the table of phrases is: wordings nobody showed to its author, and lines that only look alike."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from scraper.reading.vocabulary import recognise

LIST: dict[str, Any] = yaml.safe_load(
    Path(__file__).with_name("wordings.yml").read_text(encoding="utf-8")
)
WORDINGS = [(ident, line) for ident, some in LIST["wordings"].items() for line in some]

# What a reader of the series may expect of a table that was written without this list.
FLOOR_RECOGNISED = 0.85
FLOOR_REJECTED = 0.95


def test_further_wordings_of_the_prompts_are_recognised(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Most wordings that nobody has seen yet are read as the prompt they are."""
    missed = [
        (ident, line, recognise(line)) for ident, line in WORDINGS if recognise(line) != ident
    ]
    share = 1 - len(missed) / len(WORDINGS)
    with capsys.disabled():
        print(f"\nwordings recognised: {share:.0%} of {len(WORDINGS)}")  # noqa: T201 -- a measure
    assert share >= FLOOR_RECOGNISED, "\n".join(map(str, missed))


def test_lines_that_only_look_like_prompts_are_rejected(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Answers with the key words, rhetorical questions and neighbours' questions are none of the nine."""
    fooled = [(line, recognise(line)) for line in LIST["negatives"] if recognise(line) is not None]
    share = 1 - len(fooled) / len(LIST["negatives"])
    with capsys.disabled():
        print(f"\nnegatives rejected: {share:.0%} of {len(LIST['negatives'])}")  # noqa: T201 -- a measure
    assert share >= FLOOR_REJECTED, "\n".join(map(str, fooled))


def test_the_list_is_large_and_has_no_line_twice() -> None:
    """One hundred wordings and sixty negatives; a measure must not shrink unseen."""
    lines = [line for _, line in WORDINGS] + LIST["negatives"]
    assert len(WORDINGS) >= 100
    assert len(LIST["negatives"]) >= 60
    assert len(set(lines)) == len(lines)

"""docs/example-analysis.md says what the sample says: each query gives the table under it."""

import re

import pytest

from scraper.database import opened
from tests.core.conftest import Crawled
from tests.core.program import ROOT

TEXT = (ROOT / "docs" / "example-analysis.md").read_text("utf-8")
# A query, then its result as a table.
EXAMPLES = re.findall(r"```sql\n(.+?)\n```\n\n((?:\|[^\n]*\n)+)", TEXT, re.DOTALL)


def test_every_query_has_its_result() -> None:
    """None stands without one, and the three questions are all asked."""
    assert TEXT.count("```sql") == len(EXAMPLES) == 8
    asked = [line for line in TEXT.splitlines() if line.startswith("## ")]
    assert len(asked) == 3


@pytest.mark.parametrize(("query", "shown"), EXAMPLES)
def test_a_query_gives_what_is_shown(crawled: Crawled, query: str, shown: str) -> None:
    """Names of columns and every cell, on the sample studio."""
    connection = opened(crawled.root / "mikroscope.db")
    try:
        cursor = connection.execute(query)
        names = [column[0] for column in cursor.description]
        found = [["" if cell is None else str(cell) for cell in row] for row in cursor]
    finally:
        connection.close()
    header, line, *lines = [
        [cell.strip() for cell in each.strip("|").split("|")] for each in shown.splitlines()
    ]
    assert set(line) == {"---"}
    assert header == names
    assert lines == found
    assert lines

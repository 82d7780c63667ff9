"""No statement of a visitor makes the server hold more than it can."""

import httpx
import pytest

from scraper.site.bounds import LARGEST_ANSWER, LIMITS
from tests.site.conftest import Get

MANY = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900) "


def asked(get: Get, sql: str, ending: str = ".json") -> httpx.Response:
    """Return the answer to a statement, in the form of an ending."""
    return get(f"/mikroscope{ending}", params={"sql": sql})


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT zeroblob(900000000)",
        "SELECT hex(zeroblob(40000000))",
        "SELECT replace(hex(zeroblob(1000000)), '0', 'twelve bytes')",
        "SELECT group_concat(hex(zeroblob(1000000))) FROM answers a, answers b",
        f"SELECT 'a' LIKE '{'%a' * 200}'",
    ],
)
def test_a_value_beyond_the_bounds_is_refused(get: Get, sql: str) -> None:
    """One that would take gigabytes, or minutes within one step of SQLite."""
    answer = asked(get, sql)
    assert answer.status_code == 400
    assert answer.json()["ok"] is False


@pytest.mark.parametrize("value", ["zeroblob(50000)", "hex(zeroblob(25000))"])
def test_rows_that_hold_too_much_together_are_refused(get: Get, value: str) -> None:
    """900 rows of 50 kB each are within the bounds of time and number."""
    for ending in (".json", "", ".csv"):
        answer = asked(get, f"{MANY}SELECT {value} FROM n", ending)
        assert answer.status_code == 400
        assert ending == ".csv" or f"more than {LARGEST_ANSWER // 1_000_000} MB" in answer.text


def test_what_is_within_the_bounds_is_given_whole(get: Get) -> None:
    """As many rows as a page may have, a text of some megabytes, and the next statement as well."""
    for _ in range(3):  # a budget is one statement's, not one connection's
        rows = asked(get, f"{MANY}SELECT hex(zeroblob(15000)) AS zeros FROM n").json()["rows"]
        assert {len(row["zeros"] if isinstance(row, dict) else row[0]) for row in rows} == {30_000}
        assert len(rows) == 900
    assert asked(get, "SELECT length(hex(zeroblob(8000000))) AS n").json()["rows"] == [[16_000_000]]
    assert max(LIMITS.values()) >= 16 * 1024 * 1024  # what the crawl keeps can be read


@pytest.mark.parametrize(
    "sql", ["SELECT nothing", "SELECT", f"{MANY}SELECT count(*) FROM n a, n b, n c, n d"]
)
def test_a_csv_that_failed_is_no_empty_csv(get: Get, sql: str) -> None:
    """Pandas would read one with 200 as a table without rows."""
    assert asked(get, sql, ".csv").status_code == 400
    assert asked(get, "SELECT id FROM people WHERE 0", ".csv").text == "id\r\n"
    assert asked(get, "SELECT '' AS ''", ".csv").status_code == 200

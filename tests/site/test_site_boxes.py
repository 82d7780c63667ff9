"""The search boxes above the rows of tables take whatever a person types, as our own search does."""

from urllib.parse import quote

import pytest

from tests.site.conftest import Get


@pytest.mark.parametrize("table", ["answers", "people", "people_fts", "answers_fts"])
@pytest.mark.parametrize(
    "typed",
    ['"', '""', '"""', "' OR 1=1", 'an "open phrase', '"two\nlines"', "a\0b", "NEAR(", "film*", "* ^ - + :", "answer : x",
     "l’animation", "\ud800", "a " * 2000, "(", "AND", "AND OR NOT", "💥", "x" * 5000],
    ids=ascii,
)  # fmt: skip
def test_no_search_of_a_table_gives_an_error(get: Get, table: str, typed: str) -> None:
    """What a person can type into the box above the rows, Datasette's own escape would let fail."""
    sent = quote(typed.encode("utf-8", "surrogatepass"))
    assert get(f"/mikroscope/{table}.json?_search={sent}").status_code == 200


def test_a_search_of_a_table_finds(get: Get) -> None:
    """Words and phrases, as before."""

    def found(table: str, typed: str) -> int:
        asked = f"/mikroscope/{table}.json?_search={quote(typed)}&_shape=array"
        return len(get(asked).json())

    assert found("people", "Vauclair") == found("people", '"ines vauclair"') == 1
    assert found("people", "vauclair quelle") == 0
    assert found("answers", "lighthouse") == found("answers", '"about a lighthouse"') > 3
    assert found("answers", '"lighthouse about"') == found("answers", '"') == 0

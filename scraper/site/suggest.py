"""What is offered where a search finds nothing: the same words as the archive spells them.

Rule: pure functions of the words there are; only a word that no answer has is offered another.
"""

from collections.abc import Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

from scraper.site.search import TOKEN, fold, terms

LONGEST = 40  # letters of a word that is looked at
MOST = 6  # words of a query that are looked at
REACH = 2  # letters that may differ, of long words; one of short ones
_SHORT = 5  # letters
_LEAST = 3  # letters of a word that is worth a guess


def words_of(query: str) -> tuple[str, ...]:
    """Return the words of a query that may be mistyped, folded, each once: no beginnings."""
    words = (fold(word) for term in terms(query) if not term.begins for word in term.words)
    return tuple(dict.fromkeys(word for word in words if _LEAST <= len(word) <= LONGEST))[:MOST]


def near(word: str, known: Mapping[str, str]) -> str | None:
    """Return the nearest of `known` spellings (folded → as written), None where none is near.

    Near is by how many letters are wrong, missing, too many or swapped (optimal string alignment).
    Of the equally near, one that begins alike goes first, then the one that comes first.
    """
    reach = 1 if len(word) <= _SHORT else REACH
    found = process.extract(word, known.keys(), scorer=OSA.distance, score_cutoff=reach, limit=20)
    best = min(found, key=lambda one: (one[1], one[0][:1] != word[:1], one[2]), default=None)
    return known[best[0]] if best else None


def respelt(query: str, better: Mapping[str, str]) -> str:
    """Return `query` with the words of `better` (folded → in their place) put right."""
    return TOKEN.sub(lambda found: better.get(fold(found[0]), found[0]), query)

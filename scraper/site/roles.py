"""The words of a role, so that interviews can be narrowed to a department: Lighting, Supervisor.

Rule: pure functions. Accents are folded and endings taken off, so that Animator is Animation too.
"""

from functools import lru_cache

import snowballstemmer

from scraper.site.search import TOKEN, fold

# They join words and name no department, in English and French.
_LITTLE = frozenset(
    [
        "a",
        "an",
        "and",
        "at",
        "au",
        "aux",
        "chez",
        "de",
        "des",
        "du",
        "et",
        "for",
        "in",
        "la",
        "le",
        "les",
        "of",
        "on",
        "the",
        "to",
    ]
)


@lru_cache(maxsize=1024)
def words_of(role: str) -> tuple[tuple[str, str], ...]:
    """Return (stem, word) of each word of a role that says something; numbers say nothing."""
    return tuple(
        (stem_of(word), word)
        for word in TOKEN.findall(role)
        if len(word) > 1 and not word.isdigit() and fold(word) not in _LITTLE
    )


def says(role: str, sought: str) -> bool:
    """Tell whether `role` has every word of `sought`, whatever their accents and endings."""
    wanted = _stems(sought)
    return bool(wanted) and wanted <= _stems(role)


@lru_cache(maxsize=1024)  # a list that is narrowed asks seven times for the role of every post
def _stems(text: str) -> frozenset[str]:
    return frozenset(stem_of(word) for word in TOKEN.findall(text))


@lru_cache(maxsize=4096)
def stem_of(word: str) -> str:
    """Return the folded stem of one word. The stemmer keeps state, so each call makes its own."""
    return str(snowballstemmer.stemmer("english").stemWord(fold(word)))

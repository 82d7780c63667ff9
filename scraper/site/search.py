"""What a person types → an FTS5 query that cannot fail, and the marked passages of what it finds.

Rule: pure functions. Every word reaches SQLite inside quotation marks, so no text is syntax; what
is shown is escaped first and marked afterwards.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer
from markupsafe import Markup, escape

MOST_TERMS = 24  # words and phrases; what is typed beyond that is left out
LONGEST_WORD = 60  # characters
NOTHING = '""'  # an FTS5 query that is valid and finds nothing

_WORD = re.compile(r"[^\W_]+(?:['’‘ʼ][^\W_]+)*\*?")
_PHRASE = re.compile(r'["“”«»]([^"“”«»]*)["“”«»]')
_APOSTROPHE = re.compile(r"['’‘ʼ]")
_TOKEN = re.compile(r"[^\W_]+")
# French little words that lean on the next one: l'animation is found as animation.
_ELIDED = frozenset(
    ("c", "d", "j", "l", "m", "n", "s", "t", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu")
)


@dataclass(frozen=True, slots=True)
class Term:
    """A word, or words that follow one another; `begins` if the last is only a beginning."""

    words: tuple[str, ...]
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Stems:
    """The forms of one word: folded, and its folded Snowball stems in English and French."""

    folded: str
    english: str
    french: str


@lru_cache(maxsize=1 << 14)
def stems_of(word: str) -> Stems:
    """Return the forms of one word. The stemmers keep state, so each call makes its own."""
    lower = word.lower()
    english, french = map(snowballstemmer.stemmer, ("english", "french"))
    return Stems(fold(word), fold(english.stemWord(lower)), fold(french.stemWord(lower)))


def fold(word: str) -> str:
    """Return `word` in lower case without accents, ligatures opened (`Cœur` → `coeur`)."""
    if word.isascii():  # most words of an answer, of which a page of results folds thousands
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    bare = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    return bare.replace("œ", "oe").replace("æ", "ae")


@lru_cache(maxsize=64)  # each answer that is shown asks for those of the same query
def terms(query: str) -> tuple[Term, ...]:
    """Return what is sought: words, and phrases where the person wrote quotation marks."""
    text = unicodedata.normalize("NFC", query)
    found: list[Term] = []
    end = 0
    for phrase in _PHRASE.finditer(text):
        found += _words(text[end : phrase.start()])
        words = tuple(word[:LONGEST_WORD] for word in _TOKEN.findall(phrase[1]))
        found += [Term(words)] if words else []
        end = phrase.end()
    found += _words(text[end:])
    return tuple(dict.fromkeys(found))[:MOST_TERMS]


def match(query: str, *, every: bool = True) -> str:
    """Return the FTS5 MATCH expression for `answers_fts` of anything a person may type.

    All terms must be there, or with `every=False` any of them. Never an error: a text with no
    word in it becomes a query that finds nothing.
    """
    sought = [_expression(term) for term in terms(query)]
    return (" AND " if every else " OR ").join(sought) or NOTHING


def match_names(query: str) -> str:
    """Return the FTS5 MATCH expression for `people_fts`: names with all the words typed."""
    words = (f'"{" ".join(term.words)}"{" *" if term.begins else ""}' for term in terms(query))
    return " AND ".join(words) or NOTHING


def mark(text: str, query: str) -> Markup:
    """Return the whole of `text`, escaped, with what `query` finds in `<mark>`."""
    return _marked(text, list(_hits(text, query)), 0, len(text))


def passage(text: str, query: str, length: int = 280) -> Markup:
    """Return about `length` characters of `text` around what `query` finds, escaped and marked."""
    hits = list(_hits(text, query))
    if len(text) <= length:
        return _marked(text, hits, 0, len(text))
    first = _richest(hits, length)
    start = max(0, min(first - length // 4, len(text) - length))
    end = min(len(text), start + length)
    # Whole words at both ends; a run without a space is cut where it is.
    start = text.find(" ", start, start + LONGEST_WORD) + 1 or start if start else 0
    end = text.rfind(" ", end - LONGEST_WORD, end) if end < len(text) else end
    end = end if end > start else min(len(text), start + length)
    before, after = ("… " if start else ""), (" …" if end < len(text) else "")
    return Markup("{}{}{}").format(before, _marked(text, hits, start, end), after)


def _words(text: str) -> Iterator[Term]:
    """Yield the terms of a text without quotation marks."""
    for found in _WORD.findall(text):
        begins = found.endswith("*")
        parts = [part[:LONGEST_WORD] for part in _APOSTROPHE.split(found.rstrip("*"))]
        while len(parts) > 1 and fold(parts[0]) in _ELIDED:
            parts = parts[1:]
        yield Term(tuple(parts), begins)


def _expression(term: Term) -> str:
    """Return the FTS5 expression of one term; a single word is sought by its stems too."""
    phrase = f'"{" ".join(term.words)}"'
    if term.begins:
        return f"{phrase} *"
    if len(term.words) > 1:
        return phrase
    (word,) = term.words
    stems = stems_of(word)
    # Opened and closed ligatures are different letters to the tokenizer.
    spellings = dict.fromkeys((word, fold(word), fold(word).replace("oe", "œ").replace("ae", "æ")))
    forms = dict.fromkeys((stems.english, stems.french))
    either = [f'"{spelling}"' for spelling in spellings]
    either += [f'stems : "{form}"' for form in forms if _TOKEN.fullmatch(form)]
    return f"({' OR '.join(either)})"


def _hits(text: str, query: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of `text` that `query` finds, first to last, none over another."""
    sought = terms(query)
    if not sought:
        return
    wanted = [tuple(stems_of(word) for word in term.words) for term in sought]
    # Only words that begin like a sought one are stemmed: an answer may be a megabyte.
    openings = {form[:2] for words in wanted for word in words for form in _forms(word)}
    tokens = [(found.start(), found.end(), fold(found[0])) for found in _TOKEN.finditer(text)]
    end = 0
    for index, (start, _, folded) in enumerate(tokens):
        if start < end or folded[:2] not in openings:
            continue
        for term, words in zip(sought, wanted, strict=True):
            last = index + len(words) - 1
            if last < len(tokens) and all(
                _same(tokens[index + step], word, term, text) for step, word in enumerate(words)
            ):
                end = tokens[last][1]
                yield start, end
                break


def _forms(word: Stems) -> tuple[str, str, str]:
    return word.folded, word.english, word.french


def _same(token: tuple[int, int, str], word: Stems, term: Term, text: str) -> bool:
    """Tell whether a token of the text is what one word of a term seeks."""
    start, end, folded = token
    if folded == word.folded or (term.begins and folded.startswith(word.folded)):
        return True
    if len(term.words) > 1 or term.begins:
        return False
    stems = stems_of(text[start:end])
    return stems.english == word.english or stems.french == word.french


def _richest(hits: list[tuple[int, int]], length: int) -> int:
    """Return where the stretch of `length` characters with the most hits begins."""
    best, first, low = 0, 0, 0
    for high, (_, end) in enumerate(hits):
        while end - hits[low][0] > length and low < high:
            low += 1
        if high - low + 1 > best:
            best, first = high - low + 1, hits[low][0]
    return first


def _marked(text: str, hits: list[tuple[int, int]], start: int, end: int) -> Markup:
    """Return text[start:end], escaped, with the hits inside it marked."""
    pieces: list[Markup] = []
    at = start
    for first, last in hits:
        if first >= at and last <= end:
            pieces += [escape(text[at:first]), Markup("<mark>{}</mark>").format(text[first:last])]
            at = last
    return Markup("").join([*pieces, escape(text[at:end])])

"""What a person types → an FTS5 query that cannot fail, and the marked passages of what it finds.

Rule: pure functions. Every word reaches SQLite inside quotation marks, so no text is syntax; what
is shown is escaped first and marked afterwards.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import snowballstemmer
from markupsafe import Markup, escape

MOST_TERMS = 24  # words and phrases; what is typed beyond that is left out
LONGEST_WORD = 60  # characters
_SAID = "answer person stems"  # the columns of `answers_fts` that are not the same for everybody
_STEMS = "stems question_stems"
_STEM_FROM = 4  # letters of a beginning; hardly a stem is shorter
_SAYS_ENOUGH = 3  # letters of a stem; SQLite stems no word that is shorter
NOTHING = '""'  # an FTS5 query that is valid and finds nothing

_WORD = re.compile(r"[^\W_]+(?:['’‘ʼ][^\W_]+)*\*?")
_PHRASE = re.compile(r'["“”«»]([^"“”«»]*)["“”«»]')
_APOSTROPHE = re.compile(r"['’‘ʼ]")
TOKEN = re.compile(r"[^\W_]+")  # a word, as the index parts them
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
class Forms:
    """The forms of one word: folded, and what the index holds of it in each language.

    The tokenizer of the index cuts what is folded to porter's stems (SQLite, FTS5, §4.3.3), some of them
    too short: Inès to `in`, use to `us`. Such words are `apart`: the index holds them with a 0 behind
    them, which porter leaves alone. `porter` is None where it says too little to be sought.
    """

    folded: str
    apart: bool
    porter: str | None
    stems: Mapping[str, frozenset[str]]


@lru_cache(maxsize=1 << 14)
def forms_of(word: str) -> Forms:
    """Return the forms of one word. The stemmers keep state, so each call makes its own."""
    porter = snowballstemmer.stemmer("porter")

    def cut(form: str) -> str:
        return porter.stemWord(form) if len(form) >= _SAYS_ENOUGH else form

    def held(form: str) -> str:
        short = cut(form)
        return f"{form}0" if short != form and len(short) < _SAYS_ENOUGH else short

    folded, whole = fold(word), held(fold(word))
    apart = whole == f"{folded}0"
    stems = {}
    for lang, name in (("en", "english"), ("fr", "french")):
        stem = fold(snowballstemmer.stemmer(name).stemWord(word.lower()))
        says_enough = len(stem) >= _SAYS_ENOUGH or stem == folded
        stems[lang] = frozenset([whole] * apart + [held(stem)] * says_enough)
    return Forms(folded, apart, whole if len(whole) >= _SAYS_ENOUGH else None, stems)


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
        words = tuple(word[:LONGEST_WORD] for word in TOKEN.findall(phrase[1]))
        found += [Term(words)] if words else []
        end = phrase.end()
    found += _words(text[end:])
    return tuple(dict.fromkeys(found))[:MOST_TERMS]


def beginnings(query: str) -> tuple[str, ...]:
    """Return the beginnings of words that `query` asks for, folded, if a stem may be shorter."""
    begun = (fold(term.words[-1]) for term in terms(query) if term.begins)
    return tuple(beginning for beginning in begun if len(beginning) >= _STEM_FROM)


def cut_off(beginning: str, words: Iterable[str]) -> list[str]:
    """Return those of `words` whose stem in the index does not begin like that any more."""
    kept = forms_of(beginning).porter or beginning
    return [word for word in words if not (forms_of(word).porter or "").startswith(kept)]


def match(
    query: str,
    *,
    every: bool = True,
    asked: bool = False,
    begun: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> str:
    """Return the FTS5 MATCH expression for `answers_fts` of anything a person may type.

    All terms must be there, or with `every=False` any of them; one at least in the answer or in the
    name of who gave it, for everybody was asked the same, unless with `asked` the question is as
    good. `begun` are words for each of `beginnings` that the index has cut off: to the stem `anim`,
    which does not begin with `animat`. Never an error: a text with no word in it becomes a query
    that finds nothing.
    """
    sought = [_expression(term, begun) for term in terms(query)]
    if not sought:
        return NOTHING
    any_of, all_of = (f"({word.join(sought)})" for word in (" OR ", " AND "))
    if asked:
        return all_of if every else any_of
    said = f"({{{_SAID}}} : {any_of})"
    return said if len(sought) == 1 or not every else f"({all_of} AND {said})"


def match_names(query: str) -> str:
    """Return the FTS5 MATCH expression for `people_fts`: names with all the words typed."""
    words = (f'"{" ".join(term.words)}"{" *" if term.begins else ""}' for term in terms(query))
    return " AND ".join(words) or NOTHING


def mark(text: str, query: str, lang: str) -> Markup:
    """Return the whole of `text`, escaped, with what `query` finds in `<mark>`."""
    return _marked(text, list(_hits(text, query, lang)), 0, len(text))


def passage(text: str, query: str, lang: str, length: int = 280) -> Markup:
    """Return about `length` characters of `text` around what `query` finds, escaped and marked.

    `lang` is the language of the text, by which the index has stemmed it.
    """
    hits = list(_hits(text, query, lang))
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


def _expression(term: Term, begun: Mapping[str, Sequence[str]]) -> str:
    """Return the FTS5 expression of one term; a single word is sought by its stems too."""
    phrase = f'"{" ".join(term.words)}"'
    if term.begins:
        before = " ".join((*term.words[:-1], ""))
        whole = (f'"{before}{word}"' for word in begun.get(fold(term.words[-1]), ()))
        return f"({' OR '.join([f'{phrase} *', *whole])})"
    if len(term.words) > 1:
        return phrase
    (word,) = term.words
    forms = forms_of(word)
    either = [f'{{{_STEMS}}} : "{form}"' for form in sorted(forms.stems["en"] | forms.stems["fr"])]
    if forms.porter:
        # Opened and closed ligatures are different letters to the tokenizer.
        closed = forms.folded.replace("oe", "œ").replace("ae", "æ")
        spellings = dict.fromkeys((word, forms.folded, closed))
        column = "person : " if forms.apart else ""
        either = [*(f'{column}"{spelling}"' for spelling in spellings), *either]
    return f"({' OR '.join(either)})"


def _hits(text: str, query: str, lang: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of `text` that `query` finds, first to last, none over another."""
    sought = terms(query)
    if not sought:
        return
    wanted = [tuple(forms_of(word) for word in term.words) for term in sought]
    # Only words that begin like a sought one are stemmed: an answer may be a megabyte.
    openings = tuple(
        {
            form[:2]
            for words in wanted
            for word in words
            for form in (word.folded, word.porter or "", *word.stems["en"], *word.stems["fr"])
            if form
        }
    )
    tokens = [(found.start(), found.end(), fold(found[0])) for found in TOKEN.finditer(text)]
    end = 0
    for index, (start, _, folded) in enumerate(tokens):
        if start < end or not folded.startswith(openings):
            continue
        for term, words in zip(sought, wanted, strict=True):
            last = index + len(words) - 1
            if last < len(tokens) and all(
                _same(tokens[index + step], word, term, text, lang)
                for step, word in enumerate(words)
            ):
                end = tokens[last][1]
                yield start, end
                break


def _same(token: tuple[int, int, str], word: Forms, term: Term, text: str, lang: str) -> bool:
    """Tell whether a token of the text is what one word of a term seeks, as the index tells it."""
    start, end, folded = token
    if folded == word.folded or (term.begins and folded.startswith(word.folded)):
        return True
    own = forms_of(text[start:end])
    if own.porter == word.porter and own.porter:
        return True
    # The index holds stems in the language of the text; sought are those in both.
    return len(term.words) == 1 and bool(own.stems[lang] & (word.stems["en"] | word.stems["fr"]))


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

"""White space, apostrophes, comparison keys and sentences.

Rule: what a reader sees stays as the author wrote it; only keys for comparing are folded.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

# Characters that show nothing and only part words: soft hyphen, zero-width space, word joiner, BOM.
# The zero-width joiner stays, because emoji are made with it.
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\\x00]+")
# One that is a plain space stays as it is, which is nearly every one.
_SPACES = re.compile(r"\s(?:\s+|(?<=[\t\n\r\f\v\x1c-\x1f\u2028\u2029]))")
# Of ASCII, letters and digits make words, in lower case; all else parts them.
_FOLDED = "".join(c.lower() if c.isalnum() else " " for c in map(chr, range(128)))
# Letters that have no accent to take off (casefold has made "ss" of "ß" already).
_LIGATURES = (
    ("œ", "oe"), ("æ", "ae"), ("ø", "o"), ("ł", "l"), ("đ", "d"), ("ð", "d"), ("þ", "th"), ("ı", "i"),
    ("ə", "e"),
)  # fmt: skip
# The first word of a text, where it and what stands around it are ASCII.
_FIRST = re.compile(r"[^0-9A-Za-z\x80-\U0010ffff]*([0-9A-Za-z]+)(?:[^0-9A-Za-z\x80-\U0010ffff]|$)")
_LIGATURE = re.compile(f"[{''.join(ligature for ligature, _ in _LIGATURES)}]")
# What may be a letter beyond ASCII: all but the usual marks, which only part words.
_LETTERS = re.compile("[^\x00-\x7f\u00a0«»\u2013\u2014‘’“”…\u202f🔍]")
_ACCENTS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
_EMOJI = re.compile(
    "[\u200d\u20e3\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\ufe0e\ufe0f\U0001f000-\U0001faff\U000e0020-\U000e007f]+"
)
# A sentence ends at . ! ? or …, with what closes it; then white space. Not after an initial
# ("P. Kuttan") or a short title ("Mr. Quill").
_SENTENCE_END = re.compile(
    r"[.!?…](?<!\b[^\W\d_]\.)(?<!\bMr\.)(?<!\bMs\.)(?<!\bDr\.)(?<!\bSt\.)(?<!\bMrs\.)(?<!\bMme\.)"
    r"[\"'»”’)\]]*(?:\s+(?![!?:;»”)])|(?=[\U0001f300-\U0001faff\u2600-\u27bf]))"
)


def words(table: str) -> tuple[str, ...]:
    """Return the words of a table that is written as words with white space between."""
    return tuple(table.split())


def says_any(text: str, signs: Iterable[str]) -> bool:
    """Tell whether a text has one of some pieces in it, letter by letter."""
    return any(map(text.__contains__, signs))


def tidy(text: str) -> str:
    """Return `text` on one line: runs of white space are one space, none at the ends.

    A single no-break space stays, as French puts one before `?` and `!`.
    """
    spaced = text if text.isascii() else text.replace("\u00a0", " ").replace("\u202f", " ")
    if not spaced.isprintable():  # most texts are, with single spaces, and stay as they are
        text = _SPACES.sub(" ", _INVISIBLE.sub("", text))
    elif "  " in spaced:
        text = _SPACES.sub(" ", text)
    return text.strip()


def fold(text: str) -> str:
    """Return a key for comparing: lower case, no accents, words of a-z and 0-9 parted by a space."""
    return _folded(text) if len(text) <= _REMEMBERED else _fold(text)


def _fold(text: str) -> str:
    if not text.isascii():
        if _LETTERS.search(text):
            text = unaccented(text)
        text = text.encode("ascii", "replace").decode("ascii")
    return " ".join(text.translate(_FOLDED).split())


# A page's lines are asked about many times, and many stand on every page of a site.
_REMEMBERED = 1000  # characters; so that what is kept stays small
_folded = lru_cache(maxsize=1024)(_fold)


def first_word(text: str) -> str:
    """Return the first word of `fold(text)`; most texts need not be folded to tell it."""
    plain = _FIRST.match(text)
    return plain[1].lower() if plain else fold(text).partition(" ")[0]


def unaccented(text: str) -> str:
    """Return `text` in lower case without accents and ligatures; what is no letter stays."""
    text = text.replace("’", "'").casefold()
    if text.isascii():
        return text
    if _LIGATURE.search(text):
        for ligature, letters in _LIGATURES:
            text = text.replace(ligature, letters)
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", text))


def without_emoji(text: str) -> str:
    """Return `text` without emoji and pictographs, white space tidied."""
    return tidy(_EMOJI.sub(" ", text))


def is_emoji(text: str) -> bool:
    """Tell whether `text` is nothing but emoji."""
    return bool(text) and not _EMOJI.sub("", text).strip()


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of one paragraph, verbatim."""
    start = 0
    for end in _SENTENCE_END.finditer(text):
        sentence = text[start : end.end()].strip()
        if sentence:
            yield sentence
        start = end.end()
    if rest := text[start:].strip():
        yield rest


def count_words(text: str) -> int:
    """Count the words of a text: runs of letters and digits, with inner apostrophes and hyphens."""
    return len(re.findall(r"\w+(?:[’'‘\-]\w+)*", text))

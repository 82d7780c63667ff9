"""White space, apostrophes, comparison keys, sentences and broken encodings.

Rule: what a reader sees stays as the author wrote it; only keys for comparing are folded.
"""

import re
import unicodedata
from collections.abc import Iterator

import ftfy

# Characters that show nothing and only part words: soft hyphen, zero-width space, word joiner, BOM.
# The zero-width joiner stays, because emoji are made with it.
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff\x00"))
_SPACES = re.compile(r"\s{2,}|[\t\n\r\f\v\x1c-\x1f\u2028\u2029]")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"})
_EMOJI = re.compile(
    "[\u200d\u20e3\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\ufe0e\ufe0f\U0001f000-\U0001faff\U000e0020-\U000e007f]+"
)
# A sentence ends at . ! ? or …, with what closes it; then white space. Not after an initial
# ("P. George") or a short title ("Mr. Joly").
_SENTENCE_END = re.compile(
    r"(?<!\b[^\W\d_]\.)(?<!\bMr\.)(?<!\bMs\.)(?<!\bDr\.)(?<!\bSt\.)(?<!\bMrs\.)(?<!\bMme\.)"
    r"(?<=[.!?…])[\"'»”’)\]]*(?:\s+(?![!?:;»”)])|(?=[\U0001f300-\U0001faff\u2600-\u27bf]))"
)
# Signs that UTF-8 was read as a one-byte encoding: one of its lead bytes, then a continuation byte,
# as cp1252, cp1257 and ISO-8859-16 show them.
_MOJIBAKE = re.compile(r"[ÂÃÄÅâãäåðĆĂÐšāćąĄĒēčģķĢĀĖŠŹđłșńśü][^\ta-zA-Z0-9]")
# A no-break space that became a plain one on the way is put back as the second half of a letter.
_HALF = re.compile(r"([ÃĂĆÂĀ])(?= )")


def tidy(text: str) -> str:
    """Return `text` on one line: runs of white space are one space, none at the ends.

    A single no-break space stays, as French puts one before `?` and `!`.
    """
    text = text.translate(_INVISIBLE)
    return _SPACES.sub(" ", text).strip()


def fold(text: str) -> str:
    """Return a key for comparing: lower case, no accents, words of a-z and 0-9 parted by a space."""
    if not text.isascii():
        text = text.casefold().translate(_LIGATURES)
        text = "".join(
            c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)
        )
    return _NOT_WORD.sub(" ", text.lower()).strip()


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


def repair(line: str) -> str:
    """Undo UTF-8 that was read as cp1252, cp1257 or ISO-8859-16; otherwise return `line` as is.

    Only a line that is valid UTF-8 when put back is changed, so that rightly read text stays.
    """
    if line.isascii() or not _MOJIBAKE.search(line):
        return line
    for whole in dict.fromkeys((line, _HALF.sub("\\1\u00a0", line))):
        for encoding in ("cp1252", "cp1257", "iso8859-16"):
            try:
                return b"".join(_put_back(c, encoding) for c in whole).decode()
            except UnicodeError:
                continue
    # A line that is broken in part only.
    return ftfy.fix_encoding(line)


def _put_back(character: str, encoding: str) -> bytes:
    """Return the byte that `encoding` shows as `character`; undefined bytes stand for themselves."""
    try:
        return character.encode(encoding)
    except UnicodeEncodeError:
        return character.encode("latin-1")

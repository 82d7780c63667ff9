"""Undoing mojibake: UTF-8 that was read as cp1252, cp1257, ISO-8859-16 or cp874, a line whole or in part.

Rule: only what is valid UTF-8 when put back, and then a letter or sign that these posts hold, is
changed, so that rightly read text stays. Copies mix both kinds in one line: what the author typed
as an entity was read rightly, its neighbour was not.
"""

import re
from functools import cache

ENCODINGS = ("cp1252", "cp1257", "iso8859-16", "cp874")  # as copies of these posts have been read
# Signs of it: one of UTF-8's lead bytes, then a continuation byte, as those encodings show them;
# or one that copies have left alone.
_LEADS = "[ÂÃÄÅâãäåðĆĂÐšāćąĄĒēčģķĢĀĖŠŹđłșńśüโร]"
_LEAD = re.compile(_LEADS)
_SIGNS = re.compile(rf"{_LEADS}(?:[^\ta-zA-Z0-9]|$)|(?<=[a-z ])Ć(?=u)|[a-zA-Z]â(?=[a-z])")
# A no-break space that became a plain one on the way is put back as the second half of a letter.
_HALF = re.compile(r"([ÃĂĆÂĀ])(?= )")
# What a piece may turn out to be: western letters, punctuation, currency and arrows, pictographs.
_EXPECTED = re.compile(
    "[\u00a0-\u017f\u0192\u02c6\u02dc\u0300-\u036f\u2000-\u206f\u20ac\u2100-\u27bf\u2b00-\u2bff\ufe0e\ufe0f\ufeff"
    "\U0001f000-\U0001faff]"
)
# Copies that dropped the controls U+0080 to U+009F lost halves of pieces. What a single sign is then
# can be told by where it stands, in a line that shows mojibake otherwise.
_LOST = (
    (re.compile("â\u0080?Ż"), "\u202f"),  # a narrow no-break space as ISO-8859-16 shows it
    (re.compile(r"(?<=[^\W\d_])â(?=[^\W\d_])"), "’"),  # «câest»
    (re.compile(r"(?<!\w)â(?=\w)"), "“"),
    (re.compile(r"(?<=[\w.!?…])â(?!\w)"), "”"),
    (re.compile("Ć(?=u)"), "œ"),  # «Ćuvres»
)
# … and these in any line.
_LOST_ANYWHERE = (
    (re.compile(r"(?<=[a-z])Ć(?=u)"), "œ"),  # «cĆur»
    # «câest»: no word goes on with a vowel behind an â.
    (re.compile(r"(?i)(?<=\b[cdjlmnst])â(?=[aeiouyhàâéèêëîïôùûœ])"), "’"),
    (re.compile(r"(?<!\w)[ÂĀ](?!\w)"), "\u00a0"),
    # The mark of the series, U+1F50D, whose last byte is lost.
    (re.compile(r"(?<=ikroscope )[šðđ]Ÿ[”\u0094][^\w\s]?(?= |\w)"), "🔍"),
)


def repair(line: str) -> str:
    """Return a line of text as it was before its UTF-8 was misread; one that was not stays as is."""
    if line.isascii() or not _LEAD.search(line) or not _SIGNS.search(line):
        return line
    for whole in dict.fromkeys((line, _HALF.sub("\\1\u00a0", line))):
        for encoding in ENCODINGS:
            try:
                return b"".join(_put_back(c, encoding) for c in whole).decode()
            except UnicodeError:
                continue
    return _in_part(line)


def _in_part(line: str) -> str:
    """Return a line that is broken in part only, piece by piece."""
    halved = _HALF.sub("\\1\u00a0", line)
    repaired, pieces = max(
        (_pieces(halved, encoding) for encoding in ENCODINGS), key=lambda tried: tried[1]
    )
    lost = _LOST_ANYWHERE + (_LOST if pieces or "âŻ" in line else ())
    for pattern, sign in lost:
        repaired = pattern.sub(sign, repaired)
    if repaired != halved:
        return repaired
    import ftfy  # noqa: PLC0415 - slow to load, and hardly a line comes this far

    return ftfy.fix_encoding(line)


def _pieces(line: str, encoding: str) -> tuple[str, int]:
    """Return a line with each character put right that `encoding` took for several; how many."""
    count = 0

    def put_right(match: re.Match[str]) -> str:
        nonlocal count
        try:
            right = b"".join(_put_back(c, encoding) for c in match.group()).decode()
        except UnicodeError:
            return match.group()
        if not _EXPECTED.fullmatch(right):
            return match.group()
        count += 1
        return right

    return _pattern(encoding).sub(put_right, line), count


@cache
def _pattern(encoding: str) -> re.Pattern[str]:
    """Return what a character of two to four bytes of UTF-8 looks like in `encoding` (RFC 3629 §3)."""

    def shown(low: int, high: int) -> str:
        return "".join(re.escape(_shown(byte, encoding)) for byte in range(low, high + 1))

    following = f"[{shown(0x80, 0xBF)}]"
    return re.compile(
        f"[{shown(0xC2, 0xDF)}]{following}|[{shown(0xE0, 0xEF)}]{following}{{2}}"
        f"|[{shown(0xF0, 0xF4)}]{following}{{3}}"
    )


def _shown(byte: int, encoding: str) -> str:
    """Return what stands for a byte; for one that is not defined, what cp1252 has for it too."""
    if byte in _undefined(encoding):
        return chr(byte) + bytes([byte]).decode("cp1252", "ignore")
    return bytes([byte]).decode(encoding)


@cache
def _undefined(encoding: str) -> dict[int, str]:
    """Return the bytes from 0x80 that an encoding does not define, and what cp1252 has for each."""
    return {
        byte: bytes([byte]).decode("cp1252", "ignore")
        for byte in range(0x80, 0x100)
        if not bytes([byte]).decode(encoding, "ignore")
    }


def _put_back(character: str, encoding: str) -> bytes:
    """Return the byte that `encoding` shows as `character`.

    Bytes that it does not define are let through by readers as the control of that number, or as
    what cp1252 has for them.
    """
    try:
        return character.encode(encoding)
    except UnicodeEncodeError:
        for byte, other in _undefined(encoding).items():
            if character in (chr(byte), other):
                return bytes([byte])
        raise

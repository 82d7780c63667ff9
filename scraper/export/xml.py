"""Text for XML 1.0, which has no place for some characters whatever they are written as.

Rule: such a character becomes U+FFFD, so that a reader sees that one stood there.
"""

import re
from xml.sax.saxutils import escape

# https://www.w3.org/TR/xml/#charsets, the other way round.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Whether anything is to be done at all: mostly not.
_SPECIAL = re.compile("[&<>\r]|" + _ILLEGAL.pattern)


def legal(text: str) -> str:
    """Return text in which XML allows every character."""
    return _ILLEGAL.sub("\ufffd", text)


def escaped(text: str) -> str:
    """Return text as the content of an element."""
    return escape(legal(text), {"\r": "&#13;"}) if _SPECIAL.search(text) else text

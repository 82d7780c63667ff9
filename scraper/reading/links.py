"""Links as a page writes them → absolute URLs.

Rule: what is no URL is absent; nothing here fails.
"""

import re
from urllib.parse import urljoin

# An address that is the same wherever it is meant from.
_WHOLE = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?/[\w./%+~=-]*", re.ASCII)
_PLAIN = re.compile(r"[^\[\]\x80-\U0010ffff]*")  # nothing in it can be wrong


def absolute(base: str, link: str) -> str | None:
    """Return `link` as it is meant on the page at `base` (RFC 3986, 5); None for «http://[»."""
    try:
        if _WHOLE.fullmatch(link) and _PLAIN.fullmatch(base):
            return link
        return urljoin(base, link.strip())
    except ValueError:
        return None

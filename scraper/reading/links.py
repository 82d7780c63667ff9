"""Links as a page writes them → absolute URLs.

Rule: what is no URL is absent; nothing here fails.
"""

from urllib.parse import urljoin


def absolute(base: str, link: str) -> str | None:
    """Return `link` as it is meant on the page at `base` (RFC 3986, 5); None for «http://[»."""
    try:
        return urljoin(base, link.strip())
    except ValueError:
        return None

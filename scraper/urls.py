"""What a URL says by itself: its canonical form, its language, its slug, whether it is a post.

Rule: pure text work, so that one post is one post wherever its URL was found (RFC 3986 §6.2.2).
"""

import re
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, quote, unquote_to_bytes, urlsplit, urlunsplit

from scraper.errors import WrongUsage

LANGUAGES = ("en", "fr")
KEPT = 16_384  # URLs of which it is kept what they are: the same ones stand on page after page

# The studio answers under these hosts; all of them are one site.
ORIGINS = {
    "mikrosanimation.com": ("https", "www.mikrosanimation.com"),
    "www.mikrosanimation.com": ("https", "www.mikrosanimation.com"),
}

DEFAULT_PORTS = {"http": 80, "https": 443}

# Parameters that say where a reader came from, never what is read.
TRACKING = re.compile(
    r"utm_.*|mtm_.*|pk_.*|fbclid|gclid|gbraid|wbraid|dclid|msclkid|twclid|ttclid|li_fat_id|igshid"
    r"|yclid|mc_cid|mc_eid|_ga|_gl|hsa_.*|_hsenc|_hsmi|ref_src|ref_url",
    re.IGNORECASE,
)

# Second places below /news/ that WordPress uses for lists of posts.
LISTINGS = frozenset(
    {"page", "category", "categorie", "tag", "author", "auteur", "feed", "archive", "archives"}
)

# RFC 3986 §2.3, and what may stand bare in a path or a query (§3.3, §3.4).
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_BARE = "!$&'()*+,;=:@/"
_TRIPLET = re.compile(r"%([0-9A-Fa-f]{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_POST = re.compile(r"/(?P<lang>en|fr)/news/(?P<slug>[^/]+)/")
_FILE = re.compile(r".+\.[A-Za-z][A-Za-z0-9]{1,4}")


@lru_cache(KEPT)
def canonical(url: str) -> str:
    """Return the one form of an http(s) URL under which everything about it is kept.

    Scheme and host in lower case, no default port, no user, no fragment, no tracking parameters,
    percent-encoding in one way, the path of a page closed with a slash, the studio's hosts as one.
    The path of a post names it whole, so that a post has no query. Raises WrongUsage.
    """
    parts = _split(url)
    scheme, authority = _origin(parts)
    path = _path(parts.path)
    query = "" if _is_post_path(path) else _query(parts.query)
    return urlunsplit((scheme, authority, path, query, ""))


@lru_cache(KEPT)
def authority_of(url: str) -> str:
    """Return `host:port` of an http(s) URL, the port always written. Raises WrongUsage."""
    parts = _split(url)
    return f"{_host(parts)}:{parts.port or DEFAULT_PORTS[parts.scheme]}"


def authorities_of(site: str) -> frozenset[str]:
    """Return each `host:port` under which a site may answer: its aliases, http and https alike.

    A site on a port of its own answers there and nowhere else. Raises WrongUsage.
    """
    host, _, port = authority_of(site).rpartition(":")
    if int(port) not in DEFAULT_PORTS.values():
        return frozenset({f"{host}:{port}"})
    home = ORIGINS.get(host)
    hosts = {host} | {alias for alias, origin in ORIGINS.items() if home and origin == home}
    return frozenset(f"{name}:{number}" for name in hosts for number in DEFAULT_PORTS.values())


@lru_cache(KEPT)
def origin_of(url: str) -> str:
    """Return `scheme://host[:port]` of an http(s) URL. Raises WrongUsage."""
    scheme, authority = _origin(_split(url))
    return f"{scheme}://{authority}"


@lru_cache(KEPT)
def is_post(url: str) -> bool:
    """Return whether a URL is that of a post, `/{en|fr}/news/SLUG/`, and not of a list of them."""
    try:
        return _is_post_path(_path(_split(url).path))
    except WrongUsage:
        return False


def language_of(url: str) -> str | None:
    """Return the language that the path begins with, None where it begins with none."""
    first = urlsplit(url.strip()).path.lstrip("/").partition("/")[0]
    return first if first in LANGUAGES else None


def slug_of(url: str) -> str | None:
    """Return a post's slug, percent-encoded as in its canonical URL; None if it is no post."""
    if not is_post(url):
        return None
    found = _POST.fullmatch(_path(_split(url).path))
    return found["slug"] if found else None


def _split(url: str) -> SplitResult:
    """Take a URL apart; raise WrongUsage unless it is http(s) with a host and a sane port."""
    stripped = url.strip()
    try:
        parts = urlsplit(stripped)
        port = parts.port
    except ValueError as error:
        raise WrongUsage(f"expected a URL, got {_short(url)}: {error}") from None
    if _CONTROL.search(stripped) or parts.scheme not in DEFAULT_PORTS:
        raise WrongUsage(f"expected an http or https URL, got {_short(url)}")
    if not parts.hostname or port == 0 or re.search(r"[\s\\<>\"]", parts.netloc):
        raise WrongUsage(f"expected a URL with a host, got {_short(url)}")
    return parts


def _origin(parts: SplitResult) -> tuple[str, str]:
    """Return scheme and authority, the studio's hosts as one."""
    host = _host(parts)
    if parts.port in (None, *DEFAULT_PORTS.values()) and host in ORIGINS:
        return ORIGINS[host]
    if parts.port in (None, DEFAULT_PORTS[parts.scheme]):
        return parts.scheme, host
    return parts.scheme, f"{host}:{parts.port}"


def _host(parts: SplitResult) -> str:
    """Return the host in lower case, IDNA-encoded, an IPv6 address in brackets."""
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        return f"[{host}]"
    try:
        return host.encode("idna").decode("ascii") if not host.isascii() else host
    except UnicodeError:
        raise WrongUsage(f"expected a URL with a host, got host {_short(host)}") from None


def _path(path: str) -> str:
    """Return a path with dot segments resolved, encoded in one way, and closed."""
    kept: list[str] = []
    for segment in _encoded(path, "").split("/")[1:]:
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    if path.endswith(("/.", "/..")):
        kept.append("")
    last = kept[-1] if kept else ""
    closed = "" if not last or _FILE.fullmatch(last) else "/"
    return f"/{'/'.join(kept)}{closed}"


def _query(query: str) -> str:
    """Return a query without its tracking parameters, in its own order."""
    pairs = [pair for pair in query.split("&") if pair]
    kept = [pair for pair in pairs if not TRACKING.fullmatch(_name_of(pair))]
    return _encoded("&".join(kept), "?")


def _name_of(pair: str) -> str:
    """Return the decoded name of a `name=value` pair."""
    decoded = parse_qsl(pair, keep_blank_values=True, separator="\x00")
    return decoded[0][0] if decoded else ""


def _encoded(text: str, more: str) -> str:
    """Return text percent-encoded in one way: RFC 3986 §6.2.2.1 and §6.2.2.2, raw bytes as UTF-8."""

    def triplet(found: re.Match[str]) -> str:
        byte = unquote_to_bytes(found[0])
        return byte.decode("ascii") if byte[0] in _UNRESERVED else found[0].upper()

    # A bare % is no triplet: it is data and is encoded itself.
    bare = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)
    return _TRIPLET.sub(triplet, quote(bare, safe=f"{_BARE}{more}%", encoding="utf-8"))


def _is_post_path(path: str) -> bool:
    found = _POST.fullmatch(path)
    return found is not None and found["slug"].lower() not in LISTINGS


def _short(text: str) -> str:
    """Return text as it may stand in a one-line message."""
    return repr(text if len(text) <= 80 else f"{text[:79]}…")

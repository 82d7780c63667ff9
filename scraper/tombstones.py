"""What was forgotten on request: never fetched, imported or shown again.

Rule: a tombstone holds no personal data. URLs and names are kept as digests under a secret key that
stands in a file of its own: enough to know them again here, and nothing to anybody without the key.

A slow digest would not help instead. Every URL of every night is asked for, so that it could cost no
more than a millisecond, and who wants to know of a list of names whether they are among the
forgotten would have done with it in a second. Without the key there is nothing to try them on.
"""

import hmac
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote

from scraper import names
from scraper.errors import DataFolderError
from scraper.folder import sync_folder
from scraper.text import fold

_DIGEST = "hmac-sha256"
_KEY = 32  # bytes
_LONGEST_NAME = 6  # words


@dataclass(frozen=True, slots=True)
class Tombstones:
    """The digests of forgotten URLs and of forgotten people's names, and the key to them."""

    key: bytes = field(default=b"", repr=False)
    urls: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()

    @classmethod
    def load(cls, path: Path) -> "Tombstones":
        """Return the tombstones kept at `path`; none where there is no file.

        Raises DataFolderError where the file or its key cannot be read: to go on without them would
        bring back what was forgotten.
        """
        if not path.exists():
            return cls()
        try:
            data = json.loads(path.read_text("utf-8"))
            key = bytes.fromhex(key_path(path).read_text("ascii"))
            if data["digest"] == _DIGEST and len(key) == _KEY:
                return cls(key, frozenset(data["urls"]), frozenset(data["people"]))
            error: Exception = ValueError("another digest or key")
        except (OSError, ValueError, KeyError, TypeError) as found:
            error = found
        raise DataFolderError(
            f"{path}: not readable as tombstones with {key_path(path).name};"
            " restore both before going on"
        ) from error

    def save(self, path: Path) -> None:
        """Keep the tombstones and their key at `path`, whole or not at all."""
        # The key first: it is nothing without tombstones, and they are nothing without it.
        _write(key_path(path), self.key.hex())
        digests = {"urls": sorted(self.urls), "people": sorted(self.people)}
        _write(path, json.dumps({"digest": _DIGEST, **digests}, indent=1))

    def has_url(self, url: str) -> bool:
        """Tell whether a canonical URL was forgotten."""
        return bool(self.urls) and _digest(self.key, "url", url) in self.urls

    def has_person(self, name: str) -> bool:
        """Tell whether a person was forgotten, under any spelling with the same key."""
        return bool(self.people) and _digest(self.key, "person", names.key(name)) in self.people

    def names_person(self, text: str) -> bool:
        """Tell whether a forgotten person's name stands in a text, a path or a URL."""
        if not self.people:
            return False
        found = fold(unquote(text)).split()
        return any(
            self.has_person(" ".join(found[start : start + length]))
            for length in range(1, _LONGEST_NAME + 1)
            for start in range(len(found) - length + 1)
        )

    def with_these(self, urls: Iterable[str], people: Iterable[str]) -> "Tombstones":
        """Return the tombstones with canonical URLs and people's names added."""
        keyed = self if self.key else replace(self, key=secrets.token_bytes(_KEY))
        return replace(
            keyed,
            urls=keyed.urls | {_digest(keyed.key, "url", url) for url in urls},
            people=keyed.people | {_digest(keyed.key, "person", names.key(n)) for n in people},
        )


def _digest(key: bytes, kind: str, text: str) -> str:
    return hmac.digest(key, f"{kind}:{text}".encode("utf-8", "replace"), "sha256").hex()


def key_path(path: Path) -> Path:
    """Return where the key to the tombstones at `path` is kept."""
    return path.with_suffix(".key")


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all, for its owner's eyes only."""
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_folder(path.parent)

"""What was forgotten on request: never fetched, imported or shown again.

Rule: a tombstone holds no personal data. URLs and names are kept as salted digests (PBKDF2), enough
to know them again and too little to read them back.
"""

import hashlib
import json
import os
import secrets
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from scraper import names
from scraper.errors import DataFolderError

_ROUNDS = 2000  # each guess of a name costs that many digests


@dataclass(frozen=True, slots=True)
class Tombstones:
    """The digests of forgotten URLs and of forgotten people's names."""

    salt: str
    urls: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()

    @classmethod
    def load(cls, path: Path) -> "Tombstones":
        """Return the tombstones kept at `path`; none where there is no file."""
        if not path.exists():
            return cls(secrets.token_hex(16))
        try:
            data = json.loads(path.read_text("utf-8"))
            return cls(data["salt"], frozenset(data["urls"]), frozenset(data["people"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataFolderError(
                f"{path}: not readable as tombstones; restore it before going on"
            ) from error

    def save(self, path: Path) -> None:
        """Keep the tombstones at `path`, whole or not at all."""
        beside = path.with_suffix(".new")
        data = {"salt": self.salt, "urls": sorted(self.urls), "people": sorted(self.people)}
        with beside.open("w", encoding="utf-8") as file:
            json.dump(data, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)

    def has_url(self, url: str) -> bool:
        """Tell whether a canonical URL was forgotten."""
        return bool(self.urls) and _digest(self.salt, url) in self.urls

    def has_person(self, name: str) -> bool:
        """Tell whether a person was forgotten, under any spelling with the same key."""
        return bool(self.people) and _digest(self.salt, names.key(name)) in self.people

    def with_url(self, url: str) -> "Tombstones":
        """Return the tombstones with a canonical URL added."""
        return replace(self, urls=self.urls | {_digest(self.salt, url)})

    def with_person(self, name: str) -> "Tombstones":
        """Return the tombstones with a person added."""
        return replace(self, people=self.people | {_digest(self.salt, names.key(name))})


@lru_cache(maxsize=1 << 16)
def _digest(salt: str, text: str) -> str:
    return hashlib.pbkdf2_hmac("sha256", text.encode(), salt.encode(), _ROUNDS).hex()

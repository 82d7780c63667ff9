"""A segment written again without some URLs, for erasure.

Rule: what stays, stays byte for byte; the new file takes the old one's place when it is whole.
"""

import json
import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from scraper.archive.listing import MEMORY, RESULT, index_path
from scraper.archive.members import mapped, members, sync_folder
from scraper.archive.reading import read_records
from scraper.archive.record import pack, serialise
from scraper.errors import WrongUsage
from scraper.urls import canonical

_COMPUTED = frozenset({"Content-Type", "Content-Length", "WARC-Block-Digest"})


def rewrite(path: Path, unwanted: Callable[[str], bool]) -> int:
    """Write a segment again without what is unwanted; return how many records that concerned."""
    touched, beside = 0, path.with_name(f"{path.name}.part")
    with mapped(path) as data, beside.open("wb") as out:
        for member in members(path):
            old = bytes(data[member.offset : member.end])
            new = old if member.data is None else _purged(old, member.data, unwanted)
            touched += new != old
            out.write(new)
        out.flush()
        os.fsync(out.fileno())
    if not touched:
        beside.unlink()
        return 0
    index_path(path).unlink(missing_ok=True)
    beside.replace(path)
    sync_folder(path.parent)
    return touched


def any_form(predicate: Callable[[str], bool], url: str) -> bool:
    """Ask a predicate about a URL as it is and in its canonical form; what is no URL is not asked."""
    try:
        form = canonical(url)
    except WrongUsage:
        return False
    return predicate(form) or predicate(url)


def _purged(member: bytes, data: bytes, unwanted: Callable[[str], bool]) -> bytes:
    """Return a member as it is, or nothing, or with the mentions of unwanted URLs taken out."""
    for record in read_records(BytesIO(data)):
        if record.url in {MEMORY, RESULT}:
            said = json.loads(record.body)
            kept = _scrubbed(said, unwanted)
            if kept != said:
                text = json.dumps(kept, ensure_ascii=False, sort_keys=True).encode()
                headers = [pair for pair in record.headers if pair[0] not in _COMPUTED]
                return pack(serialise(headers, "application/json", text))
        elif (record.url and unwanted(record.url)) or unwanted(
            record.header("WARC-Refers-To-Target-URI") or ""
        ):
            return b""
    return member


def _scrubbed(said: Any, unwanted: Callable[[str], bool]) -> Any:
    """Return JSON without the keys, items and values that are unwanted URLs."""
    if isinstance(said, dict):
        return {
            key: _scrubbed(value, unwanted)
            for key, value in said.items()
            if not unwanted(key) and not (isinstance(value, str) and unwanted(value))
        }
    if isinstance(said, list):
        kept = [item for item in said if not (isinstance(item, str) and unwanted(item))]
        return [_scrubbed(item, unwanted) for item in kept]
    return said

"""Whether what is kept is whole: each byte of a segment, and the segments among themselves.

Rule: nothing that stands beside a segment is believed; every fault is named with file and offset.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scraper.archive.listing import (
    RESULT,
    Listing,
    captures_in,
    fits,
    head_of,
    index_path,
    is_our_name,
    list_record,
    memory_in,
    recall,
    was_finished,
)
from scraper.archive.members import Member, has_idle_bits, mapped, members
from scraper.archive.reading import Record, inspected
from scraper.archive.record import is_our_header
from scraper.models import Run

_INDEX = index_path(Path("*")).name


@dataclass(frozen=True, slots=True)
class Damage:
    """What was found: in which file, at which offset, and what is wrong there."""

    file: str
    offset: int
    message: str


_LOST = "a record that cannot be read"


class Inspection:
    """Reads segments whole, one after another; what no two of them may share is remembered."""

    def __init__(self) -> None:
        self._ids: set[bytes] = set()

    def of(self, path: Path) -> Iterator[Damage]:
        """Yield what is wrong with a segment: checksums, lengths, digests, order, and its index."""
        beside, ours = _Beside(path), is_our_name(path.name)
        order = _Order(path.name)
        for member in members(path):
            for problem in self._of_member(path, member, beside, order if ours else None):
                yield Damage(path.name, member.offset, problem)
        if not beside.agrees():
            name = index_path(path).name
            yield Damage(name, 0, "not what its segment says; delete it, and it is made again")
        yield from shortened(path)

    def _of_member(
        self, path: Path, member: Member, beside: "_Beside", order: "_Order | None"
    ) -> Iterator[str]:
        if member.data is None:
            yield member.problem
            if order:
                order.lose()
            return
        if order and not _frame_is_ours(path, member, member.data):
            yield "the frame of its gzip member differs"
        record, problems = inspected(member.data)
        yield from problems
        if record is None:
            if order:
                order.lose()
            return
        try:
            beside.meet(record, member.offset)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            yield f"cannot be read as a record of ours: {error!r}"
        if order:
            yield from order.problems_of(record)
            yield from self._repeated(record)

    def _repeated(self, record: Record) -> Iterator[str]:
        # Half of a random UUID tells records apart well enough, and there may be a million of them.
        name = re.sub(r"[^0-9a-f]", "", (record.header("WARC-Record-ID") or "").lower())
        short = bytes.fromhex(name[-16:].zfill(16))
        if short in self._ids:
            yield "a record of this WARC-Record-ID stands in the archive already"
        self._ids.add(short)


class _Beside:
    """The index beside a segment, held against the records one by one, so that neither is held whole.

    An index that does not fit its segment is not believed by anybody, and so is no fault.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fits = fits(path)
        self._captures = captures_in(path) if self._fits else iter(())
        self._kinds: Counter[str] = Counter()
        self._found = Listing()  # what the last record said, and the run
        self._memory: dict[str, str] = {}  # by URL, as JSON
        self._alike: dict[str, str] = {}  # much of it is said of many
        self._same = True

    def meet(self, record: Record, offset: int) -> None:
        """Take in what a record says. Raises as `list_record` does."""
        list_record(self._found, record, self._path.name, offset)
        while self._found.captures:
            capture = self._found.captures.pop()
            self._kinds[capture.kind] += 1
            self._same = self._same and next(self._captures, None) == capture
        while self._found.memory:
            url, said = self._found.memory.popitem()
            known = {url: json.loads(self._memory[url])} if url in self._memory else {}
            recall(known, url, said)
            text = json.dumps(known[url])
            self._memory[url] = self._alike.setdefault(text, text)

    def agrees(self) -> bool:
        """Tell, after the last record, whether the index says the same, or none fits."""
        return not self._fits or (
            self._same
            and next(self._captures, None) is None
            and self._run_and_result() == self._head()
            and all(
                json.loads(self._memory.pop(url, "null")) == said
                for url, said in memory_in(self._path)
            )
            and not self._memory
        )

    def _run_and_result(self) -> tuple[Run | None, dict[str, Any]]:
        run = self._found.run
        if run is not None and run.finished is None:  # cut short: counted from what it left
            repeated = self._kinds["revisit"]
            run = replace(run, fetched=self._kinds.total() - repeated, unchanged=repeated)
        return run, self._found.result

    def _head(self) -> tuple[Run | None, dict[str, Any]]:
        head = head_of(self._path)
        return head.run, head.result


class _Order:
    """The order of a segment's records: the run's settings first, its result last."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._previous = ""
        self._ended = False

    def lose(self) -> None:
        """Pass over a record that cannot be read: what follows it is not to blame."""
        self._previous = _LOST

    def problems_of(self, record: Record) -> Iterator[str]:
        """Yield what is wrong with where a record stands."""
        name = record.header("WARC-Record-ID") or ""
        if not self._previous:
            said = record.header("WARC-Filename")
            if record.kind != "warcinfo" or said != self._file:
                found = f"{record.kind} of {said}" if said else record.kind
                yield f"expected the beginning of {self._file}, found {found}"
        if self._ended:
            yield "a record behind the result of its run"
        answered = record.header("WARC-Concurrent-To")
        if record.kind == "request" and self._previous not in {answered, _LOST}:
            yield f"the record that it asked for, {answered}, does not stand before it"
        self._ended = self._ended or record.url == RESULT
        self._previous = name


def _frame_is_ours(path: Path, member: Member, content: bytes) -> bool:
    """Tell whether those bits of a member that no checksum covers are as we write them."""
    with mapped(path) as data:
        whole = bytes(data[member.offset : member.end])
    return is_our_header(whole) and not has_idle_bits(whole, content)


def unreadable(member: Member) -> str:
    """Return why no record can be read of a member; nothing where one can."""
    if member.data is None:
        return member.problem
    record, problems = inspected(member.data)
    return "" if record else problems[0]


def shortened(path: Path) -> Iterator[Damage]:
    """Yield that a segment has become shorter since its run ended: the index beside it knows."""
    if was_finished(path):
        size = path.stat().st_size
        yield Damage(path.name, size, "its end is missing: it was longer when its run ended")


def missing(folder: Path) -> Iterator[Damage]:
    """Yield the segments that are not there although an index of theirs is."""
    for index in sorted(folder.glob(_INDEX)):
        segment = index.with_name(index.name.removesuffix(_INDEX[1:]))
        if not segment.exists():
            yield Damage(segment.name, 0, f"the segment is missing; {index.name} stands alone")

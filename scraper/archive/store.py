"""The folder of segments: what it holds, whether it is sound, and what to do where it is not.

Rule: reading changes nothing but the derived indexes; only `repair`, `begin` and `without` write.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from scraper.archive.checking import Damage, Inspection, missing, shortened, unreadable
from scraper.archive.listing import (
    ERASED,
    Facts,
    Listing,
    canonical_or_raw,
    captures_in,
    captures_of,
    fits,
    head_of,
    index_path,
    is_our_name,
    list_segment,
    memory_in,
    recall,
    size_and_time,
    was_finished,
    write_index,
)
from scraper.archive.members import cut_back, inflate, mapped, members
from scraper.archive.purge import Unwanted, rewrite
from scraper.archive.reading import Record, read_records
from scraper.archive.record import decoded, hex_digest, warc_date
from scraper.archive.segment import Segment, stamp, stamp_of
from scraper.errors import ArchiveError, BadInput, DataFolderError
from scraper.models import Capture, Run

_Holder = tuple[str, int, str]  # of a payload: file, offset, digest


class Archive:
    """The folder of WARC segments. It need not exist to be read: then it is empty."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._listings: dict[str, tuple[tuple[int, int], Listing]] = {}
        self._originals: dict[str, _Holder] = {}
        self._resolved_of: list[tuple[str, tuple[int, int]]] | None = None

    def segments(self) -> list[Path]:
        """Return the WARC files in order of name, which begins with the time of the run."""
        return sorted(self.folder.glob("*.warc.gz"))

    def repair(self) -> list[str]:
        """Cut incomplete last members off and say so, one line each; nothing else is touched.

        Damage inside a segment stays as it is and is `verify`'s to name.
        """
        said = []
        for left in sorted(self.folder.glob("*.part")):
            left.unlink()
            said.append(f"{left.name}: removed, a rewriting that was never finished")
        for path in self.segments():
            if fits(path):
                continue
            if not is_our_name(path.name):
                said.append(f"{path.name}: not written by us; left as it is, `import` takes it in")
            elif was_finished(path):
                said.append(f"{path.name}: not as its run left it; left as it is, see `verify`")
            else:
                said += cut_back(path)
        return said

    def damage(self) -> Iterator[Damage]:
        """Yield what cannot be read of segments that are not as their runs left them; cheap."""
        for path in self.segments():
            if not fits(path):
                found = [
                    Damage(path.name, member.offset, problem)
                    for member in members(path)
                    if (problem := unreadable(member))
                ]
                yield from found or shortened(path)
        yield from missing(self.folder)

    def captures(self, since: int = 0) -> Iterator[Capture]:
        """Yield the records of http(s) URLs that hold or repeat content, by file, then offset.

        Here and below: those of all segments but the first `since`.
        """
        for path in self.segments()[since:]:
            held = self._listing(path)
            yield from held.captures if held else captures_in(path)

    def runs(self, since: int = 0) -> Iterator[Run]:
        """Yield each segment's run; one that was cut short has no `finished`."""
        for path in self.segments()[since:]:
            run = (self._listing(path) or head_of(path)).run
            if run is not None:
                yield run

    def results(self) -> Iterator[dict[str, Any]]:
        """Yield each finished run's result as it was stored (see Segment.finish)."""
        for path in self.segments():
            result = (self._listing(path) or head_of(path)).result
            if result:
                yield result

    def memory(self, *names: str) -> Facts:
        """Return what the runs remember of URLs, the latest run's word last (Segment.remember).

        Of all that is remembered of each, or only what has one of these names.
        """
        facts: Facts = {}
        for url, said in self.remembered():
            wanted = {name: said[name] for name in names if name in said} if names else said
            recall(facts, url, wanted)
        return facts

    def remembered(self, since: int = 0) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield URLs and what the runs remember of them; a later word adds to an earlier one."""
        for path in self.segments()[since:]:
            held = self._listing(path)
            yield from held.memory.items() if held else memory_in(path)

    def read(self, capture: Capture) -> bytes:
        """Return the decoded entity body; a revisit's is that of the record it repeats.

        Raises ArchiveError where a record is damaged or missing, TooLarge past MAX_BODY.
        """
        file, offset, digest = self._original_of(capture)
        record = self._record(file, offset)
        if hex_digest(record.body) != digest and digest.startswith("sha256:"):
            raise ArchiveError(f"{file} at {offset}: the payload is not its digest's")
        return decoded(record.body, record.http_header("content-encoding"))

    def header(self, capture: Capture, name: str) -> str | None:
        """Return the first HTTP header of this name of a capture's own record. Raises ArchiveError."""
        return self._record(capture.file, capture.offset).http_header(name)

    def original(self, capture: Capture) -> bytes:
        """Return the WARC record as stored, its gzip member undone. Raises ArchiveError."""
        return self._member(capture.file, capture.offset)

    def capture_at(self, file: str, offset: int) -> Capture:
        """Return the capture whose record begins at an offset of a segment. Raises ArchiveError.

        The segment itself is read there and no index of it, so that this is as true as the file.
        """
        where = f"{file}, offset {offset}"
        if file not in {path.name for path in self.segments()}:
            raise ArchiveError(f"{where}: the archive has no segment of that name")
        try:
            record = self._member(file, offset)
            erased = any(read.url == ERASED for read in read_records(BytesIO(record)))
            found = next(captures_of(record, file, offset), None)
        except BadInput as error:
            raise ArchiveError(f"{where}: no record can be read there: {error}") from error
        if erased:
            raise ArchiveError(f"{where}: what stood here was erased on request")
        if found is None:
            raise ArchiveError(f"{where}: this record is no capture of a page")
        return found

    def whole(self, capture: Capture) -> list[bytes]:
        """Return the WARC record of a capture as stored; that of what it repeats behind it."""
        holder = self._original_of(capture)[:2]
        places = dict.fromkeys(((capture.file, capture.offset), holder))
        return [self._member(*place) for place in places]

    def verify(self) -> Iterator[Damage]:
        """Read every record whole: checksums, lengths, digests, order; yield what is wrong."""
        inspection = Inspection()
        for path in self.segments():
            yield from inspection.of(path)
            yield from self._unresolved(path)
        yield from missing(self.folder)

    def begin(self, source: str, settings: Mapping[str, str], now: datetime) -> "Segment":
        """Open a new segment for one run; `settings` go into its warcinfo, which comes first.

        Its name stands after that of every other segment, also where the clock was set back: the
        order of names is the order of runs. Raises DataFolderError.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DataFolderError(f"cannot write {self.folder}: {error.strerror}") from error
        stamps = (stamp_of(path.name) for path in self.segments())
        last = max((at for at in stamps if at is not None), default=None)
        at = max(now, last + timedelta(milliseconds=1)) if last else now
        path = self.folder / f"{stamp(at)}-{source}.warc.gz"
        segment = Segment(path, source, settings, now)
        # What the run asks next is what the archive knows: of this segment there is no need to read.
        self._listings[path.name] = size_and_time(path), Listing(run=segment.run)
        return segment

    def without(
        self, url: Callable[[str], bool], text: Callable[[str], bool] = lambda _text: False
    ) -> list[str]:
        """Rewrite segments without the records of URLs that `url` tells; say which segments.

        Every other record stays byte for byte and at its offset. Of our own notes (settings, memory
        and results of runs) only those go that name such a URL or of which `text` says that they
        tell. A segment is written beside, synced and renamed over the old one.
        """
        said, unwanted = [], Unwanted(url, text)
        for path in self.segments():
            gone = rewrite(path, unwanted)
            if gone:
                said.append(f"{path.name}: {gone} records left out or purged")
        for fault in tuple(missing(self.folder)):
            # What tells of a segment that is gone may tell of what is to go.
            index = index_path(self.folder / fault.file)
            if unwanted.is_told_in(index.read_text("utf-8", "replace")):
                index.unlink()
                said.append(f"{index.name}: removed, its segment is missing")
        self._listings.clear()
        return said

    def _listing(self, path: Path) -> Listing | None:
        """Return what a segment holds, read out of it; None where its index tells.

        The index is made where there is none; only a segment that is not sound has to be held.
        """
        stamp = size_and_time(path)
        held = self._listings.get(path.name)
        if held and held[0] == stamp:
            return held[1]
        if fits(path):
            return None
        listing, sound = list_segment(path)
        if sound and not was_finished(path):  # that index tells of what is lost: it stays
            write_index(path, listing)
            if fits(path):  # an archive on a disk that is full, or only read, has none
                return None
        self._listings[path.name] = (stamp, listing)
        return listing

    def _original_of(self, capture: Capture) -> _Holder:
        """Follow a revisit to the record that holds its payload. Raises ArchiveError."""
        if capture.kind != "revisit":
            return capture.file, capture.offset, capture.digest
        self._learn_originals()
        url, date = capture.same_as or ("", "")
        held = self._originals.get(f"{canonical_or_raw(url)} {date}")
        held = held or self._originals.get(capture.digest)
        if held is None:
            raise ArchiveError(
                f"{capture.file} at {capture.offset}: expected the archive to hold {url} of {date},"
                " which this record repeats"
            )
        return held

    def _learn_originals(self) -> None:
        """Know each record that holds a payload, by URL and date and by digest."""
        state = [(path.name, size_and_time(path)) for path in self.segments()]
        if state == self._resolved_of:
            return
        self._originals, self._resolved_of = {}, state
        for capture in self.captures():
            if capture.kind != "revisit":
                holder = capture.file, capture.offset, capture.digest
                key = f"{capture.url} {warc_date(capture.captured_at)}"
                self._originals.setdefault(key, holder)
                self._originals.setdefault(capture.digest, holder)

    def _unresolved(self, path: Path) -> Iterator[Damage]:
        held = self._listing(path)
        for capture in held.captures if held else captures_in(path):
            try:
                self._original_of(capture)
            except ArchiveError as error:
                yield Damage(path.name, capture.offset, str(error))

    def _member(self, file: str, offset: int) -> bytes:
        path = self.folder / file
        try:
            with mapped(path) as data:
                return inflate(data, offset)[0]
        except (OSError, EOFError, zlib.error, ValueError) as error:
            raise ArchiveError(f"{path} at {offset}: expected a record: {error}") from error

    def _record(self, file: str, offset: int) -> Record:
        for record in read_records(BytesIO(self._member(file, offset))):
            return record
        raise ArchiveError(f"{file} at {offset}: expected a record, found none")

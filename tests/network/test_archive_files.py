"""The archive's files: valid to others, read back whole, safe against every end of a run."""

import gzip
import json
import os
import subprocess
import sys
import time as real_time
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from scraper.archive import Archive, Segment, decoded, read_records
from scraper.errors import ArchiveError, BadInput, DataFolderError, TooLarge
from scraper.models import Capture, Exchange

NOW = datetime(2026, 3, 1, 2, 0, 0, 123456, tzinfo=UTC)
POST = "https://news.example/en/news/anna/"
WORDS = "Anna — under the loupe, café".encode()


def exchange(body: bytes = WORDS, status: int = 200, **more: object) -> Exchange:
    """Return a response to a request for the post."""
    headers = (("Content-Type", "text/html"), ("ETag", '"1"'), ("X-Odd", "caf\xe9"))
    plain = Exchange(
        POST, POST, status, "OK", "HTTP/1.1", (("Host", "news.example"),), headers, body, NOW
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def fill(segment: Segment) -> list[Capture]:
    """Put one record of each kind into a segment."""
    first = segment.add_exchange(exchange())
    later = exchange(b"", 304, started_at=NOW + timedelta(days=1))
    again = exchange(started_at=NOW + timedelta(days=2))
    return [
        first,
        segment.add_revisit(later, first),
        segment.add_revisit(again, first, "identical-payload-digest"),
        segment.add_file("https://news.example/en/news/b/", b"<p>b", "text/html", NOW),
        segment.add_file("https://news.example/en/news/c/", b"c", "text/plain", NOW, "conversion"),
    ]


@pytest.fixture
def filled(archive: Archive) -> Archive:
    """Give an archive of one finished run."""
    with archive.begin("site", {"delay": "1"}, NOW) as segment:
        fill(segment)
        segment.remember({POST: {"of_series": True}}, NOW)
        run = replace(segment.run, finished=NOW, requests=7, notes=("a note",))
        segment.finish(run, {"failures": {}})
    return archive


def only(archive: Archive) -> Path:
    """Return the one segment."""
    (path,) = archive.segments()
    return path


def test_a_segment_is_valid_to_warcio_and_gunzip(filled: Archive) -> None:
    """`warcio check` finds every digest right, `gunzip -t` every member whole."""
    path = only(filled)
    checker = Checker(type("Command", (), {"inputs": [str(path)], "verbose": True}))
    assert checker.process_all() == 0
    assert subprocess.run(["gunzip", "-t", str(path)], check=False).returncode == 0


def test_records_stand_in_their_order_and_each_is_a_member_of_its_own(filled: Archive) -> None:
    """Warcinfo first, responses with their requests, the run's result last."""
    path = only(filled)
    with path.open("rb") as file:
        reader = ArchiveIterator(file)
        kinds = [(record.rec_type, reader.get_record_offset()) for record in reader]
    assert [kind for kind, _ in kinds] == [
        "warcinfo",
        "response",
        "request",
        "revisit",
        "request",
        "revisit",
        "request",
        "resource",
        "conversion",
        "metadata",
        "metadata",
    ]
    data = path.read_bytes()
    assert all(data[offset:].startswith(b"\x1f\x8b") for _, offset in kinds)


def test_a_response_is_stored_to_the_byte(filled: Archive) -> None:
    """Also a header that is no UTF-8; digests are SHA-256."""
    first = next(filled.captures())
    record = filled.original(first)
    assert record.startswith(b"WARC/1.1\r\n")
    block = b'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: "1"\r\nX-Odd: caf\xe9\r\n\r\n'
    assert block + WORDS in record
    assert b"WARC-Payload-Digest: sha256:" in record


def test_a_request_says_which_response_it_belongs_to(filled: Archive) -> None:
    """WARC-Concurrent-To names the response's record."""
    with only(filled).open("rb") as file:
        records = [dict(record.rec_headers.headers) for record in ArchiveIterator(file)]
    assert records[2]["WARC-Concurrent-To"] == records[1]["WARC-Record-ID"]


def test_revisits_say_what_they_repeat_so_that_others_can_replay_them(filled: Archive) -> None:
    """Profile, URL and date of WARC 1.1."""
    with only(filled).open("rb") as file:
        revisits = [r.rec_headers for r in ArchiveIterator(file) if r.rec_type == "revisit"]
    profiles = [str(r.get_header("WARC-Profile")).rpartition("/")[2] for r in revisits]
    assert profiles == ["server-not-modified", "identical-payload-digest"]
    for revisit in revisits:
        assert revisit.get_header("WARC-Refers-To-Target-URI") == POST
        assert revisit.get_header("WARC-Refers-To-Date") == "2026-03-01T02:00:00.123456Z"


def test_every_capture_reads_back(filled: Archive) -> None:
    """A revisit as what it repeats."""
    assert [filled.read(capture) for capture in filled.captures()] == [WORDS] * 3 + [b"<p>b", b"c"]


def test_the_run_and_what_it_remembers_read_back(filled: Archive) -> None:
    """From the metadata records."""
    (run,) = filled.runs()
    assert (run.source, run.requests, run.finished, run.notes) == ("site", 7, NOW, ("a note",))
    assert filled.memory() == {POST: {"of_series": True}}
    assert filled.memory("of_series", "misses") == {POST: {"of_series": True}}
    assert filled.memory("misses") == {POST: {}}


def test_the_index_beside_a_segment_can_be_deleted(filled: Archive) -> None:
    """It is derived: what it said is read again from the segment, and the same."""
    said = list(filled.captures()), list(filled.runs()), filled.memory()
    for beside in filled.folder.glob("*.json"):
        beside.unlink()
    anew = Archive(filled.folder)
    assert (list(anew.captures()), list(anew.runs()), anew.memory()) == said


@pytest.mark.parametrize("wrong", ["", "{}", "[]", "null", '{"format": 1, "size": 1}'])
def test_an_index_that_does_not_fit_is_not_believed(filled: Archive, wrong: str) -> None:
    """Whatever stands in it."""
    said = list(filled.captures())
    for beside in filled.folder.glob("*.json"):
        beside.write_text(wrong)
    assert list(Archive(filled.folder).captures()) == said


def test_two_runs_in_one_instant_have_a_segment_each(archive: Archive) -> None:
    """And stand in their order."""
    for _ in range(3):
        archive.begin("site", {}, NOW).close()
    assert len(archive.segments()) == 3


def test_a_clock_that_was_set_back_does_not_change_the_order_of_runs(archive: Archive) -> None:
    """What the later run remembers is what holds."""
    for at, said in ((NOW, "first"), (NOW - timedelta(days=400), "second")):
        with archive.begin("site", {}, at) as segment:
            segment.remember({POST: {"said": said}}, at)
    assert archive.memory() == {POST: {"said": "second"}}
    assert [run.started for run in archive.runs()] == [NOW, NOW - timedelta(days=400)]


def test_wherever_the_last_record_is_cut_the_others_stay(filled: Archive, tmp_path: Path) -> None:
    """At every byte of it: one line says so, and the file is valid again."""
    path = only(filled)
    whole = path.read_bytes()
    with path.open("rb") as file:
        reader = ArchiveIterator(file)
        last = [reader.get_record_offset() for _ in reader][-1]
    cut = Archive(tmp_path / "cut")
    cut.folder.mkdir()
    for length in range(last + 1, len(whole)):
        (cut.folder / path.name).write_bytes(whole[:length])
        (said,) = cut.repair()
        assert "cut off" in said
        assert (cut.folder / path.name).read_bytes() == whole[:last]
    assert cut.repair() == []
    assert len(list(cut.captures())) == 5


def test_zeros_at_the_end_are_cut_off_too(filled: Archive) -> None:
    """What a power failure leaves of a block that was never written."""
    path = only(filled)
    whole = path.read_bytes()
    path.write_bytes(whole + bytes(4096))
    assert len(filled.repair()) == 1
    assert path.read_bytes() == whole


def test_damage_inside_is_named_and_left_as_it_is(filled: Archive) -> None:
    """Nothing is cut; every other record still reads."""
    path = only(filled)
    damaged = bytearray(path.read_bytes())
    second = list(filled.captures())[3].offset
    damaged[second + 40] ^= 0xFF
    path.write_bytes(damaged)
    anew = Archive(filled.folder)
    (said,) = anew.repair()
    assert "left as it is" in said
    assert path.read_bytes() == damaged
    assert len(list(anew.captures())) == 4
    (found,) = anew.verify()
    assert (found.file, found.offset) == (path.name, second)


def test_any_flipped_byte_is_found_by_verify(filled: Archive, tmp_path: Path) -> None:
    """Somewhere in each thirteenth byte of the segment, gzip headers' free fields apart."""
    path = only(filled)
    whole = path.read_bytes()
    members = {r.offset for r in filled.captures()}
    free = {offset + step for offset in members for step in range(4, 10)}
    other = Archive(tmp_path / "flipped")
    other.folder.mkdir()
    with path.open("rb") as file:
        reader = ArchiveIterator(file)
        free |= {reader.get_record_offset() + s for _ in reader for s in range(3, 10)}
    for position in range(0, len(whole), 13):
        if position not in free:
            flipped = whole[:position] + bytes([whole[position] ^ 0x55]) + whole[position + 1 :]
            (other.folder / path.name).write_bytes(flipped)
            assert list(other.verify()), position


WRITER = """
import os, sys
from datetime import datetime, timedelta, UTC
from pathlib import Path
from scraper.archive import Archive
from scraper.models import Exchange
at = datetime(2026, 3, 1, tzinfo=UTC)
with Archive(Path(sys.argv[1])).begin("site", {}, at) as segment:
    print(segment.path, flush=True)
    for number in range(100_000):
        url = f"https://news.example/en/news/p{number}/"
        body = os.urandom(2000)
        segment.add_exchange(Exchange(url, url, 200, "OK", "HTTP/1.1", (), (), body, at))
        print(number, flush=True)
"""


@pytest.mark.parametrize("wait", [0.0, 0.003, 0.01, 0.02, 0.04, 0.07])
def test_a_killed_run_loses_no_completed_record(wait: float, tmp_path: Path) -> None:
    """Killed in the middle of its work; each record that it reported is there and reads."""
    program = [sys.executable, "-c", WRITER, str(tmp_path)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        writer.stdout.readline()
        real_time.sleep(wait)
        writer.kill()
        reported = writer.stdout.read().split()
    archive = Archive(tmp_path)
    archive.repair()
    captures = list(archive.captures())
    assert len(captures) >= len(reported)
    assert all(len(archive.read(capture)) == 2000 for capture in captures)
    assert list(archive.verify()) == []
    (run,) = archive.runs()
    assert run.finished is None
    assert subprocess.run(["gunzip", "-t", only(archive)], check=False).returncode == 0


def test_a_full_disk_is_one_clear_line_and_leaves_no_half_record(archive: Archive) -> None:
    """The limit of a file's size stands in for the disk's."""
    program = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000));" + WRITER
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(archive.folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "DataFolderError: cannot write" in done.stderr
    assert "File too large" in done.stderr
    assert archive.repair() == []
    assert list(archive.verify()) == []
    assert len(list(archive.captures())) > 5


def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    """A file stands where the segment should."""
    with pytest.raises(DataFolderError, match="cannot write"):
        Segment(tmp_path / "no" / "such.warc.gz", "site", {}, NOW)


def test_forgetting_leaves_everything_else_byte_for_byte(filled: Archive) -> None:
    """Response, request, revisits and memory of the one URL go; the others stay as they were."""
    stay = [filled.original(c) for c in filled.captures() if c.url != POST]
    said = filled.without(lambda url: url == POST)
    assert said
    assert [filled.original(c) for c in filled.captures()] == stay
    assert filled.memory() == {}
    assert POST.encode() not in gzip.decompress(only(filled).read_bytes())
    assert list(filled.verify()) == []
    assert not list(filled.folder.glob("*.part"))


def test_forgetting_what_is_not_there_touches_nothing(filled: Archive) -> None:
    """Not even the time of the file."""
    before = only(filled).stat().st_mtime_ns
    assert filled.without(lambda _: False) == []
    assert only(filled).stat().st_mtime_ns == before


def test_a_rewriting_that_was_killed_leaves_the_old_segment(filled: Archive) -> None:
    """What stood beside it is removed."""
    before = only(filled).read_bytes()
    only(filled).with_name("x.warc.gz.part").write_bytes(b"half")
    assert len(filled.repair()) == 1
    assert only(filled).read_bytes() == before
    assert not list(filled.folder.glob("*.part"))


def test_a_revisit_of_what_is_missing_is_an_archive_error(archive: Archive) -> None:
    """It names what should be there, and verify names it too."""
    elsewhere = Capture(POST, NOW, "site", "response", 200, None, "sha256:" + "0" * 64, "x", 0)
    with archive.begin("site", {}, NOW) as segment:
        capture = segment.add_revisit(exchange(b"", 304), elsewhere)
    with pytest.raises(ArchiveError, match=POST):
        archive.read(capture)
    assert [found.offset for found in archive.verify()] == [capture.offset]


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "gzip, gzip", "deflate", "identity", None])
def test_bodies_are_decoded_as_their_header_says(encoding: str | None) -> None:
    """Twice, if it says so twice."""
    body = WORDS
    for name in (encoding or "").lower().split(", "):
        if name == "gzip":
            body = gzip.compress(body)
        elif name == "deflate":
            body = zlib.compress(body)
    assert decoded(body, encoding) == WORDS


def test_a_gzip_bomb_is_refused_early() -> None:
    """A gigabyte of zeros in a megabyte."""
    bomb = gzip.compress(bytes(200_000_000), 9)
    with pytest.raises(TooLarge):
        decoded(bomb, "gzip")
    with pytest.raises(TooLarge):
        decoded(gzip.compress(bomb), "gzip, gzip")


def test_a_body_that_is_cut_off_is_an_archive_error() -> None:
    """Not half a page."""
    with pytest.raises(ArchiveError, match="cut off"):
        decoded(gzip.compress(os.urandom(1000))[:-20], "gzip")


@given(st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_no_bytes_make_the_reader_fail_in_another_way(data: bytes) -> None:
    """A WARC file of any bytes is read or is BadInput."""
    for content in (data, b"WARC/1.1\r\n" + data, gzip.compress(b"WARC/1.0\r\n" + data)):
        try:
            list(read_records(BytesIO(content)))
        except BadInput:
            continue


@given(
    body=st.binary(max_size=2000),
    value=st.text(
        st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f\x85\xa0"),
        max_size=20,
    ),
)
@settings(max_examples=60, deadline=None)
def test_any_payload_reads_back(
    body: bytes, value: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever bytes it is of, with whatever header."""
    archive = Archive(tmp_path_factory.mktemp("any"))
    with archive.begin("site", {}, NOW) as segment:
        capture = segment.add_exchange(exchange(body, headers=(("X-Any", value),)))
    for beside in archive.folder.glob("*.json"):
        beside.unlink()
    assert list(Archive(archive.folder).captures()) == [capture]
    assert archive.read(capture) == body
    assert list(archive.verify()) == []


def test_a_foreign_record_keeps_its_date_and_headers(archive: Archive) -> None:
    """Chunking goes, since it is of the transfer."""
    block = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    )
    text = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: <{POST}>\r\n"
        "WARC-Date: 2023-03-27T08:09:10Z\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
        f"Content-Type: application/http\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    (record,) = read_records(BytesIO(text.encode() + block + b"\r\n\r\n"))
    with archive.begin("files", {}, NOW) as segment:
        capture = segment.add_record(record)
    assert archive.read(capture) == b"hello"
    assert capture.captured_at == datetime(2023, 3, 27, 8, 9, 10, tzinfo=UTC)
    assert b"X-A: b" in archive.original(capture)
    assert list(archive.verify()) == []


def test_the_result_is_json_that_others_can_read(filled: Archive) -> None:
    """In a metadata record, as the last of the segment."""
    with only(filled).open("rb") as file:
        *_, last = ((r.content_type, r.content_stream().read()) for r in ArchiveIterator(file))
    assert last[0] == "application/json"
    assert json.loads(last[1])["run"]["requests"] == 7


def test_a_body_of_a_million_empty_gzip_members_is_read_in_a_moment() -> None:
    """Each member costs its own bytes, not those of all that follow."""
    began = real_time.monotonic()
    assert decoded(gzip.compress(b"") * 200_000 + gzip.compress(b"words"), "gzip") == b"words"
    assert real_time.monotonic() - began < 10


def test_an_index_that_cannot_be_written_leaves_nothing_behind(filled: Archive) -> None:
    """On a full disk half an index would take the room of records."""
    path = only(filled)
    index = path.with_name(f"{path.name}.index.json")
    index.unlink()
    index.mkdir()  # nothing can take its place
    (index / "x").touch()
    assert len(list(Archive(filled.folder).captures())) > 0
    assert list(filled.folder.glob("*.part")) == []

"""Stand-ins for the Wayback Machine and Common Crawl, written from their public documentation.

Wayback: the CDX server (`/cdx/search/cdx`: matchType, output, fl, limit, showResumeKey, resumeKey)
and raw captures (`/web/TIMEid_/URL`, the archived headers as `X-Archive-Orig-*`). Common Crawl:
`/collinfo.json`, `/ID-index` (one JSON object a line, `page`, 404 for nothing) and ranged reads of
WARC files whose records are gzip members.
"""

import gzip
import hashlib
import json
from dataclasses import dataclass, field
from urllib.parse import unquote

from tests.network.servers import Answer, Asked, Server

FIELDS = ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]


@dataclass
class Wayback:
    """A Wayback Machine with these captures: (original URL, timestamp) → (status, body)."""

    server: Server
    captures: dict[tuple[str, str], tuple[str, bytes]] = field(default_factory=dict)
    most: int = 2  # rows an answer, whatever limit was asked for

    def publish(self) -> None:
        """Put it into the server's table."""
        self.server.table["/cdx/search/cdx"] = self._cdx
        for (original, time), (status, body) in self.captures.items():
            headers = {
                "Content-Type": "text/html",
                "Memento-Datetime": time,
                "X-Archive-Orig-Server": "old-server",
                "X-Archive-Orig-Content-Encoding": "gzip",
                "X-Archive-Orig-Content-Type": "text/html; charset=utf-8",
            }
            self.server.table[f"/web/{time}id_/{original}"] = Answer(int(status), body, headers)

    def _cdx(self, asked: Asked) -> Answer:
        query = asked.query
        wanted = query["fl"].split(",")
        rows = [
            dict(
                zip(
                    FIELDS,
                    ("key", time, original, "text/html", status, sha1(body), "1"),
                    strict=True,
                )
            )
            for (original, time), (status, body) in sorted(self.captures.items())
            if original.partition("://")[2].replace(":80/", "/").startswith(query["url"])
        ]
        start = int(unquote(query.get("resumeKey", "key+0")).split("+")[-1].split(" ")[-1])
        size = min(self.most, int(query["limit"]))
        table: list[list[str]] = [wanted] if rows else []
        table += [[row[name] for name in wanted] for row in rows[start : start + size]]
        if start + size < len(rows):
            table += [[], [f"key%2B{start + size}"]]
        return Answer(200, gzip.compress(json.dumps(table).encode()), {"Content-Encoding": "gzip"})


@dataclass
class CommonCrawl:
    """A Common Crawl: crawl → [(URL, timestamp, body)], one WARC file a crawl."""

    server: Server
    crawls: dict[str, list[tuple[str, str, bytes]]] = field(default_factory=dict)

    def publish(self) -> None:
        """Put it into the server's table."""
        listed = [{"id": name, "name": name, "cdx-api": "x"} for name in reversed(self.crawls)]
        self.server.table["/collinfo.json"] = Answer(body=json.dumps(listed).encode())
        for name, pages in self.crawls.items():
            path = f"crawl-data/{name}/warc/1.warc.gz"
            whole, lines = b"", []
            for url, time, body in pages:
                member = gzip.compress(foreign(url, iso(time), body))
                said = {"url": url, "timestamp": time, "status": "200", "filename": path}
                lines.append(said | {"offset": str(len(whole)), "length": str(len(member))})
                whole += member
            self.server.table[f"/{name}-index"] = self._index(lines)
            self.server.table[f"/{path}"] = self._range(whole)

    def _index(self, lines: list[dict[str, str]]):  # type: ignore[no-untyped-def]  # noqa: ANN202
        def answer(asked: Asked) -> Answer:
            prefix = asked.query["url"].removesuffix("*")
            found = [line for line in lines if prefix in line["url"]]
            if not found:
                return Answer(404, b'{"message": "No Captures found for: x"}')
            if int(asked.query["page"]) > 0:
                return Answer(400, b'{"message": "Page out of range"}')
            return Answer(body="".join(f"{json.dumps(line)}\n" for line in found).encode())

        return answer

    def _range(self, whole: bytes):  # type: ignore[no-untyped-def]  # noqa: ANN202
        def answer(asked: Asked) -> Answer:
            first, last = asked.headers["range"].removeprefix("bytes=").split("-")
            return Answer(206, whole[int(first) : int(last) + 1])

        return answer


def foreign(url: str, date: str, body: bytes, kind: str = "response", more: str = "") -> bytes:
    """Return a WARC record as another tool would write it."""
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Theirs: 1\r\n\r\n" + body
    media_type = "application/http; msgtype=response"
    if kind in {"conversion", "resource"}:
        block, media_type = body, "text/plain"
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: {date}\r\n"
        f"WARC-Record-ID: <urn:uuid:{sha1(body + date.encode())}>\r\nContent-Type: {media_type}\r\n"
        f"WARC-Payload-Digest: sha1:{sha1(body)}\r\n{more}Content-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def sha1(body: bytes) -> str:
    """Return a digest as other archives have it (near enough)."""
    return hashlib.sha1(body, usedforsecurity=False).hexdigest().upper()


def iso(time: str) -> str:
    """Return fourteen digits as a WARC-Date."""
    return f"{time[:4]}-{time[4:6]}-{time[6:8]}T{time[8:10]}:{time[10:12]}:{time[12:]}Z"

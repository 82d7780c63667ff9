"""`python -m benchmarks.studio 2000`: the sample studio as a server of its own, which counts.

Rule: a process of its own, so that its CPU is nobody's; the same one for all contenders and rounds.
It ends with its standard input, so that no benchmark that dies leaves one behind.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

import httpx

from scraper.sample import Studio, serve


@dataclass(frozen=True, slots=True)
class Served:
    """The studio while it is served: what it shows, where, and how often it was asked."""

    studio: Studio
    url: str  # without the closing slash
    questions: IO[str]
    answers: IO[str]

    def posts(self) -> list[str]:
        """Return the URL of each post of the series."""
        articles = self.studio.articles
        return [f"{self.url}{article.path}" for article in articles if article.kind == "interview"]

    def asked(self) -> int:
        """Return how many requests it has heard since this was asked last."""
        self.questions.write("\n")
        self.questions.flush()
        return int(self.answers.readline())


@contextmanager
def served(count: int) -> Iterator[Served]:
    """Serve a studio of `count` posts, or of as many as were written by hand if that is more."""
    grown = max(count, len(Studio.sample().articles))
    command = [sys.executable, "-u", "-m", "benchmarks.studio", str(grown)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin  # noqa: S101 - both were asked for
        assert server.stdout  # noqa: S101
        url = server.stdout.readline().strip()
        site = Served(Studio.grown(grown), url, server.stdin, server.stdout)
        httpx.get(site.posts()[0])  # its templates are compiled when they are asked for first
        site.asked()
        yield site


def main() -> None:
    """Serve, and answer each line of standard input with the number of requests since the last."""
    with serve(Studio.grown(int(sys.argv[1]))) as site:
        print(site.url.rstrip("/"), flush=True)
        for _ in sys.stdin:
            print(len(site.requests), flush=True)
            site.requests.clear()


if __name__ == "__main__":
    main()

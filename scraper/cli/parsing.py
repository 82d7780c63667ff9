"""What reads one page and keeps nothing."""

import json
import sys
from pathlib import Path

import click

from scraper.errors import BadInput
from scraper.reading import as_contract, read_page
from scraper.reading.html import MAX_BYTES
from scraper.shell import Context, common
from scraper.urls import canonical


@click.command()
@common
@click.argument("file", metavar="FILE")
@click.option("--url", required=True, metavar="URL", help="The address of the page.")
def parse(_context: Context, file: str, url: str) -> None:
    """One page → JSON on stdout; nothing is stored. `-` reads stdin."""
    canonical(url)  # refuses what is no URL
    body = _bytes_of(file)
    if not body.strip():
        raise BadInput(f"{file}: empty")
    contract = as_contract(read_page(body, url, media_type=_media_type(file)))
    click.echo(json.dumps(contract, ensure_ascii=False, indent=1))


def _bytes_of(file: str) -> bytes:
    """Return what a file or stdin holds, one byte more than a page may have at most."""
    if file == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        with Path(file).open("rb") as page:
            return page.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror}") from error


def _media_type(file: str) -> str | None:
    """Return what a file's name says of its content; None where the content has to tell."""
    endings = {".txt": "text/plain", ".wet": "text/plain", ".json": "application/json"}
    return endings.get(Path(file).suffix.lower())

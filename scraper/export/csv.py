r"""CSV: RFC 4180, UTF-8, a header, `\r\n` line ends; empty cells are values that are not known.

Rule: a cell that a spreadsheet would take for a formula starts with an apostrophe. Readers undo it
by taking one apostrophe off cells that begin with `'` and then one of `= + - @`, tab, CR or `'`.
"""

import csv
from collections.abc import Iterable
from typing import IO

# OWASP, CSV injection; the apostrophe itself, so that undoing is exact.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "'")


def write_csv(columns: Iterable[str], rows: Iterable[Iterable[object]], file: IO[str]) -> None:
    """Write a header and the rows to `file`, opened with newline=""."""
    writer = csv.writer(file)
    writer.writerow(columns)
    writer.writerows([safe(cell) for cell in row] for row in rows)


def safe(cell: object) -> object:
    """Return a cell that no spreadsheet runs: text that looks like a formula gets an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_DANGEROUS) else cell

r"""CSV: RFC 4180, UTF-8, a header, `\r\n` line ends; empty cells are values that are not known.

Rule: a cell that a spreadsheet would take for a formula starts with an apostrophe. So does one that
starts with an apostrophe itself: readers undo it by taking the first apostrophe off any cell.
"""

import csv
from collections.abc import Iterable
from typing import IO

# OWASP, CSV injection, with the full-width signs that some spreadsheets take for the plain ones;
# and the apostrophe itself, so that undoing is exact.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠")
_FIRST = frozenset(DANGEROUS)


def write_csv(columns: Iterable[str], rows: Iterable[Iterable[object]], file: IO[str]) -> None:
    """Write a header and the rows to `file`, opened with newline=""."""
    writer = csv.writer(file)
    writer.writerow(columns)
    writer.writerows(
        [f"'{cell}" if type(cell) is str and cell[:1] in _FIRST else cell for cell in row]
        for row in rows
    )


def safe(cell: object) -> object:
    """Return a cell that no spreadsheet runs: text that looks like a formula gets an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(DANGEROUS) else cell

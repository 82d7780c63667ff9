"""Excel: a workbook with a sheet a table, for those who sort and filter by hand.

Rule: text is text, never a formula, and the same rows give the same bytes. A cell holds 32,767
characters and a sheet 1,048,576 rows: what is longer is cut and says so, what is more goes on in
another sheet.

It is written here because that is short: Office Open XML (ECMA-376 part 1, §18) with the strings in
their cells needs six parts, and streams; the libraries take several times as long and keep
temporary files.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from scraper.export.content import Content
from scraper.export.sidebyside import side_by_side
from scraper.export.xml import escaped

MAX_CELL = 32_767  # UTF-16 code units
MAX_ROWS = 1_048_575  # below the header
CUT = " … [cut here; the whole text is in the CSV]"
_WIDTHS = {"answer": 80, "question": 40, "intro": 60, "quote": 60, "message": 60, "url": 40}
_WIDTH = 18  # of other columns, in characters
_DAY = (1980, 1, 1, 0, 0, 0)  # the first that a ZIP can tell: the file says nothing of when
_BOLD = 1  # the second of the cell formats below
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # §22.9.2.19: else it is read as a character

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_RELS = "application/vnd.openxmlformats-package.relationships+xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    "<borders><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
    '<cellStyleXfs><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
    '<cellStyles><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def write_xlsx(content: Content, folder: Path) -> Iterator[Path]:
    """Write `spotlights.xlsx` in `folder`; yield its path in it."""
    path = Path("spotlights.xlsx")
    with ZipFile(folder / path, "w", ZIP_DEFLATED) as book:
        names: list[str] = []
        for name, columns, rows in _tables(content):
            left = iter(rows)
            first = next(left, None)
            number = 1
            while first is not None or number == 1:
                here = chain([first], islice(left, MAX_ROWS - 1)) if first is not None else ()
                names.append(name if number == 1 else f"{name} {number}")
                with _part(book, f"xl/worksheets/sheet{len(names)}.xml") as part:
                    _sheet(part, columns, here)
                first = next(left, None)
                number += 1
        for part_name, text in _frame(names):
            with _part(book, part_name) as part:
                part.write(f"{_HEAD}{text}".encode())
    yield path


def _tables(content: Content) -> Iterator[tuple[str, Sequence[str], Iterable[Any]]]:
    for table in content.tables:
        yield table.name, table.names, content.rows(table)
    if not content.choice.only:
        yield ("answers_side_by_side", *side_by_side(content))


def _part(book: ZipFile, name: str) -> IO[bytes]:
    """Open a part of the book for writing."""
    part = ZipInfo(name, _DAY)
    part.compress_type = ZIP_DEFLATED
    part.create_system = 0  # the same on every system
    return book.open(part, "w", force_zip64=True)


def _sheet(part: IO[bytes], columns: Sequence[str], rows: Iterable[Any]) -> None:
    """Write a sheet: a header that stays in view, the rows, and a filter over all of it."""
    widths = "".join(
        f'<col min="{n}" max="{n}" width="{_WIDTHS.get(name, _WIDTH)}" customWidth="1"/>'
        for n, name in enumerate(columns, start=1)
    )
    part.write(
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        f"</sheetView></sheetViews><cols>{widths}</cols><sheetData>\n".encode()
    )
    letters = [_letter(number) for number in range(len(columns))]
    part.write(_row(letters, 1, columns, f' s="{_BOLD}"').encode())
    last = 1
    for last, row in enumerate(rows, start=2):
        part.write(_row(letters, last, row).encode())
    end = f'</sheetData><autoFilter ref="A1:{letters[-1]}{last}"/></worksheet>\n'
    part.write(end.encode())


def _row(letters: Sequence[str], number: int, row: Iterable[Any], style: str = "") -> str:
    cells = [
        f'<c r="{letter}{number}"{style}><v>{cell}</v></c>'
        if isinstance(cell, int | float)
        else f'<c r="{letter}{number}" t="inlineStr"{style}><is>'
        f'<t xml:space="preserve">{_text(cell)}</t></is></c>'
        for letter, cell in zip(letters, row, strict=True)
        if cell is not None and cell != ""  # an empty cell is no cell
    ]
    return f'<row r="{number}">{"".join(cells)}</row>\n'


def _text(text: str) -> str:
    """Return text as it stands in a cell."""
    if len(text) * 2 > MAX_CELL and len(text.encode("utf-16-le")) // 2 > MAX_CELL:
        kept = text.encode("utf-16-le")[: (MAX_CELL - len(CUT)) * 2]
        text = kept.decode("utf-16-le", "ignore") + CUT
    return escaped(_ESCAPE.sub("_x005F_", text) if "_x" in text else text)


def _letter(number: int) -> str:
    """Return the letters of a column, counted from 0."""
    before, last = divmod(number, 26)
    return (_letter(before - 1) if before else "") + chr(ord("A") + last)


def _frame(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the parts that hold a book's sheets together."""
    sheets = range(1, len(names) + 1)
    yield (
        "[Content_Types].xml",
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="{_RELS}"/>'
        + _override("workbook", "sheet.main")
        + _override("styles", "styles")
        + "".join(_override(f"worksheets/sheet{n}", "worksheet") for n in sheets)
        + "</Types>",
    )
    yield "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")])
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>'
        for n, name in zip(sheets, names, strict=True)
    )
    yield (
        "xl/workbook.xml",
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
    )
    leads = [*(("worksheet", f"worksheets/sheet{n}.xml") for n in sheets), ("styles", "styles.xml")]
    yield "xl/_rels/workbook.xml.rels", _relations(leads)
    yield "xl/styles.xml", _STYLES


def _override(part: str, kind: str) -> str:
    return f'<Override PartName="/xl/{part}.xml" ContentType="{_TYPES}.{kind}+xml"/>'


def _relations(leads: Iterable[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(leads, start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'

"""Datasette's own markup made fit for our policy and for everybody: no inline style, names for all.

Rule: a table of what is replaced by what; it looks at tags only. Text in Datasette's pages is
escaped, so nothing that somebody wrote can look like one.
"""

import re

_NAMES = {
    "_filter_column": "Column",
    "_filter_op": "Comparison",
    "_filter_value": "Value",
    "sql": "SQL",
}
MENDED = (
    # Our policy forbids it.
    (re.compile(r' style="[^"<>]*"'), ""),
    # Headings follow one another without a gap (WCAG 2.2 §1.3.1).
    (re.compile(r"<(/?)h3\b"), r"<\1h2"),
    # A link says what it does (§2.4.4).
    (re.compile(r'(<span class="show-hide-sql">\(<a [^<>]*>(?:show|hide))'), r"\1 the SQL"),
    # A wide table is scrolled by keys too (§2.1.1), and says on a phone that it can be.
    (
        re.compile(r'<div class="table-wrapper">'),
        (
            '<p class="hint sideways">Rows that are wider than the screen scroll sideways.</p>'
            '<div class="table-wrapper" tabindex="0" role="region" aria-label="Rows">'
        ),
    ),
    # Numbers line up, also those of a query, whose columns have no type.
    (re.compile(r'(<td class="col-[^"<>]*)(">)(-?\d[\d.]*</td>)'), r"\1 type-int\2\3"),
    # Long text is cut after some lines, so that a table stays one; the row's own page has it whole.
    (re.compile(r'(<td class="[^"<>]*type-str">)(.+?)(</td>)', re.DOTALL), r"\1<div>\2</div>\3"),
    # The rows come first; what their columns mean is one move away.
    (
        re.compile(r'(<dl class="column-descriptions">.*?</dl>)', re.DOTALL),
        r"<details><summary>What the columns mean</summary>\1</details>",
    ),
    # So is how a table was made.
    (
        re.compile(r'(<pre class="wrapped-sql">.*?</pre>)', re.DOTALL),
        r"<details><summary>How it is made, in SQL</summary>\1</details>",
    ),
    # Fields have names (§4.1.2).
    *(
        (re.compile(rf'<((?:select|input|textarea)\b[^<>]* name="{field}(?:_\d+)?")'),
         rf'<\1 aria-label="{name}"')
        for field, name in _NAMES.items()
    ),
)  # fmt: skip


def mended(markup: str) -> str:
    """Return the HTML of a Datasette block as we show it."""
    for pattern, instead in MENDED:
        markup = pattern.sub(instead, markup)
    return markup

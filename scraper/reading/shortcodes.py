"""WordPress content as it was typed → markup: shortcodes that did not run, paragraphs not marked.

Rule: what a page builder would show stays (a toggle's title is a heading); its scaffolding goes.
"""

import re

from scraper.text import words

# `[caption …]<img> text[/caption]` is a figure.
_CAPTION = re.compile(
    r"\[caption[^\[\]]*\]\s*((?:<a[^<>]*>\s*)?<img[^<>]*>(?:\s*</a>)?)([^\[\]]*)\[/caption\]"
)
_MEDIA = re.compile(r"\[(embed|video|audio)\b[^\[\]]*\][^\[\]]*\[/\1\]")  # `[embed]URL[/embed]`
_CODE = re.compile(
    r"\[/?((?:vc|et_pb|fusion|av|wpb|elementor|caption|gallery|embed|video|audio|su|tatsu|cs)"
    r"(?:_[a-z_]+)?)(\s[^\[\]]*)?\]"
)
# `[et_pb_toggle title="What inspires you?" open="off"]`; its quotes may have been made curly.
_QUOTE = r"(?:[\"“”″»]|&(?:quot|#0?34|#8220|#8221|#8243);)"
_SHOWN = re.compile(
    rf"\s(?:title|text|heading|button_text)={_QUOTE}(.{{1,400}}?){_QUOTE}(?=\s|/?$)", re.DOTALL
)
# As what a builder shows the title of its elements, by the last word of their names.
_SHOWN_AS = {
    **dict.fromkeys(words("toggle section item spoiler heading tab panel blurb cta"), "h5"),
    **dict.fromkeys(words("btn button"), "p"),
}
_INLINE = ("su_", "su")  # of these only the titled ones part text
# Elements that an editor writes where it marks paragraphs; else WordPress does (`wpautop`).
_MARKED = re.compile(r"<(?:p|br|div|section|table|dl|article)\b", re.IGNORECASE)
_BLANK = re.compile(r"\n[ \t\r]*\n\s*")


def as_markup(content: str) -> str:
    """Return the HTML that WordPress would make of `content`, the text of a post as stored."""
    typed = not _MARKED.search(content)
    if "[" in content:
        content = _CAPTION.sub(r"<figure>\1<figcaption>\2</figcaption></figure>", content)
        content = _CODE.sub(_shown, _MEDIA.sub("", content))
    if typed and "\n" in content:
        content = "<p>" + _BLANK.sub("<p>", content.strip()).replace("\n", "<br>")
    return content


def _shown(code: re.Match[str]) -> str:
    """Return what a builder shows for one shortcode: its title, or where it parts text."""
    name, given = code[1], code[2] or ""
    tag = _SHOWN_AS.get(name.rsplit("_", 1)[-1])
    title = _SHOWN.search(given) if tag else None
    if title:
        return f"<{tag}>{title[1]}</{tag}>"
    return "" if name.startswith(_INLINE) else "<div></div>"

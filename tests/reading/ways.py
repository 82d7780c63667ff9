"""A plain page of an invented post, of which every part can be another.

Rule: the people and the studio are invented; what a test does not name is plain.
"""

from typing import Any

from scraper.reading import as_contract, read_page

URL = "https://www.ombrelle.example/en/news/under-the-mikroscope-lena-vasquez-lighting-lead/"
TITLE = "Under the Mikroscope 🔍 Lena Vasquez – Lighting Lead at Ombrelle Animation Paris"
STANDING = "Ombrelle Animation Paris’ teams under the Mikroscope! At the end, they pass the baton!"
INTRO = "Nominated by Hugo Perrin, it’s now the turn of Lena Vasquez to answer our questions."
ASKED = (
    ("What is the best part of your job?", "The first coffee."),
    ("What inspires you or who inspires you?", "Fog."),
    ("Your biggest achievement so far?", "An otter."),
    ("What would be your superpower?", "Naps."),
    ("What advice would you give to your younger self?", "Save often."),
)
BATON = "It’s your turn to name someone from Ombrelle Animation Paris, to answer these 8 questions!"


def page(  # every part of a page can be another
    *,
    head: str = "",
    top: str = "",
    title: str = f"<h1>{TITLE}</h1>",
    date: str = "<p>27 March 2023</p>",
    intro: str = f"<p>{INTRO}</p>",
    asked: str | None = None,
    baton: str = f"<p>{BATON}</p><p>Tomas Brandt</p>",
    after: str = "",
) -> dict[str, Any]:
    """Return the contract of a page that is plain but for the parts given."""
    body = "".join(f"<p>{q}</p><p>{a}</p>" for q, a in ASKED) if asked is None else asked
    html = (
        f"<html><head>{head}</head><body>{top}<article>{title}{date}{intro}{body}{baton}</article>"
        f"{after}</body></html>"
    )
    return as_contract(read_page(html.encode(), URL, media_type="text/html"))


def answers(contract: dict[str, Any]) -> list[tuple[str, str]]:
    """Return questions and answers."""
    return [(a["question"], a["answer"]) for a in contract["answers"]]


PLAIN = [*ASKED, (BATON, "Tomas Brandt")]

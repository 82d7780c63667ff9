"""A little invented archive, made from the schema, and Datasette over it.

Rule: real files and the real Datasette; every person here is invented.
"""

import asyncio
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from datasette.app import Datasette
from datasette.utils import parse_metadata
from playwright.sync_api import Browser, sync_playwright

from scraper.database.search import fill_index
from tests.site.browsing import CHROMIUM, FLAGS

ROOT = Path(__file__).parent.parent.parent
SCHEMA = ROOT / "scraper" / "schema.sql"
METADATA = ROOT / "metadata.yml"
SEEN = "2026-11-20T08:00:00Z"

HOSTILE = """<script>alert(1)</script> <img src=x onerror=alert(2)> {{ 7*7 }} {% raise %} "quoted" 'so' & </style>"""
LONG = "A very long answer begins. " * 12

PEOPLE = [  # id, name, studio, role; the last ones were named and never answered
    ("ines-vauclair", "Inès Vauclair", "Paris", "Lighting Artist"),
    ("obelix-tran", "Obélix Trần-Lefèvre", "Paris", "Rigging Supervisor"),
    ("meera-k", "Meera K", "Bangalore", "CG Supervisor"),
    ("theo-brisebois", "Théo Brisebois", "Montréal", "Compositing Lead"),
    (
        "maximilienne-alexandrovna-de-la-tour-saint-germain",
        "Maximilienne-Alexandrovna de la Tour Saint-Germain",
        "Montréal",
        "Head of Character Effects, Crowds & Environment / Technical Direction – Feature Films",
    ),
    ("bob-script", '<b onclick="alert(3)">Bob</b>', None, '"><script>alert(4)</script>'),
    ("nadia-quelle", "Nadia Quelle", "Paris", "Storyboard Artist"),
    ("samir-waiting", "Samir Ouadah", None, None),
    *[(f"guest-{n}", f"Guest Number{n} Fontaine", None, None) for n in range(1, 10)],
]
TURNS = [  # person, date, languages
    ("ines-vauclair", "2023-02-20", ["en", "fr"]),
    ("obelix-tran", "2023-03-27", ["en"]),
    ("meera-k", "2023-06-05", ["en"]),
    ("theo-brisebois", "2024-01-15", ["fr"]),
    ("maximilienne-alexandrovna-de-la-tour-saint-germain", "2024-04-02", ["en", "fr"]),
    ("bob-script", None, ["en"]),
    ("nadia-quelle", "2024-06-11", ["en"]),
]
QUESTIONS = [
    (
        "best-part",
        "What is the best part of your job?",
        "Quel est le meilleur aspect de votre travail ?",
    ),
    (
        "first-project",
        "What was the first project you worked on?",
        "Quel a été le premier projet ?",
    ),
    ("background", "Share your student and professional background!", "Partagez votre parcours !"),
    ("inspiration", "What inspires you or who inspires you?", "Qu’est-ce qui vous inspire ?"),
    (
        "character",
        "If you had to be a character, who would you be?",
        "Quel personnage seriez-vous ?",
    ),
    ("achievement", "Your biggest achievement so far?", "Votre plus grande réussite ?"),
    ("superpower", "What would be your superpower?", "Quel serait votre superpouvoir ?"),
    ("advice", "What advice would you give to your younger self?", "Quel conseil ?"),
    ("baton", "It’s your turn to name someone!", "À vous de nommer quelqu’un !"),
]
SAID = {
    "en": {
        "best-part": "Every morning a picture wakes up that was grey the night before. I light it, and somebody I never met will remember it.\n\nThe films stay; the meetings pass.",
        "first-project": "A short film about a lighthouse, with far too much fog.",
        "background": "I drew on the walls, then on paper, then on a tablet. Three schools later I was asked to stay.",
        "inspiration": "Winter light in the métro, and my grandmother's photographs.",
        "character": "The snail.",
        "achievement": "Teaching a crowd of four thousand chickens to breathe.",
        "superpower": "Yes.",
        "advice": "Save your files. Rêver takes time.",
        "baton": "I pass the baton to the next one, gladly.",
    },
    "fr": {
        "best-part": "Chaque matin, une image s’éveille. J’éclaire les films, et quelqu’un que je n’ai jamais rencontré s’en souviendra.",
        "first-project": "Un court métrage sur un phare, avec beaucoup trop de brume.",
        "inspiration": "La lumière d’hiver ; elle chantait sur les toits. Mes grands-mères m’inspirent.",
        "superpower": "Oui.",
        "advice": "Sauvegardez vos fichiers.",
    },
}
OWN = {  # person → question → answer, where it differs
    "obelix-tran": {"background": "\n\n".join(f"Paragraph {n}. {LONG}" for n in range(1, 41))},
    "bob-script": {
        "best-part": HOSTILE,
        "advice": "<svg onload=alert(5)>",
        "superpower": "\u202egnirts a",
    },
    "meera-k": {"achievement": "w" * 400},
}
NOMINATIONS = [  # nominator, nominee
    ("ines-vauclair", "obelix-tran"),
    ("obelix-tran", "meera-k"),
    ("meera-k", "theo-brisebois"),
    ("theo-brisebois", "maximilienne-alexandrovna-de-la-tour-saint-germain"),
    ("meera-k", "bob-script"),
    ("theo-brisebois", "samir-waiting"),
    *[("nadia-quelle", f"guest-{n}") for n in range(1, 10)],
]


def _make(path: Path, *, empty: bool = False) -> Path:
    """Write the invented archive to `path`; with `empty` only the schema. Returns the path."""
    connection = sqlite3.connect(path)
    connection.executescript(SCHEMA.read_text(encoding="utf-8"))
    if not empty:
        _fill(connection)
    connection.commit()
    connection.close()
    return path


def _insert(connection: sqlite3.Connection, table: str, *values: Any) -> None:
    marks = ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO {table} VALUES ({marks})", values)


def _fill(connection: sqlite3.Connection) -> None:
    for row in PEOPLE:
        _insert(connection, "people", *row)
    for position, (question, english, french) in enumerate(QUESTIONS, start=1):
        _insert(connection, "questions", question, position, english, french)
    roles = {one: (name, studio, role) for one, name, studio, role in PEOPLE}
    for person, published, languages in TURNS:
        _, studio, role = roles[person]
        _insert(
            connection, "interviews", f"{person}-talk", "under-the-mikroscope", person, role,
            studio, published, json.dumps(languages),
        )  # fmt: skip
        for lang in languages:
            _post(connection, person, lang, published)
    fill_index(connection)
    for nominator, nominee in NOMINATIONS:
        _nominate(connection, nominator, nominee)
    _insert(connection, "findings", "f1", "warning", "no-date", "bob-script-en", "no date", None)
    _insert(connection, "runs", "r1", "site", SEEN, SEEN, 20, 4000, 9, 0, 1, 0, 9, 0)


def _post(connection: sqlite3.Connection, person: str, lang: str, published: str | None) -> None:
    name, _, role = next((n, s, r) for p, n, s, r in PEOPLE if p == person)
    post = f"{person}-{lang}"
    url = f"https://studio.example/{lang}/news/{person}/"
    if person == "bob-script":
        url = "javascript:alert(6)//x"
    _insert(
        connection, "captures", f"capture-{post}", url, SEEN, "site", "response", 200,
        "text/html", "sha256:00", "2026.warc.gz", 0,
    )  # fmt: skip
    intro = {"en": f"Today it is {name} who answers.", "fr": f"Aujourd’hui, c’est {name}."}[lang]
    status = "gone" if person == "theo-brisebois" else "live"
    _insert(
        connection, "posts", post, f"{person}-talk", url, lang, f"Under the Mikroscope {name}",
        None, "Talent Spotlights", published, role, None, intro, None, status, SEEN, SEEN,
        f"capture-{post}", '["sitemap"]',
    )  # fmt: skip
    _insert(connection, "versions", f"{post}-1", post, 1, f"capture-{post}", SEEN, "[]")
    _insert(
        connection, "images", f"{post}-i", post, 1, "javascript:alert(7)", None, f"{name} at work"
    )
    said = {**SAID[lang], **OWN.get(person, {})}
    for position, (question, english, french) in enumerate(QUESTIONS, start=1):
        if question not in said:
            continue
        asked = {"en": english, "fr": french}[lang]
        answer = said[question]
        words = answer.lower().replace("’", " ").replace("'", " ").split()
        connection.execute(
            "INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                f"{post}-{position}",
                post,
                person,
                question,
                position,
                lang,
                asked,
                answer,
                len(words),
            ),
        )


def _nominate(connection: sqlite3.Connection, nominator: str, nominee: str) -> None:
    nomination = f"{nominator}-{nominee}"
    _insert(connection, "nominations", nomination, nominator, nominee, "nominator only")
    post = connection.execute(
        "SELECT posts.id, lang FROM posts JOIN interviews ON interviews.id = interview_id"
        " WHERE person_id = ? ORDER BY lang",
        (nominator,),
    ).fetchone()
    name = next(n for p, n, *_ in PEOPLE if p == nominee)
    quote = {"en": f"I name {name}, who knows why.", "fr": f"Je nomme {name}, bien sûr."}[post[1]]
    _insert(connection, "evidence", f"{nomination}-1", nomination, post[0], "nominator", quote)


Get = Callable[..., httpx.Response]
Running = Callable[[Path], AbstractContextManager[tuple[subprocess.Popen[str], str]]]
PROGRAM = """
import sys
from pathlib import Path
from scraper.serve import serve
serve(Path(sys.argv[1]), Path(sys.argv[2]), "127.0.0.1", 0)
"""


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the invented archive, as a file."""
    return _make(tmp_path_factory.mktemp("site") / "mikroscope.db")


def _serving(path: Path) -> Get:
    """Return a function that gets a path from a plain Datasette over the file at `path`."""
    metadata = parse_metadata(METADATA.read_text(encoding="utf-8"))
    datasette = Datasette([str(path)], metadata=metadata)

    def get(address: str, **kwargs: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            response: httpx.Response = await datasette.client.get(address, **kwargs)
            return response

        return asyncio.run(ask())

    return get


@pytest.fixture(scope="session")
def get(archive: Path) -> Get:
    """Get a path of the site over the invented archive."""
    return _serving(archive)


@pytest.fixture(scope="session")
def make_database() -> Callable[..., Path]:
    """Return the maker of invented archives: `make_database(path, empty=False)`."""
    return _make


@pytest.fixture(scope="session")
def serving() -> Callable[[Path], Get]:
    """Return what serves a file: `serving(path)` gets paths from a plain Datasette over it."""
    return _serving


@contextmanager
def _running(database: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `serve` as its own program; yield it and the address it said."""
    command = [sys.executable, "-u", "-c", PROGRAM, str(database), str(METADATA)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        try:
            assert program.stdout
            yield program, program.stdout.readline().removeprefix("Serving at ").strip()
        finally:
            program.kill()


@pytest.fixture(scope="session")
def running() -> Running:
    """Return what runs `mikroscope serve` as its own program over a file."""
    return _running


@pytest.fixture(scope="module")
def site(archive: Path) -> Iterator[str]:
    """Give the address of the site over the invented archive."""
    with _running(archive) as (_, address):
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium. A test that has it cannot ask with `get`: both run an event loop."""
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())

"""More people for the invented archive: a long chain, each with an interview and all its answers."""

import sqlite3

from scraper.database.search import fill_index

MORE = 300  # people who are added to the little archive, each with an interview and its answers


def grow(connection: sqlite3.Connection) -> None:
    """Add MORE people with interviews in a long chain, and an answer to each question."""
    for n in range(MORE):
        person, talk, post, now = f"more-{n}", f"more-{n}-talk", f"more-{n}-en", "2024-01-01T00:00:00Z"  # fmt: skip
        date = f"20{n % 20:02}-0{n % 9 + 1}-01"
        for table, values in (
            ("people", (person, f"More Number{n}", "Paris", "Animator")),
            ("interviews", (talk, "under-the-mikroscope", person, "Animator", "Paris", date, '["en"]')),
            ("captures", (f"c-{n}", f"https://a.example/{n}", now, "site", "response", 200, "text/html", "d", "f", n)),
            ("posts", (post, talk, f"https://a.example/{n}", "en", "T", None, None, date, None, None, None, None,
                       "live", now, now, f"c-{n}", "[]")),
            ("versions", (f"v-{n}", post, 1, f"c-{n}", now, "[]")),
        ):  # fmt: skip
            connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values))})", values)  # fmt: skip
        questions = [one for (one,) in connection.execute("SELECT id FROM questions")]
        for position, question in enumerate(questions, start=1):
            text = f"Films of light, number {n}."
            connection.execute(
                "INSERT INTO answers VALUES (?, ?, ?, ?, ?, 'en', 'Asked?', ?, 5)",
                (f"{post}-{position}", post, person, question, position, text),
            )
        if n:
            connection.execute("INSERT INTO nominations VALUES (?, ?, ?, 'both ends')", (f"m-{n}", f"more-{n - 1}", person))  # fmt: skip
    index(connection)


def index(connection: sqlite3.Connection) -> None:
    """Make the search index anew."""
    for table in ("answers_fts", "answers_fts_kind", "answers_fts_kinds", "answers_fts_words"):
        connection.execute(f"DELETE FROM {table}")
    fill_index(connection)

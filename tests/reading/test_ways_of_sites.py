"""Ways in which real sites and writers differ from each other, each the smallest page that shows it.

Rule: one promise a test; the pages are invented, the rest of each page is plain.
"""

from typing import Any

import pytest

from scraper.errors import NotOfTheSeries
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


@pytest.mark.parametrize(
    "data",
    [
        '{"@type":"NewsArticle","datePublished":"2023-03-27T08:00:00+00:00"}',
        '{"@graph":[{"@type":"WebSite"},{"@type":"Article","datePublished":"2023-03-27"}]}',
        '[{"@type":["BlogPosting"],"datePublished":"2023-03-27T23:30:00+02:00"}]',
        '{"@type":"WebPage","datePublished":"2023-03-27"}',
    ],
)
def test_the_date_of_json_ld_is_read(data: str) -> None:
    """JSON-LD says when, where nothing visible does."""
    contract = page(head=f'<script type="application/ld+json">{data}</script>', date="")
    assert contract["published"] == "2023-03-27"


@pytest.mark.parametrize("tag", ["em", "strong"])
def test_a_dressed_standing_text_is_no_question(tag: str) -> None:
    """What is said before the first question is the intro, however it is dressed."""
    contract = page(
        intro=f"<p><{tag}>{STANDING}</{tag}></p><p>{INTRO}</p>",
        asked="".join(f"<p><{tag}>{q}</{tag}></p><p>{a}</p>" for q, a in ASKED),
    )
    assert contract["intro"] == f"{STANDING}\n\n{INTRO}"
    assert contract["nominators"] == ["Hugo Perrin"]
    assert answers(contract) == PLAIN


@pytest.mark.parametrize("between", ["<strong>{}</strong> {}", "{} {}", "<b>{}</b>{}"])
def test_a_short_answer_may_share_the_line_of_its_question(between: str) -> None:
    """The question ends where it ends, also before a bare name."""
    contract = page(
        asked="".join(f"<p>{between.format(q, a)}</p>" for q, a in ASKED),
        baton=f"<p>{between.format(BATON, 'Tomas Brandt')}</p>",
    )
    assert answers(contract) == PLAIN
    assert contract["nominees"] == ["Tomas Brandt"]


@pytest.mark.parametrize(
    "meta",
    [
        "<p><a>Back to newsfeed</a> <span>Talent Spotlights</span></p><p>27 March 2023</p>",
        "<p><span>Talent Spotlights</span> <span>27 March 2023</span></p>",
        "<p>Talent Spotlights | 27 March 2023</p>",
        "<p>27 March 2023 · Talent Spotlights · 5 min read</p>",
        "<p>Posted on 27 March 2023 in Talent Spotlights</p>",
        "<p>27.03.23</p><p>Talent Spotlights</p>",
    ],
)
def test_category_and_date_may_share_a_line(meta: str) -> None:
    """Both are read, and neither is intro."""
    contract = page(date=meta)
    assert (contract["category"], contract["published"]) == ("Talent Spotlights", "2023-03-27")
    assert contract["intro"] == INTRO


@pytest.mark.parametrize(
    "title",
    [
        "<h1>Under the Mikroscope 🔍<br>Lena Vasquez – Lighting Lead at Ombrelle Animation Paris</h1>",
        "<p>Under the Mikroscope 🔍</p><h1>Lena Vasquez – Lighting Lead at Ombrelle Animation Paris</h1>",
        "<h1>Under the Mikroscope 🔍 Lena Vasquez –<br>Lighting Lead at Ombrelle Animation Paris</h1>",
        "<h1>Under the Mikroscope 🔍 Lena Vasquez</h1><h2>– Lighting Lead at Ombrelle Animation Paris</h2>",
    ],
)
def test_a_title_may_take_two_lines(title: str) -> None:
    """The title is whole, and so are person and role."""
    contract = page(head=f"<title>{TITLE}</title>", title=title)
    assert contract["title"] == TITLE
    assert (contract["person"], contract["role"]) == ("Lena Vasquez", "Lighting Lead")
    assert (contract["standfirst"], contract["intro"]) == (None, INTRO)


def test_a_title_may_leave_the_series_to_the_head_of_the_page() -> None:
    """A heading that the page's title ends with is the title."""
    contract = page(
        head=f"<title>{TITLE}</title>",
        title="<h1>Lena Vasquez – Lighting Lead at Ombrelle Animation Paris</h1>",
    )
    assert (contract["person"], contract["role"]) == ("Lena Vasquez", "Lighting Lead")
    assert contract["standfirst"] is None


@pytest.mark.parametrize(
    ("intro", "nominator"),
    [
        (
            "Lena is under the Mikroscope after being nominated by Kushal R. She likes fog.",
            "Kushal R",
        ),
        ("Under the Mikroscope: nominated by Anjali K. Lena tells us about fog.", "Anjali K"),
        ("Nominated by Devaraj P. Kuttan, Lena Vasquez answers.", "Devaraj P. Kuttan"),
    ],
)
def test_an_initial_may_end_a_sentence(intro: str, nominator: str) -> None:
    """The point after an initial is the sentence's, unless the name goes on."""
    assert page(intro=f"<p>{intro}</p>")["nominators"] == [nominator]


def test_a_question_may_be_broken_inside_its_heading() -> None:
    """A line break in a heading does not part the question."""
    broken = {
        "What inspires you or who inspires you?": "What inspires you or<br>who inspires you?",
        "What advice would you give to your younger self?": "What advice would you give<br>to your younger self?",
    }
    contract = page(asked="".join(f"<h3>{broken.get(q, q)}</h3><p>{a}</p>" for q, a in ASKED))
    assert answers(contract) == PLAIN


@pytest.mark.parametrize(
    "call",
    [
        "To find out more about life at Ombrelle Animation, follow us on LinkedIn and Instagram!",
        "Read the other interviews of the series here.",
        "Envie de nous rejoindre ? Consultez nos offres d’emploi !",
    ],
)
def test_calls_to_action_come_in_many_words(call: str) -> None:
    """What calls the reader to do something is no answer."""
    contract = page(baton=f"<p>{BATON}</p><p>Tomas Brandt</p><p>{call}</p>")
    assert answers(contract) == PLAIN
    assert contract["call_to_action"] == call


@pytest.mark.parametrize(
    ("said", "role_detail"),
    [
        (
            "it’s the turn of Lena Vasquez, Lighting & Look Lead, plays the game",
            "Lighting & Look Lead",
        ),
        (
            "meet Lena Vasquez, Look Lead, nominated by her colleague Hugo Perrin (FX Supervisor)",
            "Look Lead",
        ),
        ("voici Lena Vasquez, Look Lead, nommée par Hugo Perrin", "Look Lead"),
        ("meet Lena Vasquez, Look Lead since 2021", "Look Lead"),
        ("meet Lena Vasquez, our Lighting & Look Lead", "Lighting & Look Lead"),
    ],
)
def test_the_role_of_the_intro_ends_where_it_ends(said: str, role_detail: str) -> None:
    """What follows the role is not part of it."""
    assert page(intro=f"<p>Today {said}.</p>")["role_detail"] == role_detail


def test_counters_and_newsletters_stay_out_of_answers() -> None:
    """Numbers before questions and a newsletter box amid the article are the site's."""
    newsletter = (
        "<div><h3>Subscribe to our newsletter</h3><p>Fog in your inbox, once a month.</p>"
        '<form><input type="email"><button>OK</button></form></div>'
    )
    asked = "".join(f"<div>0{n}</div><h2>{q}</h2><p>{a}</p>" for n, (q, a) in enumerate(ASKED, 1))
    half = asked.index("<div>03")
    contract = page(asked=asked[:half] + newsletter + asked[half:])
    assert answers(contract) == PLAIN
    assert contract["left_over"] == []


def test_the_date_is_the_posts_own() -> None:
    """A list of other posts before the article has dates that are not its."""
    other = '<ul><li><a href="/x/">Art auction</a> <time datetime="2023-03-13">13 March</time></li></ul>'
    assert page(top=other)["published"] == "2023-03-27"


@pytest.mark.parametrize(
    ("said", "nominees"),
    [
        ("Without hesitation, Tomas Brandt and Ines Lacroix!", ["Tomas Brandt", "Ines Lacroix"]),
        ("Of course, Tomas Brandt!", ["Tomas Brandt"]),
        ("Why not Tomas Brandt?", ["Tomas Brandt"]),
        ("Maxime from the Editing team!", ["Maxime"]),
        ("Mathilde de la compta !", ["Mathilde"]),
        ("J’aimerais beaucoup en savoir plus sur Loïc Le Goff.", ["Loïc Le Goff"]),
        ("Kushal R. He is a great rigger.", ["Kushal R"]),
        ("Nobody yet. Ask me again in spring!", []),
    ],
)
def test_a_baton_is_handed_in_many_ways(said: str, nominees: list[str]) -> None:
    """Whoever is named comes out, and nobody else."""
    assert page(baton=f"<p>{BATON}</p><p>{said}</p>")["nominees"] == nominees


def test_a_standfirst_above_the_title_is_kept() -> None:
    """No text of the post is lost, wherever the site puts it."""
    contract = page(title=f"<p>Talent Spotlights</p><p>Fog and otters.</p><h1>{TITLE}</h1>")
    assert contract["standfirst"] == "Fog and otters."


def test_an_answer_that_looks_like_a_credit_stays_an_answer() -> None:
    """A question's only line is its answer."""
    asked = "".join(f"<p>{q}</p><p>{a}</p>" for q, a in ASKED)
    contract = page(asked=asked.replace("An otter.", "© me, 1990"))
    assert ("Your biggest achievement so far?", "© me, 1990") in answers(contract)


@pytest.mark.parametrize(
    "title", ["Tiger Talks 🐯 Lena Vasquez, Lighting Lead", "#OpenMik: Lena Vasquez"]
)
def test_the_title_of_a_neighbour_decides(title: str) -> None:
    """Another series stays another, even with the same questions and a word on this one."""
    with pytest.raises(NotOfTheSeries):
        page(
            title=f"<h1>{title}</h1>",
            intro="<p>After going under the Mikroscope last year, Lena Vasquez is back.</p>",
        )


@pytest.mark.parametrize(
    "tail",
    [
        "CG Supervisor (Mikros Animation Paris)",
        "CG Supervisor @ Mikros Animation Paris",
        "CG Supervisor AT MIKROS ANIMATION PARIS",
        "CG Supervisor, Mikros Animation, Paris",
        "CG Supervisor chez Mikros Animation (Paris)",
    ],
)
def test_the_studio_is_no_part_of_the_role(tail: str) -> None:
    """However a title says where, the role is the role."""
    contract = page(title=f"<h1>Under the Mikroscope 🔍 Lena Vasquez – {tail}</h1>")
    assert (contract["role"], contract["studio"]) == ("CG Supervisor", "Paris")


@pytest.mark.parametrize("role", ["Head of Character Animation", "Director of Feature Animation"])
def test_animation_may_be_part_of_the_role(role: str) -> None:
    """A department is no company."""
    assert page(title=f"<h1>Under the Mikroscope 🔍 Lena Vasquez – {role}</h1>")["role"] == role


@pytest.mark.parametrize(
    "line", ["2019 was the year.", "Manage my team", "Written by my mother and me", "PS: naps."]
)
def test_no_word_of_the_last_answer_is_lost(line: str) -> None:
    """What could be a footer's elsewhere is the person's here."""
    contract = page(baton=f"<p>{line}</p><p>And more.</p>")
    assert contract["answers"][-1]["answer"] == f"Save often.\n\n{line}\n\nAnd more."


def test_an_unknown_heading_at_the_end_is_left_over_with_its_text() -> None:
    """What nobody can place is reported, whole."""
    contract = page(baton=f"<p>{BATON}</p><p>Tomas Brandt</p><h4>Colophon</h4><p>Set in fog.</p>")
    assert contract["left_over"] == ["Colophon", "Set in fog."]


def test_a_number_can_be_an_answer() -> None:
    """«42» is a counter only right before a question that has its answer."""
    asked = "".join(f"<p>{q}</p><p>{a}</p>" for q, a in ASKED).replace("An otter.", "42")
    assert ("Your biggest achievement so far?", "42") in answers(page(asked=asked))


@pytest.mark.parametrize(
    "head",
    [
        "<script>" + "i<n;" * 2500 + "</script>",
        "<svg>" + '<path d="M0 0"/>' * 2500 + "</svg>",
        "<!--" + "<div>" * 2500 + "-->",
        "<script>var a='" + "<div>" * 2500 + "'</script>",
    ],
)
def test_what_is_no_element_is_no_depth(head: str) -> None:
    """Scripts, drawings and comments do not make a page too deep to read."""
    assert page(head=head)["person"] == "Lena Vasquez"


@pytest.mark.parametrize(
    "unit", ["Ada, ", "I pass Ada ", "I pass it to Ada Byr & ", "Nominated by Ada Lind "]
)
def test_endless_names_end(unit: str) -> None:
    """A sentence that is longer than any is not searched for who is meant."""
    long = unit * 4000
    contract = page(intro=f"<p>{long}</p>", baton=f"<p>{BATON}</p><p>{long}</p>")
    assert contract["answers"][-1]["answer"] == long.strip()


@pytest.mark.parametrize(
    "name", ["Ben Carter", "April Stone", "Will Baxter", "Paul March", "Théo Juin"]
)
def test_a_month_or_a_verb_can_be_a_name(name: str) -> None:
    """Beside another capitalised word it is one."""
    assert page(baton=f"<p>{BATON}</p><p>{name} !</p>")["nominees"] == [name]
    assert page(intro=f"<p>Nominated by {name}, Lena answers.</p>")["nominators"] == [name]


@pytest.mark.parametrize("said", ["None.", "TBD", "Rien", "Surprise!", "Everybody!", "Myself!"])
def test_nobody_is_nobody(said: str) -> None:
    """A word that names nobody makes no edge."""
    assert page(baton=f"<p>{BATON}</p><p>{said}</p>")["nominees"] == []


def test_an_ellipsis_survives_mojibake() -> None:
    """ISO-8859-16 shows half of it as a control character; it comes back as it was."""
    text = f"{TITLE}\n\n27 March 2023\n\n" + "\n\n".join(f"{q}\n\n{a} And…" for q, a in ASKED)
    shown = "".join(bytes([b]).decode("iso8859-16") for b in text.encode())
    contract = as_contract(read_page(shown.encode(), URL, media_type="text/plain"))
    assert contract["answers"][0]["answer"] == "The first coffee. And…"


@pytest.mark.parametrize(
    "other", ["What is the hardest part of your job?", "Raconte-nous ta journée type !"]
)
def test_the_opposite_of_a_question_is_another(other: str) -> None:
    """A question that only looks like one of the nine is kept as none of them."""
    asked = f"<h3>{other}</h3><p>Mornings.</p>" + "".join(
        f"<h3>{q}</h3><p>{a}</p>" for q, a in ASKED
    )
    first = page(asked=asked)["answers"][0]
    assert (first["question"], first["question_id"]) == (other, None)


# ── Questions that are none of the nine, and how little tells them ────────────────────────────────

INTRODUCE = ("Can you introduce yourself?", "I am Lena. I light.")
MISSED = ("What would you like to add?", "Nothing at all.")


@pytest.mark.parametrize(
    "form", ["<p>{}</p><p>{}</p>", "<p>{}<br>{}</p>", "<div>{}</div><div>{}</div>"]
)
def test_a_plain_unknown_question_before_the_first_and_behind_the_last_is_a_question(
    form: str,
) -> None:
    """An unknown question need not stand between two known ones, nor stand out."""
    asked = "".join(form.format(*each) for each in (INTRODUCE, *ASKED))
    contract = page(asked=asked, baton=form.format(BATON, "Tomas Brandt") + form.format(*MISSED))
    assert answers(contract) == [INTRODUCE, *ASKED, (BATON, "Tomas Brandt"), MISSED]
    assert contract["intro"] == INTRO
    assert contract["nominees"] == ["Tomas Brandt"]


@pytest.mark.parametrize(
    "said",
    [
        "Do you know what a lighting lead does all day?",
        "Have you ever wondered who switches the sun on?",
        "What do you know about light? Our eight questions will tell.",
    ],
)
def test_a_question_to_the_readers_in_the_intro_is_no_question_of_the_post(said: str) -> None:
    """Readers are asked for a nod, not for an answer."""
    contract = page(intro=f"<p>{said}</p><p>{INTRO}</p>")
    assert answers(contract) == PLAIN
    assert said in contract["intro"]


def test_a_question_to_the_readers_behind_the_last_answer_is_none_either() -> None:
    """A call to apply may ask; the post ends before it."""
    contract = page(
        after="<p>Would you like to join our teams in Paris?</p><p>Apply here!</p>"
        "<p>What would you read next?</p><p>Another post.</p>"
    )
    assert answers(contract) == PLAIN


@pytest.mark.parametrize("tag", ["h3", "strong"])
def test_a_prompt_that_stands_out_needs_no_mark(tag: str) -> None:
    """«Your superpower», as a heading among questions, asks without a question mark."""
    bare = [
        ("The best part of your job", "The first coffee."),
        ("Your biggest achievement so far", "An otter."),
        ("Your superpower", "Naps."),
        ("Advice to your younger self", "Save often."),
    ]
    open_, close = (f"<{tag}>", f"</{tag}>") if tag == "h3" else ("<p><strong>", "</strong></p>")
    contract = page(asked="".join(f"{open_}{q}{close}<p>{a}</p>" for q, a in bare))
    assert answers(contract) == [*bare, (BATON, "Tomas Brandt")]
    assert [a["question_id"] for a in contract["answers"]] == [
        "best-part", "achievement", "superpower", "advice", "baton",
    ]  # fmt: skip


# ── Links ─────────────────────────────────────────────────────────────────────────────────────────


def test_nominees_that_are_links_on_lines_of_their_own_are_all_read() -> None:
    """Each nominee's name leads to their post; a link alone does not end the post."""
    links = "".join(
        f'<p><a href="/en/news/x-{n}/">{name}</a></p>'
        for n, name in enumerate(("Tomas Brandt", "Mireille Osei"))
    )
    contract = page(
        baton=f"<p>{BATON}</p>{links}",
        after='<p><a href="/a/">Sign up</a></p><p><a href="/b/">Imprint</a></p>',
    )
    assert contract["nominees"] == ["Tomas Brandt", "Mireille Osei"]
    assert answers(contract)[-1] == (BATON, "Tomas Brandt\n\nMireille Osei")


def test_an_anchor_that_was_never_closed_changes_nothing() -> None:
    """One unclosed `<a>` makes a link of the whole post, in every browser; it still is read."""
    contract = page(intro=f'<p><a href="/en/news/"><b>News</b></p><p>{INTRO}</p>')
    assert answers(contract) == PLAIN
    assert INTRO in contract["intro"]
    assert contract["nominators"] == ["Hugo Perrin"]

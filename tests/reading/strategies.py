"""Random posts of an invented studio, each with what must be read out of it.

Rule: whatever is drawn, a person who sees the page can tell what is what; so the answers end like
sentences, names are written like names, and questions are worded as the series words them.
"""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.reading.pages import Block, Page

STUDIO = "Ombrelle Animation"
CITIES = {
    "Paris": "Paris",
    "Bangalore": "Bangalore",
    "Bengaluru": "Bangalore",
    "Montréal": "Montréal",
}

FIRST = (
    "Ines",
    "Jean-Loup",
    "Solène",
    "Tomas",
    "Kofi",
    "Wanda",
    "Mathilde",
    "Zoë",
    "Anne-Sophie",
    "Åsa",
)
MIDDLE = ("", "", "", "P ", "J. ", "de ", "van der ", "d’", "Le ", "Maria ")
LAST = (
    "Valdor",
    "Okoro",
    "Mensah-Roux",
    "Kerouan",
    "Ollero",
    "Núñez",
    "O’Brannagh",
    "Tessel",
    "Quint",
)
SHORT = ("Kiran V", "Selma K", "Odile T")

ROLES = (
    "Layout Artist",
    "Head of FX",
    "Render & Lighting Artist",
    "Head of Productions, Shorts & Specials",
    "Modelling/Surfacing Lead",
    "Coordinator – Final Layout / Stereo",
    "Coordinatrice TD",
    "2D Artist",
)

QUESTIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "best-part": ("What is the best part of your job?", "What’s the best aspect of your job?"),
        "first-project": (
            f"What was the first project you worked on when you joined {STUDIO}?",
            "What was the first project you worked on when you joined Mikros Animation?",
        ),
        "background": (
            f"Share your student and professional background to get to your position at {STUDIO}!",
            f"Share your educational and professional journey leading to your position at {STUDIO}!",
            "Share your animation journey!",
        ),
        "inspiration": (
            "What inspires you or who inspires you?",
            "Who inspires you?",
            "Who or what inspires you ?",
        ),
        "character": (
            f"If you had to be a character in {STUDIO}’s films and series, who would you be?",
            "If you had to be a character in Mikros Animation's films and series, who would you be?",
        ),
        "achievement": ("Your biggest achievement so far?",),
        "superpower": ("What would be your superpower?", "What would be your super-power?"),
        "advice": ("What advice would you give to your younger self?",),
        "baton": (
            f"It’s your turn to name someone from {STUDIO} Paris, to answer these 8 questions!",
            f"It's your turn to nominate someone from {STUDIO} to answer these 8 questions!",
        ),
    },
    "fr": {
        "best-part": (
            "Quel est le meilleur aspect de votre travail ?",
            "Quel est le meilleur aspect de ton travail ?",
        ),
        "first-project": (
            f"Quel est le premier projet sur lequel vous avez travaillé lorsque vous avez rejoint {STUDIO} ?",
            f"Quel a été le premier projet sur lequel tu as travaillé lorsque tu as rejoint {STUDIO}?",
        ),
        "background": (
            f"Partagez votre parcours étudiant et professionnel pour arriver à votre poste chez {STUDIO} !",
            f"Partage ton parcours étudiant et professionnel pour arriver à ton poste chez {STUDIO} !",
        ),
        "inspiration": (
            "Qu’est-ce qui vous inspire ou qui vous inspire ?",
            "Qu'est-ce qui t'inspire ou qui t'inspire ?",
        ),
        "character": (
            f"Si vous deviez être un personnage des films et séries d’{STUDIO}, qui seriez-vous ?",
            f"Si tu devais être un personnage des films et séries d’{STUDIO}, qui serais-tu ?",
        ),
        "achievement": (
            "Votre plus grande réussite jusqu’à présent ?",
            "Ta plus grande réussite jusqu’à présent ?",
        ),
        "superpower": ("Quel serait votre super-pouvoir ?", "Quel serait ton superpouvoir?"),
        "advice": (
            "Quel conseil donneriez-vous à la personne que vous étiez plus jeune ?",
            "Quel conseil donnerais-tu à la personne que tu étais plus jeune ?",
        ),
        "baton": (
            f"À vous de nommer quelqu’un d’{STUDIO} Paris pour répondre à ces 8 questions !",
            f"À toi de nommer quelqu’un d’{STUDIO} pour répondre à ces 8 questions !",
        ),
    },
}

# Questions of no table: they are known by how they stand on the page, so only where that shows.
UNKNOWN = {
    "en": "What do you listen to while you work?",
    "fr": "Qu’écoutez-vous en travaillant ?",
}

STANDING = {
    "en": f"{STUDIO}’s teams under the Mikroscope! Eight questions, so that you can get to know them.",
    "fr": f"Les équipes d’{STUDIO} passent au Mikroscope ! Huit questions pour faire leur connaissance.",
}
STANDFIRSTS = {
    "en": ("{role} {person} is the first of our colleagues under the Mikroscope.",),
    "fr": ("Ils passent au microscope et vous partagent leur parcours.",),
}
PRESENTS = {
    "en": (
        "We start with {person}, {role}:",
        "Today we spotlight {person}, {role} at Ombrelle Animation, who talks about rain and patience.",
        "Now it’s {person}’s turn, {role} at Ombrelle Animation, to tell us about a busy year!",
    ),
    "fr": ("Aujourd’hui, c’est {person} – {role} qui nous partage son parcours :",),
}
NOMINATED = {
    "en": (
        "Nominated by his colleague {by}, it’s now the turn of {person}, {role} to answer our questions. Here are his answers:",
        "Nominated by {by}, it’s the turn of {person}, {role} to answer our questions:",
    ),
    "fr": ("Nommée par sa collègue {by}, c’est au tour {of_person} de répondre à nos questions :",),
}
NAMING = {
    "en": (
        ("{0}", 1),
        ("{0} ! Your turn 😉", 1),
        ("{0} 💜", 1),
        ("{0} and {1}", 2),
        ("{0}, {1} and {2}!", 3),
        ("I would like to name {0}, because the printer obeys nobody else.", 1),
        ("That is hard to say, and so it stays a secret.", 0),
    ),
    "fr": (
        ("{0}", 1),
        ("{0}, à toi de jouer !", 1),
        ("{0} et {1}", 2),
        ("Je passe le relais à {0}, parce que l’imprimante lui obéit.", 1),
        ("C’est difficile à dire, cela reste donc un secret.", 0),
    ),
}
SENTENCES = {
    "en": (
        "The lamp over my desk has outlived four computers.",
        "We drew the harbour eleven times before the gulls were right.",
        "A door that will not close is worth a week of work!",
        "I was nominated for a prize by a jury of three, and lost.",
        "At school they asked “What would be your superpower?” and I said coffee.",
        "My first film, as you know, had 120 shots of fog; I lit most of them.",
        "People, mostly… and soup 😊",
        "Somebody told me: “Wait until it dries.”",
        "And honestly, who would not want that?",
        "My cousin Petra Lund builds boats, and Harold sinks them.",
    ),
    "fr": (
        "La lampe de mon bureau a survécu à quatre ordinateurs.",
        "Nous avons dessiné le port onze fois avant que les mouettes soient justes.",
        "Une porte qui ferme mal vaut bien une semaine de travail !",
        "On m’a nommée pour un prix, et je l’ai perdu.",
        "À l’école on m’a demandé « Quel serait votre super-pouvoir ? » et j’ai dit le café.",
        "Les gens, surtout… et la soupe 😊",
        "Et franchement, qui refuserait cela ?",
    ),
}
OPENERS = {
    "en": ("It began in a small room above a bakery.", "Mostly the mornings, I would say."),
    "fr": ("Cela a commencé au-dessus d’une boulangerie.", "Surtout les matins, je dirais."),
}
ALONE = {"en": "And why not?", "fr": "Et pourquoi pas ?"}
CLOSING = {
    "en": "Do you want to join our Parisian teams? Apply here!",
    "fr": "Vous souhaitez rejoindre nos équipes parisiennes ? Postulez ici !",
}
CAPTIONS = ("", "A gull in Low Tide", "The harbour. Photo Credit: Ombrelle Pictures.")
MONTHS = ("January", "February", "March", "May", "June", "August", "October", "December")


@dataclass(frozen=True, slots=True)
class Post:
    """A page and the fields that must be read out of it."""

    page: Page
    expected: dict[str, Any]


@st.composite
def names(draw: st.DrawFn) -> str:
    """Draw a person's name: accents, hyphens, particles, initials, one-letter surnames."""
    if draw(st.integers(0, 6)) == 0:
        return draw(st.sampled_from(SHORT))
    first, middle = draw(st.sampled_from(FIRST)), draw(st.sampled_from(MIDDLE))
    last = draw(st.sampled_from(LAST))
    return f"{first} {middle}{last}" if middle != "d’" else f"{first} d’Ollero"


def of(name: str) -> str:
    """Return a name after the French `de`, which loses its vowel before another."""
    return f"d’{name}" if name[0] in "AEIOUYÅÉ" else f"de {name}"


@st.composite
def paragraphs(draw: st.DrawFn, lang: str) -> list[str]:
    """Draw an answer: it opens like an answer, then anything, one to three paragraphs."""
    drawn = draw(
        st.lists(st.lists(st.sampled_from(SENTENCES[lang]), min_size=1, max_size=2), max_size=2)
    )
    opener = draw(st.sampled_from(OPENERS[lang]))
    # A question that is the whole paragraph would be one for a person, too.
    later = [" ".join(["So it was." if lang == "en" else "Voilà.", *some]) for some in drawn[1:]]
    return [" ".join([opener, *(drawn[0] if drawn else [])]), *later]


@st.composite
def batons(draw: st.DrawFn, lang: str, taken: str) -> tuple[list[str], list[str]]:
    """Draw what is said to the baton, and the names that it names."""
    form, count = draw(st.sampled_from(NAMING[lang]))
    named = draw(
        st.lists(
            names().filter(lambda name: name != taken), min_size=count, max_size=count, unique=True
        )
    )
    return [form.format(*named)], named


@st.composite
def posts(draw: st.DrawFn, *, marked: bool = True, figures: bool = True) -> Post:
    """Draw a post; `marked`: the markup shows what is a question, so that unknown ones can be drawn."""
    lang = draw(st.sampled_from(("en", "fr")))
    person, role = draw(names()), draw(st.sampled_from(ROLES))
    city = draw(st.sampled_from((*CITIES, "")))
    at = {"en": " at ", "fr": " chez "}[lang]
    separator = ", " if "–" not in role and draw(st.booleans()) else " – "
    title = f"Under the Mikroscope 🔍 {person}{separator}{role}"
    title += f"{at}{STUDIO} {city}" if city else ""
    by = draw(st.none() | names().filter(lambda name: name != person))
    forms = PRESENTS if by is None else NOMINATED
    intro = [STANDING[lang]] if draw(st.booleans()) else []
    intro.append(
        draw(st.sampled_from(forms[lang])).format(
            person=person, of_person=of(person), role=role, by=by
        )
    )
    blocks = [Block("p", (line,)) for line in intro]
    if marked and figures and draw(st.integers(0, 3)) == 0:
        # Right under the date; a caption may say what the intro says.
        caption = draw(st.sampled_from((f"Get to know {person}", intro[-1])))
        blocks.insert(0, Block("figure", alt=caption, caption=caption))

    skipped = draw(st.sets(st.sampled_from(sorted(QUESTIONS[lang])), max_size=3))
    idents: list[str | None] = [one for one in QUESTIONS[lang] if one not in skipped]
    if marked and draw(st.booleans()):
        idents.insert(draw(st.integers(1, len(idents) - 2)), None)
    nominees: list[str] = []
    answers: list[dict[str, str | None]] = []
    asked: set[str] = set()
    for number, ident in enumerate(idents):
        question = UNKNOWN[lang] if ident is None else draw(st.sampled_from(QUESTIONS[lang][ident]))
        if ident == "baton":
            said, nominees = draw(batons(lang, person))
        else:
            said = draw(paragraphs(lang))
            # Alone in its paragraph a question can be told from the others only where those stand out.
            said += [ALONE[lang]] if marked and draw(st.integers(0, 5)) == 0 else []
        blocks += draw(_layout(question, said))
        if figures and number < len(idents) - 1 and draw(st.integers(0, 4)) == 0:
            caption = draw(st.sampled_from(CAPTIONS))
            blocks.append(Block("figure", alt=caption or "A gull", caption=caption))
        asked.add(question)
        answers.append({"question_id": ident, "question": question, "answer": "\n\n".join(said)})
    closing = draw(st.integers(0, 1))
    blocks += [Block("p", (CLOSING[lang],))] * closing
    standfirst = draw(st.sampled_from(("", *STANDFIRSTS[lang]))).format(person=person, role=role)
    day = f"{draw(st.integers(1, 28))} {draw(st.sampled_from(MONTHS))} {draw(st.integers(2022, 2024))}"
    page = Page(
        url=f"https://www.ombrelle.example/{lang}/news/under-the-mikroscope-somebody/",
        lang=lang,
        category={"en": "Talent Spotlights", "fr": "Focus Talents"}[lang],
        title=title,
        standfirst=standfirst,
        date=day,
        blocks=tuple(blocks),
        questions=frozenset(asked),
        closing=closing,
    )
    expected = {
        "lang": lang,
        "title": title,
        "standfirst": standfirst or None,
        "published": page.iso,
        "person": person,
        "role": role,
        "studio": CITIES.get(city),
        "intro": "\n\n".join(intro),
        "nominators": [by] if by else [],
        "nominees": nominees,
        "answers": answers,
        "call_to_action": CLOSING[lang] if closing else None,
        "left_over": [],
    }
    return Post(page, _with_studio_of_baton(expected))


def _with_studio_of_baton(expected: dict[str, Any]) -> dict[str, Any]:
    # The baton's prompt may name a city; no other text here does, when the title has none.
    if expected["studio"] is None:
        del expected["studio"]
    return expected


@st.composite
def _layout(draw: st.DrawFn, question: str, said: list[str]) -> list[Block]:
    layout = draw(st.sampled_from(("own", "shared", "list", "half")))
    if layout == "own":
        return [Block("p", (question,)), *(Block("p", (line,)) for line in said)]
    if layout == "shared":
        return [Block("p", (question, *said))]
    if layout == "half":
        return [Block("p", (question, said[0])), *(Block("p", (line,)) for line in said[1:])]
    return [Block("li", (question,)), *(Block("p", (line,)) for line in said)]

"""The words of the series: its questions, and the phrases by which a reader knows what is what.

Rule: tables only, and the few functions that look something up in them. Every pattern works on
folded text (lower case, no accents, words parted by one space) and stands under text it is for.
"""

import re
from functools import lru_cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from scraper.reading.questions import QUESTIONS, YOU, Question
from scraper.text import first_word, fold, says_any, words

__all__ = ["BY_ID", "QUESTIONS", "Question", "is_question", "language", "recognise"]

BY_ID = {question.id: question for question in QUESTIONS}
# The order of asking; where a line says the words of two prompts, the more telling one counts.
_TELLING = (
    "superpower",
    "character",
    "advice",
    "first-project",
    "inspiration",
    "achievement",
    "baton",
    "best-part",
    "background",
)
_COMPILED = tuple(
    (
        q.id,
        tuple(tuple(re.compile(p) for p in row) for row in q.says),
        re.compile(q.unless) if q.unless else None,
    )
    for q in (BY_ID[i] for i in _TELLING)
)
_UNLESS = {question_id: unless for question_id, _, unless in _COMPILED}
# Wordings that were seen; near ones (typos, a word more or less) count as the same.
_SEEN: dict[str, str] = {
    fold(wording): question_id
    for question_id, wordings in {
        "best-part": (
            "What is the best part of your job?",
            "What is the best aspect of your job?",
            "Quel est le meilleur aspect de votre travail ?",
        ),
        "first-project": (
            "What was the first project you worked on when you joined Mikros Animation?",
            "Quel a été le premier projet sur lequel vous avez travaillé lorsque vous avez rejoint Mikros Animation ?",
        ),
        "background": (
            "Share your student and professional background to get to your position at Mikros Animation!",
            "Share your student and professional path to your position at Mikros Animation!",
            "Share your educational and professional journey leading to your position at Mikros Animation!",
            "Share your animation journey!",
            "Partagez votre parcours étudiant et professionnel pour arriver à votre poste chez Mikros Animation !",
        ),
        "inspiration": (
            "What inspires you or who inspires you?",
            "Who inspires you?",
            "Who or what inspires you?",
            "Qu’est-ce qui vous inspire ou qui vous inspire ?",
        ),
        "character": (
            "If you had to be a character in Mikros Animation’s films and series, who would you be?",
            "Si vous deviez être un personnage des films et séries de Mikros Animation, qui seriez-vous ?",
        ),
        "achievement": (
            "Your biggest achievement so far?",
            "Votre plus grande réussite jusqu’à présent ?",
        ),
        "superpower": ("What would be your superpower?", "Quel serait votre super-pouvoir ?"),
        "advice": (
            "What advice would you give to your younger self?",
            "Quel conseil donneriez-vous à la personne que vous étiez plus jeune ?",
        ),
        "baton": (
            "It’s your turn to name someone from Mikros Animation Paris, to answer these 8 questions!",
            "It’s your turn to nominate someone from Mikros Animation Bangalore to answer these 8 questions!",
            "À vous de nommer quelqu’un de Mikros Animation Paris pour répondre à ces 8 questions !",
        ),
    }.items()
    for wording in wordings
}
_NEAR = 88.0  # per cent alike, so that a word or three letters may differ

_LONGEST = 400  # characters
MAX_WORDS = 45  # no prompt is longer
# The one who answers speaks of themselves; the one who asks does not.
_I = frozenset(words("i my me mine myself je j mon ma mes moi m"))
_ME_ASKED = re.compile(r"\b(?:tell|dis|dites|parle|parlez|raconte|racontez) (?:me|moi)\b")
_FRENCH = frozenset(
    words(
        "quel quelle quels quelles qu que qui vous votre vos tu ton ta tes est les des du une un pour avec"
        " sur dans si partage partagez raconte racontez"
    )
)
_ENGLISH = frozenset(
    words("what who which how you your the is are was of to and for if share tell would did")
)
_ASKS = re.compile(
    r"^(?:and |now |so |et |alors |enfin |finally |lastly |to start |pour commencer |in your opinion |selon vous |\d+ )?"
    r"(?:what|who|whom|which|where|when|why|how|if|do|did|are|is|can|could|would|will|have|has|share|tell|describe|name|give|your|it s your|talk|explain|in what|on what|on which|to whom|for you|walk|pick|choose|nominate|pass|imagine|let s|list|any"
    r"|quel\w*|qu|que|qui|quoi|ce (?:que|qui)|ou|quand|pourquoi|comment|combien|si|peux|peut|pouvez|avez|as tu|es tu|etes|partage\w*|raconte\w*|dis|dites|decri\w*|votre|ton|ta|vos|tes|a vous|a toi|a ton|a votre|c est a|parle\w*|sur quel\w*|de quoi|a qui|nommez?|designez?|choisi(?:s|ssez)|pass(?:e|ez)?|proposez?|imagine\w*|d ou|dans quel\w*|en quoi|pour vous|cite\w*)\b"
)
# «Tell us about your studies.»: an invitation may end as a statement does.
_INVITES = re.compile(
    r"^(?:please |kindly )?(?:tell us|share with us|walk us|talk us|share your|nominate|name"
    r"|(?:now )?(?:it s )?your turn to"
    r"|parle[sz]? nous|raconte[sz]? nous|dis nous|dites nous|partage[sz]? (?:avec nous|votre|ton)"
    r"|(?:c est )?a (?:vous|toi) de|c est (?:a )?(?:votre|ton) tour de)\b"
)
_INVITING = frozenset(
    words(
        "please kindly tell share walk talk nominate name now it your parle parles parlez raconte"
        " racontes racontez dis dites partage partages partagez c a"
    )
)
_POLITE = re.compile(r"\b(?:please|pls|kindly|s il (?:te|vous) plait|svp|stp)\b ?")
_POLITENESS = ("please", "pls", "kindly", " plait", "svp", "stp")  # one of them
_TO_YOU = re.compile(YOU)
# «How would you describe …?», «Can you introduce yourself?», «Peux-tu te présenter ?»
_OPENLY = re.compile(
    r"(?:and |et |first |finally |lastly |enfin |d abord |to start |pour commencer )?"
    r"(?:what|who|which|where|when|why|how|if|in what|on which|can you|could you"
    r"|quel\w*|qu est ce|qui|que|quoi|ou|quand|pourquoi|comment|combien|si|peux tu|pouvez vous|pourrais tu|pourriez vous|est ce que)\b"
)
_LEADS_TO = re.compile(
    r"\b(?:mikroscope|nominated|nommee?|designee?|turn (?:of|to|for)|s turn|tour d|(?:our|these|the|8|eight|nos|ces|aux|huit) questions)\b"
)
_CLOSING = "\"'»”’) \u00a0\u202f"
# The stop is sought first, and what stands before it looked at then: most letters begin none.
_FULL_STOP = re.compile(r"[.…](?<=[^\W\d_]{2}.)\s+\S")


def recognise(text: str) -> str | None:
    """Return the id of the prompt that a line is, or None where it is none of the nine."""
    return _recognise(text) if len(text) <= _LONGEST else None


@lru_cache(maxsize=1024)  # the same few wordings stand on every page
def _recognise(text: str) -> str | None:
    asked = _as_asked(text)
    if asked is None:
        return None
    if found := _SEEN.get(asked) or _by_words(asked) or _by_likeness(asked):
        return found
    meant = _without_typos(asked)
    return _by_words(meant) if meant != asked else None


def is_question(text: str) -> bool:
    """Tell whether a line, on its own, is somebody asking the person: for unknown questions."""
    asked = _as_asked(text)
    return bool(asked and _ASKS.match(asked) and _TO_YOU.search(asked))


def asks_openly(text: str) -> bool:
    """Tell whether a question asks the person for an answer of their own, not readers for a nod."""
    return bool(_OPENLY.match(fold(text)))


def presents(text: str) -> bool:
    """Tell whether a line leads to the questions: it names the series, or says whose turn it is."""
    return bool(_LEADS_TO.search(fold(text)))


def invites(text: str) -> bool:
    """Tell whether a line that ends as a statement does may be a prompt: «Tell us about …»."""
    return first_word(text) in _INVITING and bool(_INVITES.match(fold(text)))


def goes_on_asking(text: str) -> bool:
    """Tell whether what follows a question on its line asks on: «… journey! How did it start?»."""
    bare = text.strip(_CLOSING)
    return bare.endswith(("?", "!")) and bool(_ASKS.match(fold(bare)))


def _as_asked(text: str) -> str | None:
    """Return a line folded if it has the form of a prompt, which asks or invites; else None."""
    folded = fold(text)
    if says_any(folded, _POLITENESS):
        folded = _POLITE.sub("", folded)
    if text.endswith((".", ",", ";")) and not text.endswith("...") and not _INVITES.match(folded):
        return None
    if not text.rstrip(_CLOSING).endswith(("?", "!")) and not _ASKS.match(folded):
        return None
    # "Share your journey! How did it start?" is one prompt; "I did. Would you?" is none.
    if _FULL_STOP.search(text.rstrip(_CLOSING + "?!:.…")):
        return None
    if not folded or folded.count(" ") >= MAX_WORDS:
        return None
    return folded if _I.isdisjoint(_ME_ASKED.sub("", folded).split()) else None


def language(texts: list[str]) -> str | None:
    """Return `en` or `fr`, whichever the texts are written in, or None where it cannot be told."""
    french, english = map(sum, zip((0, 0), *map(_words_of_language, texts), strict=True))
    if french == english:
        return None
    return "fr" if french > english else "en"


@lru_cache(maxsize=1024)  # the same few wordings stand on every page
def _words_of_language(text: str) -> tuple[int, int]:
    """Return how many words of a text are French ones, and how many English ones."""
    said = fold(text).split()
    return len([w for w in said if w in _FRENCH]), len([w for w in said if w in _ENGLISH])


# Words that tell a prompt, to know them again with a slip of the pen.
_TELLING_EN = words(
    "achievement advice animation answer aspect baton best biggest career character colleague favourite"
    " film first inspiration inspire inspires journey name nominate nominee path person power professional"
    " project questions series share should someone studies superpower work worked would yourself younger"
    " your"
)
_TELLING_FR = words(
    "accomplissement animation aspect chemin collegue conseil etudes fier inspire inspiration jeune meilleur"
    " metier nommer parcours partagez personnage personne poste pouvoir premier projet quel quelle question"
    " questions relais repondre reussite serait seriez travail travaille votre journee"
)
_TYPO = 0.79  # alike: one slip in a word of five letters, two in one of ten
_SHORTEST = 4  # letters of a word in which a slip is looked for


def _without_typos(folded: str) -> str:
    """Return folded text with each word that is nearly a telling one of its language put right."""
    telling = _TELLING_FR if language([folded]) == "fr" else _TELLING_EN
    words = []
    for word in folded.split():
        near = len(word) >= _SHORTEST and process.extractOne(
            word,
            telling,
            scorer=OSA.normalized_similarity,
            score_cutoff=_TYPO if len(word) > _SHORTEST else 0.75,
        )
        words.append(near[0] if near else word)
    return " ".join(words)


def _by_words(folded: str) -> str | None:
    for question_id, rows, unless in _COMPILED:
        if any(all(pattern.search(folded) for pattern in row) for row in rows) and not (
            unless is not None and unless.search(folded)
        ):
            return question_id
    return None


def _by_likeness(folded: str) -> str | None:
    near = process.extractOne(folded, _SEEN.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR)
    if near is None:
        return None
    question_id = _SEEN[near[0]]
    unless = _UNLESS[question_id]
    return None if unless is not None and unless.search(folded) else question_id

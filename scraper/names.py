"""Names of people: finding them in a sentence, and keys to compare them by.

Rule: a name is returned as written; only its key is folded. Nobody's name stands in this file.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from scraper.text import fold, tidy, unaccented, without_emoji, words

_WORD = re.compile(r"[^\W\d_]+(?:(?:\.-|[’'‘ʼ\-.])[^\W\d_]+)*\.?")
_LOWER = re.compile(r"[ ,;]*(?:[a-z]+[ ,;]+)+")
# «J. Perrot», «J.-L. Perrot»: what stands before another capital; «So do I. Paul …» is no initial.
_INITIALS = re.compile(r"(?!I\.)(?:[^\W\d_a-z]\.-?)+(?=[ \u00a0][^\W\d_a-z])")
_LAST_PIECE = re.compile(r"[^\W\d_]+(?=\.$)")
_POSSESSIVE = re.compile(r"[’'‘ʼ](?:s|S)?$")
_POSSESSIVES = tuple(mark + s for mark in "’'‘ʼ" for s in ("", "s", "S"))
_BACK = 8  # characters before a word in which the end of a sentence is looked for
_SPACES = " \u00a0\u202f"  # what may stand between two words of one name
_ELIDED = re.compile(r"(?i)^(?:[dlcjnst]|qu|jusqu|lorsqu)[’'‘ʼ](?=[^\W\d_]{2})")

PARTICLES = frozenset(
    words(
        "de du des d la le los las van von der den ter ten di da do dos das del della el al bin bint"
        " ben ibn zu zur af av y e st"
    )
)
# Words of jobs and departments: they stand before or after a name and are capitalised like one.
ROLE_WORDS = frozenset(
    words(
        "2d 3d a animateur animation animator animatrice apprenti apprentice art artist artiste"
        " artistic artistique artists asset assets assistant assistante associate cfx cg character charge"
        " chargee chef cheffe chief coach color colour comp compositing concept coordinateur"
        " coordination coordinator coordinatrice creative data department departmental dev developer"
        " developpeur developpeuse director directeur directrice editing editor editorial editeur"
        " editrice effects engineer environment environments episodic executive expert facial fx"
        " general generalist global graphiste groom grooming head hr infographiste intern ip it"
        " junior layout lead leader lighter lighting line lookdev manager matte mid modeler modeling"
        " modeller modelling monteur monteuse motion officer operator operations painter painting"
        " pipeline post previs previz principal producer producteur productrice production productions"
        " programmer project prod recruiter recruitment render rendering responsable rh rig rigger"
        " rigging script senior set sfx shading simulation software specialist stage stagiaire stereo"
        " story storyboard studio supervision supervising superviseur superviseuse supervisor support surfacing"
        " system systems talent td team technical technician technicien technicienne technique texture"
        " texturing vfx vice visual wrangler"
    )
)
# Words that open a sentence or stand capitalised in these posts and are never part of a name.
_NEVER = frozenset(
    words(
        "none nope tbd rien aucun aucune skip surprise hmm everybody myself joker mystere mystery whoever"
        " anybody netflix a about above academic after again all allez alors already also always an and animation another"
        " any anyone april apres as ask asked at au aujourd aujourdhui aussi aux avec avril baton"
        " bangalore bangalorean bengaluru because believe ben bien bonjour bravo but by c ca car ce cela celui"
        " certainly c'est cest cet cette chaque cher chere chers choose chosen clearly collegue colleague comme"
        " congrats congratulations courage dans de dear december decembre definitely des desormais devant"
        " did discover do donc du each eight elle en enjoy ensuite entre et everyone evidemment fevrier"
        " february films finally first focus for france french from get girl go good goodbye great guys hello"
        " her here hey hi his honestly how huit i if il ils in india interview is it its j jai janvier january"
        " je july juillet juin june l la lastly le les let look lui ma madame mademoiselle mai maintenant"
        " mais march mars maybe me meet meme mera merci mes mikros mikroscope microscope miss mme mon"
        " monday monsieur montreal montrealaise mr mrs ms my naturally new news next ni no nobody nom nominated nominee"
        " non nomme nominee nommee not notre nous nos november novembre now o obviously october octobre of"
        " oh ok on one or ou oui our out over paris parisian parisiennes pass pay people perhaps person personne peut place"
        " please pour pourquoi probably put qu quand que quel quelle quelqu qui rather read s sa sans"
        " scoop se september septembre she si simply since so some someone soon sorry sous studios surely sur talents"
        " tag thank thanks that the their them then there these they this those to today toi ton tu un"
        " under une until us vas very vive voila voici vos votre vous we welcome well what when where"
        " which who why will wish with without would yes you your yours she's he he's"
        " aout august mikro spotlight spotlights designee designe sunday tuesday wednesday thursday friday saturday"
        " lundi mardi mercredi jeudi vendredi samedi dimanche christmas noel anglais english francais"
    )
)
# A first word of a sentence with one of these endings is a verb form or an adverb.
_OPENING = ("ing", "ly", "ment")


class Found(NamedTuple):
    """A name in a text: `text[start:end]` holds it, `name` is it without possessive."""

    name: str
    start: int
    end: int

    @property
    def words(self) -> int:
        """The number of words of the name."""
        return len(self.name.split())


@lru_cache(maxsize=128)  # a sentence is asked who named, who is presented, and as what
def find(text: str) -> tuple[Found, ...]:
    """Return what reads as a person's name in `text`, first to last; single words too.

    A name is a run of capitalised words; particles may stand inside it. Words of jobs before it
    ("CG Supervisor Ada Byron") and a possessive at its end are not part of it.
    """
    return tuple(_find(text))


def _find(text: str) -> Iterator[Found]:
    for run in _runs(text):
        if name := _name(text, run):
            yield name


def _runs(text: str) -> Iterator[list[re.Match[str]]]:
    """Yield the runs of words that are capitalised as names are, and particles in them."""
    run: list[re.Match[str]] = []
    at = 0
    while word := _WORD.search(text, at if run else _in_lower_case(text, at)):
        at = word.end()
        said = word.group()
        if not run and said.islower():
            continue
        if run and not _go_on(text, run[-1], word):
            yield run
            run = []
        if _capitalised(word, text) or (run and _is_inside(said.rstrip("."))):
            run.append(word)
            if not _ends_sentence(said):
                continue
        if run:
            yield run
            run = []
    if run:
        yield run


def _go_on(text: str, last: re.Match[str], word: re.Match[str]) -> bool:
    """Tell whether a word may be of one name with the last one before it."""
    between = text[last.end() : word.start()]
    joined = between and not between.strip(_SPACES)
    return bool(joined) and not last.group().endswith(_POSSESSIVES)


def _is_inside(bare: str) -> bool:
    """Tell whether a word that is not capitalised as names are stands inside one: particle, initial."""
    return _folded(bare) in PARTICLES or (len(bare) == 1 and bare.isupper())


def _ends_sentence(word: str) -> bool:
    """Tell whether the point behind a word is its sentence's; an initial, also of «J.L.», ends none."""
    last = _LAST_PIECE.search(word) if word.endswith(".") else None
    return last is not None and len(last.group()) > 2


def _in_lower_case(text: str, start: int) -> int:
    """Return where the words end that begin at `start` and plainly are none of a name: most of a text."""
    lower = _LOWER.match(text, start)
    return lower.end() if lower else start


def is_name(text: str) -> bool:
    """Tell whether a text is a whole name and nothing else."""
    found = find(text)
    return len(found) == 1 and found[0].words > 1 and found[0].name == text.strip()


# Titles before a name. In capitals they may be initials («MS Sastrakar»), and stay.
_TITLES = frozenset(
    words(
        "dr doctor docteur prof professor professeur mr mrs ms miss mme mlle monsieur madame mademoiselle"
    )
)
# Letters that are apostrophes (ʼ, ʻ), which Unicode counts among letters; they part words.
_MARKS = re.compile("[\u02b0-\u02ff]")
_NUMBERED = re.compile(r"(?:^|-)\d+$")


def plain(name: str) -> str:
    """Return a name without title, emoji and runs of spaces, otherwise as written."""
    bare = tidy(without_emoji(name).replace("\u00a0", " ").replace("\u202f", " "))
    first, _, rest = bare.partition(" ")
    is_title = first != first.upper() and fold(first) in _TITLES
    return rest if is_title and " " in rest else bare


@lru_cache(maxsize=1 << 12)
def parts(name: str) -> tuple[str, ...]:
    """Return the words of a name, folded, in its order; letters of other scripts stay."""
    bare = plain(name)
    folded = fold(bare) if bare.isascii() else _letters(unaccented(bare))
    return tuple(folded.split())


def _letters(text: str) -> str:
    """Return `text` with a space for all that is no letter, number or sign on a letter."""
    return "".join(
        c if unicodedata.category(c)[0] in "LNM" and not _MARKS.match(c) else " " for c in text
    )


@lru_cache(maxsize=1 << 12)
def key(name: str) -> str:
    """Return the key two spellings of one person share: folded words in alphabetical order.

    Accents, case, hyphens, apostrophes, points behind initials, order, a title and emoji make no
    difference. Empty for a name without letters.
    """
    return " ".join(sorted(parts(name)))


def slug(name: str) -> str:
    """Return a readable id made of a name: folded words joined by hyphens.

    Where that would say too little (letters of another script) or could be taken for a numbered
    one's («ada-2»), a digest of the key makes it its own.
    """
    folded = " ".join(parts(name))
    readable = fold(folded).replace(" ", "-")
    if folded.isascii() and readable and not _NUMBERED.search(readable):
        return readable
    digest = hashlib.sha256((key(name) or name).encode("utf-8", "replace")).hexdigest()[:8]
    return f"{readable or 'person'}-{digest}"


# Words that never are a name alone, and are one beside another capitalised word: «Ben Carter».
_ALSO_NAMES = frozenset(words("ben will april june mai may march mars noel juin so pass august"))
# … only before one: «France Gagnon», «An Tran»; and only behind one: «Anh Do», «Ana Bravo».
_ALSO_FIRST = _ALSO_NAMES.union(words("an avril france january sunday"))
_ALSO_LAST = _ALSO_NAMES.union(words("bravo do english"))
_NEIGHBOUR = re.compile(r"[A-ZÀ-Ý][a-zà-ÿ'’-]+[ \u00a0]$")
_FOLLOWER = re.compile(r"[ \u00a0]([A-ZÀ-Ý][a-zà-ÿ]+)")
_VOWEL = tuple("aeiouh")  # «An Otter»: the article, as before each vowel
# Words of jobs that are somebody's first name or surname where two words stand alone.
_JOBS_FIRST = frozenset(words("art line"))  # «Art Mendez», «Line Bouchard»
_JOBS_LAST = frozenset(words("groom head painter post script story"))  # «Will Story»
_OF = re.compile(r"[ \u00a0](?:of|de|du|des|d[’'])\b")  # «Ada, Head of Layout» without the comma


def _folded(word: str) -> str:
    """Return `fold(word)`; most words are plain ASCII letters."""
    return word.lower() if word.isascii() and word.isalpha() else fold(word)


def _opens(text: str, start: int) -> bool:
    before = text[max(0, start - _BACK) : start].rstrip(" \u00a0\u202f\"“«‘'(")
    return not before or before[-1] in ".!?…:"


def _capitalised(match: re.Match[str], text: str) -> bool:
    """Tell whether a word of `text` is capitalised as names are."""
    word = match.group()
    if word[0].isupper() and word[1:2] == "." and _INITIALS.match(text, match.start()):
        return True
    if word.islower():
        return False
    kind = _kind(word)
    if kind == "never":
        return _beside_a_name(_bare(word), match, text)
    return kind == "name" or (kind == "opening" and not _opens(text, match.start()))


@lru_cache(maxsize=1024)  # the same words stand in many sentences
def _kind(word: str) -> Literal["name", "opening", "never", "other"]:
    """Return what a word is by itself: name, opening, never or other.

    The first three are capitalised as names are; `opening` is no name where it opens a sentence, and
    `never` is none alone.
    """
    bare = _bare(word)
    if not bare[0].isupper():
        return "other"
    folded = _folded(bare)
    if folded in _NEVER:
        return "never"
    if bare == word and _ELIDED.match(word):
        return "other"
    return "opening" if folded.endswith(_OPENING) and "-" not in word else "name"


def _bare(word: str) -> str:
    """Return a word without an article or the like before it and a possessive behind it."""
    return word if word.isalpha() else _ELIDED.sub("", _POSSESSIVE.sub("", word))


def _beside_a_name(bare: str, match: re.Match[str], text: str) -> bool:
    """Tell whether a word that mostly is none is a name here, by the words around it."""
    folded = _folded(bare)
    before = text[max(0, match.start() - 40) : match.start()]
    if folded in _ALSO_LAST and _NEIGHBOUR.search(before):
        return True
    follower = _FOLLOWER.match(text, match.end()) if folded in _ALSO_FIRST else None
    after = fold(follower[1]) if follower else ""
    article = folded == "an" and after.startswith(_VOWEL)
    return bool(after) and not article and (after not in ROLE_WORDS or after in _JOBS_LAST)


def _name(text: str, run: list[re.Match[str]]) -> Found | None:
    """Return the name that a run of words makes, if one is left when the jobs are taken off."""
    run = _without_jobs(text, run)
    if not run:
        return None
    start, end = run[0].start(), run[-1].end()
    elided = _ELIDED.match(text[start:end])
    if elided and (len(run) == 1 or text[start].islower()):
        start += elided.end()
    name = _POSSESSIVE.sub("", text[start:end])
    name = name.removesuffix(
        "."
    )  # the sentence's, or that of an initial, which goes without it too
    return Found(name, start, start + len(name)) if len(fold(name)) > 1 else None


def _without_jobs(text: str, run: list[re.Match[str]]) -> list[re.Match[str]]:
    """Return a run of words without the jobs at its ends, and without particles that lead on."""
    said = [_folded(word.group()) for word in run]
    if ROLE_WORDS.isdisjoint(said) and PARTICLES.isdisjoint(said):
        return run  # as most names
    # «A.» before a name is an initial, and «a» a word of jobs.
    while run and (said[0] in ROLE_WORDS or run[0].group() in PARTICLES) and run[0].group() != "A.":
        if len(run) == 2 and said[0] in _JOBS_FIRST and said[1] not in ROLE_WORDS:
            return run
        run, said = run[1:], said[1:]
    if len(run) == 2 and said[1] in _JOBS_LAST and not _OF.match(text, run[1].end()):
        return run
    for cut, word in enumerate(run):
        if cut and said[cut] in ROLE_WORDS and len(word.group().rstrip(".")) > 1:
            run = run[:cut]
            break
    # «Ada de la …» leads on; «Linh Le» is whole.
    while run and fold(run[-1].group()) in PARTICLES and not (len(run) == 2 and _titled(run[-1])):
        run = run[:-1]
    return run


def _titled(word: re.Match[str]) -> bool:
    return word.group().istitle() and len(word.group()) > 1

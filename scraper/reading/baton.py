"""Following the baton: who named the person, and whom the person names.

Rule: no name without the sentence that says it; where nobody is named, nobody is returned.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from scraper import names
from scraper.models import Named
from scraper.text import fold, says_any, sentences, tidy, without_emoji, words

# «Nominated by his colleague X», «Désignée par X», «chosen by X», «sur proposition de X»
_BY = re.compile(
    r"\b(?:nominat\w+|named|chosen|designated|picked|selected|tagged|appointed|proposed|suggested|invited|put forward|recommended|called upon"
    r"|nomm[ée]e?s?|nomin[ée]e?s?|d[ée]sign[ée]e?s?|choisie?s?|propos[ée]e?s?|invit[ée]e?s?|sollicit[ée]e?s?|recommand[ée]e?s?)\s+(?:\w+\s+)?(?:by|par)\b"
    r"|\b(?:on|sur)\s+(?:the\s+)?(?:proposal|nomination|suggestion|proposition|recommandation)\s+(?:of|by|de)\b"
    r"|\b(?:baton|torch|relais|flambeau|t[ée]moin)\s+(?:\w+\s+){0,3}(?:by|from|par|de)\b|\bfollowing in the footsteps of\b|\b(?:à la suite|dans les pas) de\b",
    re.IGNORECASE,
)
# «X passed him the baton», «X has nominated Y», «X lui a passé le relais»
_CHOICE = r"(?:nominee|choice|pick)\b"
_FOR = r"(?:nominating|naming|choosing|nomm[ée]|d[ée]sign[ée]|choisi)"
_DEED = (
    r"(?:nominated|named|chose|picked|designated|tagged|selected|passed|handed|gave"
    r"|nomm[ée]e?|nomin[ée]e?|d[ée]sign[ée]e?|choisie?|pass[ée]e?|transmis|tendu|confi[ée])\b"
)
_DID = re.compile(
    rf"^[’'‘]s\s+{_CHOICE}|^\s*(?:for|de|d[’']avoir|pour avoir)\s+{_FOR}\b"
    r"|^[’'‘]?\s*(?:,\s*)?"
    r"(?:who\s+|qui\s+|has\s+|have\s+|had\s+|a\s+|l[’']a\s+|lui\s+a\s+|ont\s+|just\s+|then\s+)*"
    + _DEED,
    re.IGNORECASE,
)
_DEEDS = re.compile(f"{_CHOICE}|{_FOR}|{_DEED}", re.IGNORECASE)  # each of _DID has one of these
# Each phrase of _BY and _DID has one of these in it: a text without any names nobody.
_NAMING = tuple(
    words(
        "nominat named chos design pick select tag appoint propos suggest invit forward recommend called"
        " nomm nomin désign choisi sollicit recommand baton torch relais flambeau témoin temoin footsteps"
        " suite pas hand gave transmis tendu confi"
    )
)
_LIST = re.compile(
    r"^\s*(?:[,;/+&•|]|\band\b|\bet\b|\bou\b|\bor\b|\bas well as\b|\bainsi que\b|\bplus\b|\bthen\b|\bpuis\b|[,;]\s*(?:and|et|or|ou|&|as well as|ainsi que))\s*(?:also\s+|aussi\s+|à\s+|to\s+|by\s+|par\s+|my\s+\w+\s+)?$",
    re.IGNORECASE,
)

# «I pass the baton to X», «I would like to nominate X», «Je passe le relais à X», «my choice is X»
_HANDS = re.compile(
    r"\b(?:nominat\w*\b(?! for\b)|name|naming|choos\w+|chose|pick\w*|designat\w*|select\w*|tag|tags|appoint\w*|vote for|call(?: on| upon)?|propose|suggest|invite|challenge|elect|go(?:es)? (?:for|with|to)|going (?:for|with|to)|pass\w*|hand\w*|giv\w+|throw\w*|transfer\w*|baton|torch|turn (?:of|to|for)|over to|floor to"
    r"|hear (?:\w+ )?(?:from|about)|(?:know|learn|read|find out) (?:\w+ )?(?:more )?about|(?:savoir|apprendre) (?:\w+ )?plus sur|en lire plus sur|entendre|lire|hear|let\W?s (?:hear|ask|welcome|meet)|ask|next(?: up)?(?: is)?|would be|will be|must be|has to be|should be|it\W?s|to|nominee|choice|choix|welcome"
    r"|nomm\w+|nomin\w+\b(?! for\b)|choisi\w*|d[ée]sign\w*|propos\w*|pass\w+|transmet\w*|donn\w+|c[èe]d\w+|tend\w*|invit\w*|relais|flambeau|t[ée]moin|tour (?:de|d|à)|place [àa]|ce sera|ce serait|c[’']est|serait|sera|vote|pense\w* à|songe\w* à|à|au)\W*(?:\w+\W+){0,5}$",
    re.IGNORECASE,
)
# «X, it's your turn!», «X, à toi de jouer !», «X is next»
_CALLED = re.compile(
    r"^\W*(?:is (?:next|up)|you\W?re (?:next|up|it)|it\W?s (?:now )?your|your turn|over to you|(?:it\W?s )?up to you|go|(?:c\W?est )?(?:à|a) (?:toi|vous|ton|votre|lui|elle)|au tour|will be (?:next|perfect|great)|would be|deserves|should|sera|serait)\b",
    re.IGNORECASE,
)
# Names in such words are of others: thanks, the one who nominated, somebody left out.
_OTHERS = re.compile(
    r"\b(?:thank\w*|thanks|merci|grateful|remerci\w+|already|d[ée]jà|not|never|instead of|n[’']t|ne|pas|sauf|except|rather than|plutôt que)\W+(?:\w+\W+){0,4}$",
    re.IGNORECASE,
)
# … or only mentioned: «I worked with X», «the film X».
_MENTIONED = re.compile(
    r"\b(?:unlike|with|avec|comme|worked|working|film|movie|character|series|show|by|par|met|for|chez|at|in|on|dans|sur)\W+(?:\w+\W+){0,3}$",
    re.IGNORECASE,
)
_NEGATED_AFTER = re.compile(
    r"^[^.!?]{0,40}\b(?:already|d[ée]jà|nominated me|named me|chose me|m[’']a)\b|^[^.!?]{0,12}\b(?:for (?:naming|nominating|choosing|passing)|pour m)",
    re.IGNORECASE,
)
# «Without hesitation, Ada Byron!», «Why not Ada Byron?», «Mon choix : Ada Byron»
_LEAD_IN = re.compile(
    r"^\W*(?:(?:why not|pourquoi pas|maybe|perhaps|probably|peut-être|sûrement|definitely|obviously)\W*"
    r"|(?!.*\b(?:thank\w*|merci|not|never|pas|like|comme|dear|cher|chère|hi|hello|bonjour)\b)(?:[^\W\d_]+\W+){1,6}(?<=[,:–—] ))$",
    re.IGNORECASE,
)
# «Maxime from the Editing team!»: a first name and where to find them
_FROM = re.compile(
    r"^,?\s+(?:from|in|of|at|de la|de l[’']|du|des|à la|au)\b[^.!?]{0,40}[.!?]?\W*$", re.IGNORECASE
)
# «Maxime, because she …»: a first name, and why
_REASON = re.compile(
    r"\s*[,:–—]?\s+(?:who|qui|(?:because|since|as|for) (?:of )?(?:s?he|his|her)"
    r"|(?:car|parce qu[e’']) ?(?:il|elle|son|sa|ses))\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\([^)]{0,60}\)")  # «Ada Byron (FX) or Kumar R (Layout)»
# «Ada Byron from FX and Kumar R from Rigging»
_DEPARTMENT = re.compile(
    r"^\s+(?:from|in|of|at|de|du|des|d[’'])\b[^,;.!?]{1,40}?(?=\s(?:and|et|&)\s|,)", re.IGNORECASE
)
_TITLE_WORK = re.compile(r"[\"“«‘]\s*$")  # a name in quotation marks is of a film
_NAMES_ONLY = re.compile(r"[\s,;:/&+!?.…()'’‘\"“”«»|•·–—>→*-]*")
_FILLER = frozenset(
    words(
        "and et or ou my mon ma colleague collegue friend ami amie dear cher chere the le la to a go"
        " your turn you re next it s c est toi jouer tour de vous good luck bonne chance now"
        " maintenant please yes oui well alors"
    )
)


_LONGEST = 1500  # characters; no sentence that names somebody is longer
_AROUND = 160  # characters before and after a name that tell what is said of it
_WORK = re.compile(r"\b[Tt]he\s+$")  # «The Tiger's Apprentice»: the title of a work


def find_nominators(paragraphs: Iterable[str], person: str | None) -> tuple[Named, ...]:
    """Return who named the person, as standfirst and intro say, in the order of the text."""
    found: dict[str, Named] = {}
    for paragraph in paragraphs:
        for sentence in sentences(paragraph):
            for name in _namers(sentence, person):
                found.setdefault(names.key(name), Named(name, sentence))
    if person:
        found.pop(names.key(person), None)
    return tuple(found.values())


@lru_cache(maxsize=128)  # the sentences that present the series stand on every page
def _named_by(sentence: str) -> tuple[int, ...] | None:
    """Return where phrases like «nominated by» end; None for a sentence that names nobody at all."""
    if not says_any(sentence.lower(), _NAMING):
        return None
    ends = tuple(by.end() for by in _BY.finditer(sentence))
    return ends if ends or _DEEDS.search(sentence) else None


def _namers(sentence: str, person: str | None) -> Iterator[str]:
    named_by = _named_by(sentence) if len(sentence) <= _LONGEST else None
    if named_by is None:
        return
    own = fold(person or "").split()
    candidates = [
        _cut_off(found, person)
        for found in names.find(sentence)
        if not _is(found, own) and not _WORK.search(sentence[: found.start])
    ]
    for start in named_by:
        end = start
        first = True
        for found in candidates:
            if found.start < start:
                continue
            between = sentence[end : found.start]
            if first:
                if _far(between):
                    break
            elif not _in_list(between):
                break
            yield found.name
            end, first = found.end, False
    for found in candidates:
        if found.words > 1 and _DID.match(sentence[found.end :]):
            yield found.name


def _is(found: names.Found, own: list[str]) -> bool:
    """Tell whether a name is the person's, whole or as first name alone."""
    said = fold(found.name).split()
    return sorted(said) == sorted(own) or (len(said) == 1 and said[0] in own)


def _cut_off(found: names.Found, person: str | None) -> names.Found:
    """Return a name without the sentence that begins behind it: «… by Anjali K. Ada tells us»."""
    before, point, after = found.name.rpartition(". ")
    if point and person and person.split()[0] == after:
        return names.Found(before, found.start, found.start + len(before))
    return found


def _in_list(between: str) -> bool:
    """Tell whether the words between two names make a list of them."""
    return bool(_LIST.match(_DEPARTMENT.sub("", _ASIDE.sub("", between))))


def _far(between: str) -> bool:
    """Tell whether words between «nominated by» and a name are too many for «his colleague …»."""
    return between.count(" ") > 9 or bool(re.search(r"[.!?;:]", between))


def find_nominees(answer: str) -> tuple[Named, ...]:
    """Return whom the answer to the closing question names, in its order, with the sentence.

    First names and initials count where they stand for a person, as in an answer that is nothing
    but names; a name that is thanked, left out or only mentioned does not.
    """
    paragraphs = [tidy(p) for p in answer.split("\n\n") if p.strip()]
    for reader in (_bare, _opening, _handed, _mentioned, _reasoned):
        found: dict[str, Named] = {}
        for paragraph in paragraphs:
            if len(paragraph) > _LONGEST and reader is _bare:
                continue
            for name, quote in reader(paragraph):
                found.setdefault(names.key(name), Named(name, quote))
        if found:
            return tuple(found.values())
    return ()


def _bare(paragraph: str) -> Iterator[tuple[str, str]]:
    """«Ada Byron», «Ada!», «Ada Byron & Kumar R 😉 Your turn»: names and next to nothing else."""
    text = without_emoji(paragraph)
    found = list(names.find(text))
    rest = text
    for name in reversed(found):
        rest = rest[: name.start] + " " + rest[name.start + len(name.name) :]
    left = fold(rest).split()
    if (
        found
        and all(word in _FILLER or word in names.ROLE_WORDS for word in left)
        and len(found) <= 12
    ):
        quote = paragraph
        yield from ((name.name, quote) for name in found)


def _opening(paragraph: str) -> Iterator[tuple[str, str]]:
    """«Ada Byron and Kumar R, because …»: the answer opens with the names."""
    first = next(sentences(paragraph), "")
    if len(first) > _LONGEST:
        return
    end = 0
    for n, found in enumerate(names.find(first)):
        between = first[end : found.start]
        opens = n == 0 and (
            _NAMES_ONLY.fullmatch(without_emoji(between) or "") or _LEAD_IN.match(between)
        )
        if not (opens or (n and _in_list(between))):
            break
        if n == 0 and found.words < 2 and not _FROM.match(first[found.end :]):
            break
        if n == 0 and (_NEGATED_AFTER.match(first[found.end :]) or _DID.match(first[found.end :])):
            break
        yield found.name, first
        end = found.end


def _handed(paragraph: str) -> Iterator[tuple[str, str]]:
    """«I pass the baton to Ada Byron», «Ada, à toi de jouer !»: the sentence hands it over."""
    for sentence in sentences(paragraph):
        end = -1
        for found in names.find(sentence) if len(sentence) <= _LONGEST else ():
            before, after = _around(sentence, found)
            clause = re.split(r"[;:]|, (?:so|but|then|donc|mais|alors)\b", before)[-1]
            listed = end >= 0 and _in_list(sentence[end : found.start])
            if _NEGATED_AFTER.match(after) or _TITLE_WORK.search(before) or _WORK.search(before):
                continue
            handed = _HANDS.search(clause) and not _OTHERS.search(clause)
            if listed or handed or (_CALLED.match(after) and not _OTHERS.search(clause)):
                yield found.name, sentence
                end = found.end


def _around(sentence: str, found: names.Found) -> tuple[str, str]:
    """Return what stands right before and after a name."""
    before = sentence[max(0, found.start - _AROUND) : found.start]
    return before, sentence[found.end : found.end + _AROUND]


def _mentioned(paragraph: str) -> Iterator[tuple[str, str]]:
    """Yield a full name anywhere, if nothing says that it is another's."""
    for sentence in sentences(paragraph):
        for found in names.find(sentence) if len(sentence) <= _LONGEST else ():
            before, after = _around(sentence, found)
            if (
                found.words < 2
                or _OTHERS.search(before)
                or _MENTIONED.search(before)
                or _NEGATED_AFTER.match(after)
            ):
                continue
            if not (_TITLE_WORK.search(before) or fold(found.name).startswith("the ")):
                yield found.name, sentence


def _reasoned(paragraph: str) -> Iterator[tuple[str, str]]:
    """«Maxime, because she never says no»: a first name opens the answer, and the reason follows."""
    first = next(sentences(paragraph), "")
    for found in names.find(first[:_LONGEST])[:1]:
        opens = _NAMES_ONLY.fullmatch(without_emoji(first[: found.start]))
        if opens and _REASON.match(first, found.end):
            yield found.name, first

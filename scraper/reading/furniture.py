"""Telling the text of a post from what a site puts around it.

Rule: tables of what sites say, over folded text; a line is furniture as a whole or not at all.
"""

import re
from functools import lru_cache

from scraper.text import count_words, first_word, fold, says_any, tidy, words

_LONGEST = 400  # characters; no line that a site says is longer

# «Talent Spotlights», «Focus Talents»: the categories the series stands in.
CATEGORIES = frozenset(("talent spotlights", "talent spotlight", "focus talents", "focus talent"))
# Elements that flow may leave no space: «Back to newsfeedTalent Spotlights27 March 2023».
_CATEGORY = re.compile(
    r"(?:(?<![^\W\d_])|(?<=[a-z])(?=[A-Z]))(?i:talent\s+spotlights?|focus\s+talents?)(?![^\W\d_])"
)

# A line made of these words only is a share bar, a menu or a meta line, never part of a post.
_WORDS = frozenset(
    words(
        "share partager partagez tweet tweeter facebook twitter x linkedin instagram youtube vimeo pinterest"
        " whatsapp telegram email mail e print imprimer copy link copier le lien on sur via this article post"
        " page cet home accueil news newsfeed actus actualites blog menu search rechercher close fermer en fr"
        " english francais follow us suivez nous contact contactez privacy policy cookies cookie legal notice"
        " mentions legales politique de confidentialite terms conditions of use and the to back top retour haut"
        " previous next suivant precedent read more lire la suite en savoir plus all toutes les skip content"
        " aller au contenu sitemap plan du site careers jobs comments 0 no subscribe accept reject tags tag"
        " paris bangalore montreal studios about linked in you tube whats app tik tok tiktok bluesky mastodon"
        " threads listen ecouter save"
    )
)
# Patterns over folded text, each whole line.
_LINES = re.compile(
    r"(?:"
    # Back to newsfeed / Toutes les actus / Retour aux actualités
    r"back to (?:the )?(?:newsfeed|news|blog|home|top|list)|toutes (?:les|nos) (?:actus|actualites)|all (?:the )?(?:news|articles|posts)|retour (?:aux|a la|a l|vers|en)\b.{0,30}"
    # You may also like / Related articles / À lire aussi
    r"|(?:you (?:may|might) (?:also )?(?:like|enjoy|be interested).{0,20}|(?:related|similar|latest|recent|more|other) (?:articles?|posts?|news|stories|interviews?|reads?).{0,20}|more (?:from|in|talent).{0,30}|read (?:more|next|also)\b.{0,40}|keep reading|explore (?:more|other)\b.{0,30}|our (?:latest|other) (?:news|posts|articles|stories|interviews)|(?:see|view|show) (?:all|more)\b.{0,30}|in the same (?:category|series)|see also|(?:continue|on) reading|discover (?:more|also)\b.{0,20}"
    r"|(?:a lire|lire|voir|decouvrez|decouvrir) (?:aussi|egalement)\b.{0,30}|articles? (?:similaires?|lies?|recents?|associes?)|dans la meme (?:categorie|serie)|vous aimerez (?:aussi|peut etre).{0,20}|sur le meme (?:sujet|theme)|nos (?:dernieres? |autres )?(?:actus|actualites|articles|interviews)|dernieres (?:actus|actualites|nouvelles))"
    # Share this article / Partager cet article sur …
    r"|(?:share|tweet|partager|partagez) (?:this|on|the|cet|cette|l|sur|via|it)\b.{0,40}|(?:like|enjoyed) this (?:article|post).{0,30}"
    # © 2024 … All rights reserved / Tous droits réservés
    r"|(?:c )?copyright\b.{0,60}|.{0,60}\b(?:all rights reserved|tous droits reserves)\b.{0,30}"
    # We use cookies … / Ce site utilise des cookies …
    r"|(?:we|this (?:web)?site|our (?:web)?site|nous|ce site|notre site)\b.{0,40}\b(?:uses?|utilis\w+)\b.{0,30}\bcookies?\b.*|(?:accept|reject|refuse|accepter|refuser|tout accepter|tout refuser|manage|gerer)\b.{0,15}\b(?:cookies?|all|tout|preferences|choices)"
    # Subscribe to our newsletter / Your email address
    r"|(?:subscribe|sign up|inscrivez vous|abonnez vous|join)\b.{0,20}\b(?:newsletter|mailing list|news letter)\b.{0,40}|newsletter|your (?:e ?mail|name)(?: address)?|votre (?:adresse )?(?:e ?mail|courriel)|(?:e ?mail|adresse e ?mail)(?: address)?|(?:i agree|j accepte)\b.{0,120}"
    # Previous post: … / Next article
    r"|(?:previous|next|older|newer) (?:post|article|story|interview|news)s?\b.{0,120}|(?:article|actualite|post) (?:precedente?|suivante?)\b.{0,120}"
    # 5 min read / Temps de lecture : 3 min
    r"|(?:reading time|temps de lecture)\b.{0,20}|(?:\d{1,2} )?\d{1,2} (?:min|mins|minutes?)(?: (?:read|de lecture))?(?: reading)?"
    # Follow us on … / Privacy policy / Made with … / Leave a comment
    r"|follow us\b.{0,40}|suivez nous\b.{0,40}|(?:privacy|cookie) (?:policy|settings)|mentions legales|politique de (?:confidentialite|cookies)|legal (?:notice|mentions)|terms (?:of|and)\b.{0,30}|leave a (?:comment|reply).{0,30}|laisser un commentaire|no comments?|\d{1,4} (?:comments?|commentaires?|replies|reponses?|responses?|thoughts? on\b.*)|click to tweet|tweet this|tweetez\b.{0,20}|(?:table of )?contents|(?:in|dans) (?:this|cet) article|sommaire|skip to\b.{0,20}|aller au contenu.{0,20}|plan du site|site ?map|powered by\b.{0,30}|your browser does not support\b.{0,60}|votre navigateur ne (?:supporte|prend)\b.{0,60}|proudly powered\b.{0,30}"
    # This article is also available in French / Lire cet article en anglais
    r"|(?:(?:this|cet|cette) \w+ )?(?:is |est )?(?:also |aussi |egalement )?(?:available|disponible) (?:in|en) (?:english|french|anglais|francais|\w+ version)|(?:read|lire|voir)\b.{0,20} (?:in|en) (?:english|french|anglais|francais)"
    r"|(?:tags?|categor(?:y|ies)|etiquettes?|categories?|filed under|posted in|publie dans|classe dans)\b.{0,80}"
    r")",
)
# Elements that flow may leave no space between links either: «Share:FacebookXLinkedIn».
_GLUED = re.compile(r"(?<=[a-z:|])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_GLUED_LENGTH = 80  # characters; no bar of links is longer
_RIGHTS = ("©", "(c)", "(C)", "Copyright")
_BYLINE = re.compile(
    r"(?:posted |written |published |publie |ecrit |redige )?(?:by|par) (?:\w+ ?){1,5}"
)
# «Do you want to join our Parisian teams? Apply here!», «Stay up to date … e-zine … here.»
_CALL = re.compile(
    r"\b(?:(?:want|wish|like|love|ready|looking|dream\w*|interested)\b.{0,20}\b(?:join|work with|work at|joining|part of)\b"
    r"|(?:to )?(?:find out|learn|know|discover) more about\b.{0,40}\b(?:mikros|animation|studio|us|our)\b|follow us on\b|read (?:the|our|all the|more of our) (?:other |previous |rest of the )?interviews|(?:suivez nous|suis nous) sur\b|(?:lisez|retrouvez|decouvrez) (?:les|nos|toutes les|toutes nos) (?:autres )?interviews|pour en savoir plus sur\b.{0,40}\b(?:mikros|animation|studio|nous)"
    r"|join (?:us|our|the team|the adventure|mikros)|apply (?:here|now|today)|apply to (?:our|join)|(?:check|discover|see|browse|find|explore|have a look)\b.{0,30}\b(?:job|jobs|career|careers|vacanc\w+|openings?|opportunit\w+|offers?|positions)\b"
    r"|(?:stay|keep)\b.{0,10}\b(?:up to date|updated|informed|in touch|tuned|posted)\b|sign(?:ing)? up (?:to|for)\b.{0,40}\b(?:e ?zine|ezine|newsletter|scoop|mailing)|e zine|ezine|we (?:are|re) (?:hiring|recruiting)|recruiting now|job offers?|our (?:job|career) \w+"
    r"|(?:souhait\w+|envie|voulez|veux|aimeri\w+|reve\w*)\b.{0,20}\b(?:rejoindre|integrer|travailler (?:avec|chez)|nous rejoindre)\b|rejoign\w+ (?:nous|nos|les|notre|l)|rejoins (?:nous|nos|l)|postule[zr]?\b|candidate[zr]\b|(?:decouvr\w+|consult\w+|voir|retrouv\w+)\b.{0,20}\b(?:offres?|postes|opportunites|carrieres?)\b|nos offres|restez (?:informe\w*|au courant|connecte\w*|a jour|a l affut)|inscri\w+ (?:vous|toi)?\b.{0,40}\b(?:e ?zine|ezine|newsletter|scoop)|nous recrutons|on recrute)\b"
)
# Notes by the one who published, never by the one who answers; and the words that such open with.
_NOTE_OPENS = frozenset(
    words(
        "editor note editors ed ndlr nb update mise erratum correction interview interviewed propos this cet"
        " cette translated translation traduit traduction"
    )
)
_NOTE = re.compile(
    r"^(?:editor s note|note from the editor|editors? note|ed note|note de l editeur|note de la redaction|ndlr|nb|update|mise a jour|erratum|correction"
    r"|interview(?:ed)? (?:by|conducted|realisee|led)|propos recueillis|this (?:interview|article|post) (?:was|has|is|first|originally)|cet(?:te)? (?:interview|entretien|article) (?:a|est|fut)\b|translat(?:ed|ion) (?:by|from)|traduit|traduction)\b"
)
# «Thank you Ada for answering our questions!», «See you next week …»: the editors take their leave.
_FAREWELL = re.compile(
    r"^(?:(?:a big |many )?thank(?:s| you)(?: \w+){1,3} for (?:answering|taking|sharing|your answers|these answers)|see you (?:soon|next|in)\b.{0,40}\b(?:for|with|interview|portrait|episode|week)"
    r"|(?:un grand )?merci (?:a )?(?:\w+ ){1,3}(?:d avoir|pour (?:ses|tes|vos|ces|ta|votre))|rendez vous\b.{0,40}\b(?:pour|avec|prochain\w*|semaine|interview|portrait))\b"
)
_ELSEWHERE_OPENS = frozenset(words("read see discover a lire voir"))
_ELSEWHERE = re.compile(
    r"^(?:read|see|discover|a lire|lire|voir|a decouvrir) (?:also|aussi|egalement)\b"
)
# Names of other series that stand in the same category and ask in the same form.
_NEIGHBOURS = re.compile(
    r"^\W*(?:tiger talks|behind the (?:glitter|shell)|from paws to pixels|meet the makers|#?\s*openmik|falling in\b.{1,12}\bwith animation)\b"
)
# «Photo credit: …», «Crédits photos …», «© Ombrelle»; «this is a photo of my cat» is none.
_CREDIT_OPENS = tuple(
    ["credit", "crédit"]
    + [f"{a} {by} " for a in ("photo", "photos", "picture", "image") for by in ("by", "de", "par")]
)
_CREDIT_SAYS = ("credit", "crédit", "©", "courtesy of", "photo", "picture", "image")  # one of them
_CREDIT_LENGTH = 240  # characters
_CREDIT_ENDS = re.compile(
    r"(?:(?:photo|picture|image)s? credits?|cr[ée]dits? photos?|courtesy of)\b[^.!?]*\.?$"
)
_CREDIT_HOLDS = [
    "©",
    "courtesy of",
    "credit photo",
    "crédit photo",
    "credits photo",
    "crédits photo",
    "photo credit",
    "picture credit",
    "image credit",
]
# Under the Mikroscope 🔍 NAME …; the phrase opens the line and is no sentence going on.
_SERIES_TITLE = re.compile(
    r"^\W*(?:(?:(?:under|sous|au|behind|inside)\s+)?(?:the|le|la)?\s*mikroscope)\b(?!\s+(?:is|are|est|was|series|interview|article|d[eu]|of)\b)",
)
_MIKROSCOPE = re.compile(r"\bmikroscopes?\b")


def category_in(text: str) -> str | None:
    """Return the category that a line holds, as written."""
    match = _CATEGORY.search(text) if "talent" in text.lower() else None
    return match.group() if match else None


def is_furniture(text: str) -> bool:
    """Tell whether a line is said by the site around a post: menus, sharing, cookies, footers."""
    return len(text) <= _LONGEST and _is_furniture(text)


@lru_cache(maxsize=1024)  # every page of a site has the same ones
def _is_furniture(text: str) -> bool:
    folded = fold(text)
    if not folded:
        return not text.strip() or text.strip() in "|·•–—-/\\>»«<×✕☰,"
    if folded in CATEGORIES or (folded.isdigit() and len(folded) < 3):
        return True
    if len(text) <= _GLUED_LENGTH and _GLUED.search(text):
        folded = fold(_GLUED.sub(" ", text))
    said = folded.split()
    # «Share on Facebook»; with a full stop somebody says it: «And more.»
    if len(said) <= 12 and not text.endswith(".") and all(word in _WORDS for word in said):
        return True
    if text.lstrip().startswith(_RIGHTS) and len(said) > 1:
        return len(said) <= 20
    return bool(_LINES.fullmatch(folded)) and len(said) <= 40


def is_byline(text: str) -> bool:
    """Tell whether a line of the head says who published: «By the communication team»."""
    folded = fold(text)
    return folded.count(" ") < 6 and bool(_BYLINE.fullmatch(folded)) and text[-1] not in ".!?"


def is_call(text: str) -> bool:
    """Tell whether a line calls the reader to apply, join or subscribe."""
    return len(text) <= _LONGEST and _is_call(text)


@lru_cache(maxsize=1024)  # many pages of a site have the same one
def _is_call(text: str) -> bool:
    return bool(_CALL.search(fold(text)))


def is_note(text: str) -> bool:
    """Tell whether a line is a note by the editors."""
    found = _NOTE.match(fold(text)) if first_word(text) in _NOTE_OPENS else None
    # «Update: …» is a note, «Update your skills!» is none.
    return found is not None and (" " in found.group() or ":" in text[:25])


def points_elsewhere(text: str) -> bool:
    """Tell whether a line leads the reader to another post: «Read also: …»."""
    if len(text) >= 200 or first_word(text) not in _ELSEWHERE_OPENS:
        return False
    return bool(_ELSEWHERE.match(fold(text)))


def is_farewell(text: str) -> bool:
    """Tell whether a line is the editors taking their leave."""
    return bool(_FAREWELL.match(fold(text[:160])))


def names_a_neighbour(title: str) -> bool:
    """Tell whether a title is of another series of the studio."""
    return bool(_NEIGHBOURS.match(title.casefold()))


def is_credit(text: str) -> bool:
    """Tell whether a line credits a picture."""
    if len(text) > _CREDIT_LENGTH:
        return False
    lower = text.lower()
    if not says_any(lower, _CREDIT_SAYS):
        return False
    if len(text) > _CREDIT_LENGTH // 2:  # «NAME (voiced by …) in TITLE … Photo Credit: STUDIO.»
        return bool(_CREDIT_ENDS.search(lower))
    return lower.startswith(_CREDIT_OPENS) or says_any(lower, _CREDIT_HOLDS)


def names_the_series(text: str) -> bool:
    """Tell whether a line is a title of the series: it opens with its name."""
    if len(text) > 250 or "mikroscope" not in (text := text.casefold()):
        return False
    return bool(_SERIES_TITLE.match(tidy(text)))


def goes_on(text: str) -> bool:
    """Tell whether a line that opens with the series' name is a sentence of the intro."""
    return text.endswith((".", ":")) or count_words(text) > 40  # no title is as long


def mentions_the_series(text: str) -> bool:
    """Tell whether a text says the name of the series anywhere."""
    return "mikroscope" in (text := text.casefold()) and bool(_MIKROSCOPE.search(text))

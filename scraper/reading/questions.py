"""The questions of the series: their usual wordings, and what any wording of one has to say.

Rule: a table. Every pattern works on folded text (lower case, no accents, words parted by one
space) and stands under text it is for.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """One of the series' prompts: its id, its usual wordings, and what any wording has to say.

    Each of `says` is a pattern; a prompt says all the patterns of at least one row.
    """

    id: str
    text_en: str
    text_fr: str
    says: tuple[tuple[str, ...], ...]
    unless: str | None = None


# Who is spoken to: every prompt addresses the person, in English or French, politely or not.
YOU = r"\b(?:you|your|yours|yourself|youself|vous|votre|vos|tu|te|t|ton|ta|tes|toi)\b"
_WORK = (
    r"\b(?:job|work(?! on)|role|position|profession|craft|workday|day|days|week|trade|doing|being an?|what you do|working(?! on)"
    r"|travail|metier|poste|boulot|quotidien|journees?|profession|fonction|travailler|fais|faites)\b"
)

QUESTIONS: tuple[Question, ...] = (
    Question(
        "best-part",
        "What is the best part of your job?",
        "Quel est le meilleur aspect de votre travail ?",
        (
            # What's the best aspect of your job? / Quel est le meilleur côté de ton métier ?
            (
                (
                    r"\b(?:best|favou?rite|nicest|greatest|coolest|happiest|most (?:\w+ )?(?:part|aspect|thing)"
                    r"|meilleure?s?|preferee?s?|favorie?s?|favorites?|plus (?:agreable|beau|belle|chouette|gratifiante?|enrichissante?))\b"
                ),
                _WORK,
            ),
            # What do you like most about your work? / Qu'aimez-vous le plus dans votre métier ?
            (
                (
                    r"\b(?:like|love|enjoy|appreciate|cherish|value)\b.*\b(?:most|best|more than|about)\b"
                    r"|\bmost (?:like|love|enjoy|rewarding|fulfilling|enjoyable|exciting|satisfying)\b"
                    r"|\b(?:aim|appreci|pla|preferes?|preferez|apprecies?|kiff|ador|sedui|rejoui)\w*\b.*\b(?:plus|surtout|particulierement)\b"
                    r"|\b(?:preferes|preferez|prefere)\b"
                ),
                _WORK,
            ),
            # What makes you happy to come to work? / Qu'est-ce qui vous donne envie de venir travailler ?
            (
                (
                    r"\b(?:makes? you (?:happy|smile|love|want)|gets? you (?:out of bed|up|excited)|brings? you joy"
                    r"|(?:rend|rendent) (?:\w+ )?heureu\w+|donne (?:\w+ )?envie|fait (?:\w+ )?(?:lever|vibrer|plaisir))\b"
                ),
                r"\b(?:job|work|morning|day|role|position|travail\w*|metier|poste|matin|boulot)\b",
            ),
        ),
        unless=r"\b(?:hardest|worst|least|difficult\w*|challenging|pire|moins|difficile\w*|dish|place|song|friend|book|first|advice|premier|premiere|memory|souvenir|achievement|film|movie|character|conseil|inspir\w+)\b",
    ),
    Question(
        "first-project",
        "What was the first project you worked on when you joined Mikros Animation?",
        "Quel est le premier projet sur lequel vous avez travaillé lorsque vous avez rejoint Mikros Animation ?",
        (
            # What was the first project you worked on …? / Sur quel film as-tu fait tes débuts chez …?
            (
                (
                    r"\b(?:first|1st|frist|very first|initial|earliest|debuts?|start(?:ed)?|began|begin|beginnings?|joined|joining|arriv\w+"
                    r"|premiere?s?|1er|1re|initiale?|commence\w*|demarr\w+|debut\w*|toute? premiere?)\b"
                ),
                (
                    r"\b(?:projects?|projets?|films?|movies?|shows?|series?|features?|productions?|assignments?|titles?|gigs?"
                    r"|missions?|sequences?|shots?|plans?|long metrages?|oeuvre|work(?:ed|ing)? on|did you work|travaille\w* sur|task)\b"
                ),
                (
                    r"\b(?:work(?:ed|ing)?|join(?:ed|ing)?|start(?:ed)?|beg[ai]n|debut|took on|take on|here|us|assigned|involved"
                    r"|touched|contribut\w+|did you do|given|studio|animation|your first|mikros"
                    r"|travaill\w+|rejoi\w+|arriv\w+|commenc\w+|debut\w*|demarr\w*|particip\w+|collabor\w+|confi\w+|integr\w+|entr\w+|chez nous|(?:ton|votre) premier)\b"
                ),
            ),
        ),
        unless=r"\b(?:saw|seen|see|watch\w*|remember(?! (?:your|the first \w+ you))|vu|vue|souv\w+(?! (?:tu |vous )?de (?:ton|votre))|regard\w+|inspir\w+|role on|advice|conseil|challenges?)\b",
    ),
    Question(
        "background",
        "Share your student and professional background to get to your position at Mikros Animation!",
        "Partagez votre parcours étudiant et professionnel pour arriver à votre poste chez Mikros Animation !",
        (
            # Share your animation journey! / Racontez-nous votre parcours !
            (
                (
                    r"\b(?:paths?|background|journey|route|career|careers|studies|studied|study|education\w*|training|trained|schooling|curriculum|cv|resume|your (?:\w+ )?story|road|steps|trajectory|pathway"
                    r"|parcours|etudes|etudie\w*|cheminement|formations?|itineraire|trajectoire|chemin|cursus|carriere|scolarite|etapes|(?:ton|votre) (?:\w+ )?histoire)\b"
                ),
                r"\b(?:your|ton|ta|tes|votre|vos|you|vous|tu)\b",
                (
                    r"\b(?:share|tell|describe|walk|talk|explain|retrace|outline|sum|summari[sz]e|give|present|introduce|what|which|how|can|could|where"
                    r"|partag\w+|racont\w+|parl\w+|decri\w+|expliqu\w+|retrac\w+|resum\w+|presente\w*|dis|dites|quel\w*|comment|ou|pouvez|peux|revenez|reviens|detaill\w+)\b"
                ),
            ),
            # Your background in a few words?
            (
                (
                    r"^(?:your|ton|votre|tes|vos)(?: \w+){0,3}? (?:path|background|journey|career|studies|parcours|cursus|etudes)"
                    r"(?: (?:and |et )?(?:\w+ )?(?:path|background|journey|career|studies|parcours|cursus|etudes))?(?: (?:in a few words|in (?:short|brief)|so far|en quelques mots|en bref))?$"
                ),
            ),
            # How did you get to where you are today? / Comment en êtes-vous arrivé à votre poste ?
            (
                r"\b(?:how|what|comment|qu|quel\w*)\b",
                r"\b(?:did|have|has|led|lead|brought|took|etes|es|avez|as|a|ont|amene|mene|conduit)\b",
                (
                    r"\b(?:get|got|end(?:ed)? up|come|came|arrive\w*|land(?:ed)?|reach\w*|become|became|led you|brought you|took you"
                    r"|amenee?s?|menee?s?|conduite?s?|devenue?s?|atterri\w*|retrouve\w*)\b"
                ),
                r"\b(?:here|where you are|position|job|role|animation|mikros|industry|poste|metier|ici|la ou|milieu|studio)\b",
            ),
        ),
        unless=r"\b(?:advice|conseils?|inspir\w+|first project|premier projet|film s|younger|someone|quelqu un)\b",
    ),
    Question(
        "inspiration",
        "What inspires you or who inspires you?",
        "Qu’est-ce qui vous inspire ou qui vous inspire ?",
        (
            # Who or what inspires you? / Qu'est-ce qui t'inspire ? / Quelles sont vos sources d'inspiration ?
            (r"\b(?:inspir|insipr|inspri)\w*\b", YOU),
            # Who do you look up to? / Qui admires-tu ?
            (
                r"\b(?:look up to|role models?|muses?|idols?|heroes|admir\w+|modeles?|mentors?)\b",
                YOU,
            ),
            # Where do your ideas come from? / Qu'est-ce qui nourrit votre créativité ?
            (
                r"\b(?:feeds?|fuels?|sparks?|nourish\w*|drives?|stimulat\w+|ideas?|nourri\w*|stimul\w+|alimente\w*|idees?|influen\w+)\b",
                r"\b(?:creativ\w*|imagination|ideas? (?:come|from)|idees?|creation|art|influen\w+|nourrit)\b",
                YOU,
            ),
        ),
    ),
    Question(
        "character",
        "If you had to be a character in Mikros Animation’s films and series, who would you be?",
        "Si vous deviez être un personnage des films et séries de Mikros Animation, qui seriez-vous ?",
        (
            # If you had to be a character …, who would you be? / Quel personnage serais-tu ?
            (
                r"\b(?:character|charater|caracter|personn?age|perso|heros|heroine|hero)s?\b",
                (
                    r"\b(?:would|could|d|had to|were|be|become|identify|resembl\w*|relate|recogni[sz]e|like the most|most like|closest|yourself in|swap|step into|play"
                    r"|seri\w+|serai\w+|devi\w+|devai\w+|eti\w+|etais|pouvi\w+|pouvai\w+|etre|incarn\w+|identifi\w+|ressembl\w+|aimeri\w+|choisi\w+|voudri\w+|correspond\w*|reconnai\w+|retrouv\w+)\b"
                ),
                YOU,
            ),
            # You are a character of our films: which one? / Vous êtes un personnage : lequel ?
            (
                r"\b(?:character|personn?age|perso)s?\b.* (?:which one|who|lequel|laquelle|qui)$",
                YOU,
            ),
            # Your character?
            (r"^(?:your|ton|votre)(?: \w+)? (?:character|personnage|perso)$",),
        ),
        unless=r"\b(?:did you (?:work|animate|create|design)|work(?:ed)? on|travaille sur|super ?(?:power|pouvoir)s?)\b",
    ),
    Question(
        "achievement",
        "Your biggest achievement so far?",
        "Votre plus grande réussite jusqu’à présent ?",
        (
            # What are you most proud of? / De quoi êtes-vous le plus fier ?
            (
                (
                    r"\b(?:achiev\w+|acheiv\w+|accomplish\w*|proud\w*|pride|success\w*|milestone|triumph|victory|feat|crowning"
                    r"|fiere?s?|fierte|reussites?|accomplissements?|realisations?|exploits?|victoires?|succes|prouesses?|accompli\w*)\b"
                ),
                YOU,
            ),
            # Biggest achievement till date? / La plus belle réussite à ce jour ?
            (
                (
                    r"^(?:what (?:is|was) )?(?:the )?(?:biggest|greatest|proudest|best) (?:achiev\w+|accomplish\w+|success|moment)\b"
                    r"|^(?:la |le )?plus (?:grand|grande|beau|belle|gros|grosse) (?:reussite|accomplissement|fierte|succes|realisation)\b"
                ),
                r"\b(?:so far|date|now|yet|today|jour|present|ici|maintenant|aujourd)\b",
            ),
        ),
        unless=r"\b(?:on (?:the|this) (?:film|movie|project)|sur (?:le|ce) (?:film|projet)|advice|conseils?)\b",
    ),
    Question(
        "superpower",
        "What would be your superpower?",
        "Quel serait votre super-pouvoir ?",
        (
            # Which superpower would you choose? / Quel super-pouvoir aimeriez-vous avoir ?
            (
                r"\bsuper ?(?:power|powers|pouvoirs?|hero\w*|hereo|heros|human (?:power|ability)|ability|abilities)\b",
                YOU + r"|\bwhat\b|\bquel|^(?:pick|choose|name|choisi)",
            ),
            # If you could have one magic power …? / Si vous aviez un pouvoir magique …?
            (
                r"\b(?:magic\w*|special|secret|supernatural|extraordinary|superhuman|magique|surnaturel\w*|special|extraordinaire|surhumain\w*|heroic)\b",
                r"\b(?:power|powers|ability|abilities|gift|talent|pouvoirs?|dons?|capacites?)\b",
                YOU,
            ),
            # What power would you want? / Quel pouvoir choisirais-tu ?
            (r"\b(?:power|powers|pouvoirs?)\b", r"\b(?:would|could|if|what|which|quel|si)\b", YOU),
        ),
    ),
    Question(
        "advice",
        "What advice would you give to your younger self?",
        "Quel conseil donneriez-vous à la personne que vous étiez plus jeune ?",
        (
            # What would you tell your younger self? / Que diriez-vous à l'enfant que vous étiez ?
            (
                (
                    r"\b(?:advi[cs]e|tip|wisdom|tell|say|whisper|write|words|recommend\w*|message|letter|know|known|give"
                    r"|conseil\w*|di(?:s|re|rais|riez|t)|souffl\w+|glisser\w*|recommand\w+|mots?|murmur\w+|ecri\w+|donn\w+)\b"
                ),
                (
                    r"\b(?:younger|youger|yourself|your \w+ ?\w* ?self|past self|self|the (?:child|kid|teenager|student|beginner|person) you|(?:ten|twenty|five|\d+) years (?:ago|younger)|when you (?:were|started)|back in time|starting out"
                    r"|plus jeune|jeune|toi meme|vous meme|(?:enfant|ado|adolescente?|personne|etudiante?|debutante?|gamine?) (?:que|qu)|(?:tu|vous) (?:etais|etiez|avais|aviez)|\d+ ans|(?:dix|vingt|quinze) ans|tes debuts|vos debuts|(?:toi|vous) d avant|former self)\b"
                ),
                YOU,
            ),
        ),
        unless=r"\b(?:introduce yourself|someone who|students? who|tell us|about yourself|presente toi|presentez vous|jeunes? (?:qui|artistes|diplome\w*|etudiants?))\b",
    ),
    Question(
        "baton",
        "It’s your turn to name someone from Mikros Animation, to answer these 8 questions!",
        "À vous de nommer quelqu’un de Mikros Animation pour répondre à ces 8 questions !",
        (
            # It's your turn to name someone …! / À vous de nommer quelqu'un … ! / Pass the baton!
            (
                (
                    r"\b(?:nam(?:e|ing)|nominat\w*|choos\w+|pick|designat\w*|pass|hand|select|tag|giv(?:e|ing)|suggest|appoint|propose|invite|send|recommend"
                    r"|nomm\w+|nomin\w+|choisi\w*|pass\w+|donn\w+|propos\w+|tend\w*|transmet\w*|design\w+|confi\w+|invite\w*|laiss\w+|souhait\w+|voul\w+|veux|vois|voyez)\b"
                ),
                (
                    r"\b(?:someone|somebody|some one|colleagues?|coworkers?|co worker|team ?mate|person|who(?:m)?|next|baton|torch|relay|mic|microphone"
                    r"|quelqu un|collegues?|personne|qui|suivante?|prochaine?|relais|baton|flambeau|temoin|main|micro)\b"
                ),
                YOU
                + r"|^(?:name|nominate|choose|pick|pass|hand|designate|now|and now|time|who|whom|qui|nommez?|designez?|choisi(?:s|ssez)|passez?|proposez?|tag)\b",
            ),
            # Passing the baton / Passage de relais
            (
                r"^(?:passing (?:on )?the|passage (?:de|du)|(?:the|le) passage (?:de|du)) (?:baton|torch|relais|flambeau|temoin)\b",
            ),
            # Who is next? / Who should answer these questions next? / À qui le tour ?
            (
                r"\b(?:who|whom|which|qui|quel\w*)\b",
                r"\b(?:next|goes next|these (?:8|eight|same)? ?questions|under the mi[ck]roscope|au mi[ck]roscope|sous le mi[ck]roscope|le tour|ces (?:(?:8|huit|memes) )?questions|(?:suivante?|prochaine?) (?:personne|interview|collegue))\b",
            ),
        ),
        unless=r"\b(?:advice|conseils?|character|personnage|inspir\w+|role models?|superp\w+|they|ils|elles)\b",
    ),
)

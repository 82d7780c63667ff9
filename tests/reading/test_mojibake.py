"""Mojibake, as copies of posts show it: lines whole or in part, and with halves lost.

Rule: each line is invented; what was rightly read stays to the letter.
"""

import pytest

from scraper.mojibake import ENCODINGS, repair

SOUND = "Élodie a dessiné l’été à l’œil nu… « déjà » 🔍 – voilà !"


def misread(text: str, encoding: str) -> str:
    """Return text whose UTF-8 a reader took for `encoding`, undefined bytes let through."""
    return "".join(bytes([byte]).decode(encoding, "ignore") or chr(byte) for byte in text.encode())


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_line_that_was_misread_whole_comes_back(encoding: str) -> None:
    """Whatever it was read as, a line that is UTF-8 when put back is that."""
    assert repair(misread(SOUND, encoding)) == SOUND


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_line_that_was_misread_in_part_comes_back(encoding: str) -> None:
    """What the author typed as an entity was read rightly, its neighbours were not."""
    mixed = f"J’étais là… {misread('Élodie a dessiné à l’œil', encoding)} 💜 – « hélas »"
    assert repair(mixed) == "J’étais là… Élodie a dessiné à l’œil 💜 – « hélas »"


@pytest.mark.parametrize(
    ("shown", "meant"),
    [
        ("câest lâhiver, et jâaime Ă rĂȘver", "c’est l’hiver, et j’aime à rêver"),
        ("câest lâhiver", "c’est l’hiver"),
        ("un film, âLe Phareâ, rĂ©ussi", "un film, “Le Phare”, réussi"),
        ("de bon cĆur", "de bon cœur"),
        ("les Ćuvres du dĂ©but", "les œuvres du début"),
        ("Quel film aimez-vous ?âŻ", "Quel film aimez-vous ?\u202f"),
        ("Ce que jâaime.  Â", "Ce que j’aime.  \u00a0"),
        ("Under The Mikroscope šŸ” Ada Byron", "Under The Mikroscope 🔍 Ada Byron"),
    ],
)
def test_halves_that_a_copy_lost_are_told_by_where_they_stand(shown: str, meant: str) -> None:
    """Controls are often dropped on the way; what is left still tells an apostrophe from a quote."""
    assert repair(shown) == meant


@pytest.mark.parametrize(
    "text",
    [
        "La pâte, le câble, le gâteau, le mât, l’âme et la grâce : tâche lâche, pâle château.",
        "«CAFÉ», «VOILÀ», “DÉJÀ”, «FORÊT»",
        "Łukasz Żak, Ștefan Călin, Jānis Bērziņš, Ćurčić, Ærø, Đorđe, Šárka, Gökçe Çağ",
        "São João, Ângela, Âge d’or, à l’Île",
        "ราคา — 2 €",
    ],
)
def test_what_was_rightly_read_stays(text: str) -> None:
    """Names and words of other languages are no mojibake."""
    assert repair(text) == text

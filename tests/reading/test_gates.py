"""Cheap tests that stand before dear ones: they let through all that the dear ones would find.

Rule: the dear way is the truth; whatever text is drawn, the short way says the same.
"""

import re
from urllib.parse import urljoin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper import mojibake, names, text
from scraper.reading import baton, furniture, vocabulary
from scraper.reading.links import absolute

MANY = settings(max_examples=300)
# What texts of these posts are made of, and what is like it and is not.
SIGNS = " aBz09.,;'’“”«»…!?-–_()\u00a0\u202f\t\n\x1c\u200b\u00adéÉßœİıſKﬁ²½\u0301🔍â€Ã"
TEXTS = st.text(alphabet=st.one_of(st.sampled_from(SIGNS), st.characters()), max_size=40)
WORDS = ("Ada", "Byron", "van", "de", "and", "3d", "J.-L.", "Kumar’s", "lit", "Éloi", "the", "a_b")
SENTENCES = st.lists(st.sampled_from((*WORDS, *SIGNS)), max_size=12).map(" ".join)
OPENING = [
    pytest.param(furniture._NOTE, furniture._NOTE_OPENS, id="note"),
    pytest.param(furniture._ELSEWHERE, furniture._ELSEWHERE_OPENS, id="elsewhere"),
    pytest.param(vocabulary._INVITES, vocabulary._INVITING, id="invitation"),
]


@pytest.mark.parametrize(("pattern", "opens"), OPENING)
@given(data=st.data())
@MANY
def test_each_phrase_opens_with_one_of_its_words(
    pattern: re.Pattern[str], opens: frozenset[str], data: st.DataObject
) -> None:
    """A phrase that is put into a pattern must be put into the table of its first words, too."""
    folded = text.fold(data.draw(st.from_regex(pattern)))
    if pattern.match(folded):
        assert text.first_word(folded) in opens


@given(line=TEXTS)
@MANY
def test_the_first_word_is_that_of_the_folded_text(line: str) -> None:
    """Without folding it all."""
    assert text.first_word(line) == text.fold(line).partition(" ")[0]


@given(line=TEXTS)
@MANY
def test_marks_fold_as_letters_do(line: str) -> None:
    """Text without letters beyond ASCII is folded the short way."""
    plain = text.unaccented(line).encode("ascii", "replace").decode("ascii")
    assert text.fold(line) == " ".join(plain.translate(text._FOLDED).split())


@given(line=TEXTS)
@MANY
def test_tidy_text_stays_and_other_is_tidied(line: str) -> None:
    """Text of single spaces only loses its ends."""
    assert text.tidy(line) == text._SPACES.sub(" ", text._INVISIBLE.sub("", line)).strip()


@given(line=SENTENCES)
@MANY
def test_lower_case_is_passed_over_where_no_name_is(line: str) -> None:
    """Names are found as they are where every word is looked at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(names, "_in_lower_case", lambda _, start: start)
        slowly = tuple(names._find(line))
    assert tuple(names._find(line)) == slowly


@given(data=st.data())
@MANY
def test_each_deed_is_looked_for(data: st.DataObject) -> None:
    """What may be said of a name that passed the baton has one of the words that are looked for first."""
    assert baton._DEEDS.search(data.draw(st.from_regex(baton._DID)))


@pytest.mark.parametrize("mark", "’'‘ʼ")
def test_a_possessive_ends_a_name(mark: str) -> None:
    """Whatever its apostrophe is, also where that counts as a letter."""
    found = names.find(f"We met Ada{mark}s Kumar Reed.")
    assert [one.name for one in found][-2:] == ["Ada", "Kumar Reed"]


@given(line=TEXTS)
@MANY
def test_where_no_lead_byte_shows_there_is_no_mojibake(line: str) -> None:
    """Every sign of mojibake has one of those letters in it."""
    assert mojibake._LEAD.search(line) or not mojibake._SIGNS.search(line)


@given(data=st.data())
@MANY
def test_categories_and_credits_say_what_is_looked_for_first(data: st.DataObject) -> None:
    """A category has «talent» in it; a credit one of its own pieces."""
    assert "talent" in data.draw(st.from_regex(furniture._CATEGORY)).lower()
    assert text.says_any(data.draw(st.from_regex(furniture._CREDIT_ENDS)), furniture._CREDIT_SAYS)


@pytest.mark.parametrize("sign", [*furniture._CREDIT_OPENS, *furniture._CREDIT_HOLDS])
def test_each_credit_is_looked_for(sign: str) -> None:
    """What is put into the tables of credits is let through."""
    assert text.says_any(sign, furniture._CREDIT_SAYS)


@given(
    base=st.sampled_from(("https://a.example/en/", "", "a", "http://[", "ftp://a.example/")),
    link=st.one_of(
        st.from_regex(r"\Ahttps?://[a-zA-Z.:@]{1,6}(?::\d{0,6})?(?:/[\w./?#;%:]{0,8})?\Z"),
        st.text(max_size=9),
    ),
)
@MANY
def test_whole_addresses_are_what_joining_makes_of_them(base: str, link: str) -> None:
    """An address that is whole is not taken apart and put together again."""
    try:
        joined = urljoin(base, link.strip())
    except ValueError:
        joined = None
    assert absolute(base, link) == joined

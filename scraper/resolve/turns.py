"""The posts of one person → their turns in the series, each with a post per language.

Rule: what pages say of each other counts before dates, and dates before nothing.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from scraper.resolve.told import Told

SAME_TURN = timedelta(days=60)  # posts no further apart are of one turn, whatever the language
LATE = timedelta(days=366)  # a translation that no page tells of comes no later than this
Turn = list[Told]


def in_turns(posts: Sequence[Told]) -> list[Turn]:
    """Return a person's posts by turn, the oldest turn first; undated ones come last."""
    linked = _linked(sorted(posts, key=_in_time))
    dated = [turn for turn in linked if _dates(turn)]
    turns = _late(_near(dated))
    for turn in linked:
        if not _dates(turn):
            _place(turn, turns)
    return [sorted(turn, key=_in_time) for turn in turns]


def _in_time(told: Told) -> tuple[str, str]:
    return str(told.published or "9999"), told.url


def _dates(turn: Turn) -> list[date]:
    return sorted(told.published for told in turn if told.published)


def languages(turn: Sequence[Told]) -> set[str]:
    """Return the languages of posts."""
    return {told.lang for told in turn}


def are_linked(one: Told, other: Told) -> bool:
    """Tell whether one of two posts says that the other is its translation."""
    return one.url in other.translations or other.url in one.translations


def _linked(posts: Sequence[Told]) -> list[Turn]:
    """Return posts that link to each other as translations together, also over a third."""
    beside: dict[str, set[str]] = {told.url: set() for told in posts}
    for told in posts:
        for url in told.translations:
            if url in beside:
                beside[told.url].add(url)
                beside[url].add(told.url)
    by_url = {told.url: told for told in posts}
    groups: list[Turn] = []
    for told in posts:
        queue = [told.url]
        group = []
        while queue:
            url = queue.pop()
            if url in by_url:
                group.append(by_url.pop(url))
                queue += beside[url]
        groups += [group] if group else []
    return groups  # in time, as the first post of each is


def _near(groups: Sequence[Turn]) -> list[Turn]:
    """Return groups, oldest first, with those joined that begin soon after one ended."""
    turns: list[Turn] = []
    ends: list[date] = []
    for group in groups:
        first, last = _dates(group)[0], _dates(group)[-1]
        near = next((n for n, end in enumerate(ends) if first - end <= SAME_TURN), None)
        if near is None:
            turns.append(list(group))
            ends.append(last)
        else:
            turns[near] += group
            ends[near] = max(ends[near], last)
    return turns


def _late(turns: Sequence[Turn]) -> list[Turn]:
    """Return turns with late translations joined to the last one before that lacks the language."""
    found: list[Turn] = []
    for turn in turns:
        before = [
            other
            for other in found
            if not languages(other) & languages(turn)
            and _dates(turn)[0] - _dates(other)[-1] <= LATE
            and not _at_odds(other, turn)
        ]
        if before:
            before[-1] += turn
        else:
            found.append(turn)
    return found


def _at_odds(one: Turn, other: Turn) -> bool:
    """Tell whether two turns name different studios: then they are no translations."""
    studios = [{told.studio for told in turn if told.studio} for turn in (one, other)]
    return all(studios) and not studios[0] & studios[1]


def _place(undated: Turn, turns: list[Turn]) -> None:
    """Put posts without a date to the first turn that lacks their languages, or else the first."""
    lacking = [turn for turn in turns if not languages(turn) & languages(undated)]
    if turns:
        (lacking or turns)[0].extend(undated)
    else:
        turns.append(list(undated))

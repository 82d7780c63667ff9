"""Sightings of pages → people, interviews, posts with their versions, and who named whom.

Rule: pure and in a fixed order, so that the same archive gives the same result. One person's
special case is an entry of overrides.yml; nobody's name stands here.

history: captures → versions and status · overrides: what people decided · told: what a post says of
people · close: names that look alike · certain: what posts settle between them · who: names → persons ·
turns: a person's posts → interviews · together: all of it → people, turns, posts, nominations ·
doubts (languages, batons): what people have to decide, and what posts disagree about.
"""

from scraper.resolve.history import History, Sighting, histories
from scraper.resolve.overrides import Overrides, read_overrides
from scraper.resolve.together import Resolved, resolve, whole

__all__ = [
    "History",
    "Overrides",
    "Resolved",
    "Sighting",
    "histories",
    "read_overrides",
    "resolve",
    "whole",
]

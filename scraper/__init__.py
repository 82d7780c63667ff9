"""Mikroscope: fetch, keep, read and publish the interview series "Under the Mikroscope"."""

__version__ = "0.1.0"

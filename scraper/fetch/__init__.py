"""The polite client: one request at a time, to the configured hosts only.

limits: how much, how long, and the clock · robots: what a host allows · client: asks (the only user
of httpx).
"""

from scraper.fetch.client import Fetcher
from scraper.fetch.limits import Clock, Limits, header_of

__all__ = ["Clock", "Fetcher", "Limits", "header_of"]

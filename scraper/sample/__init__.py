"""A make-believe studio: "Ombrelle Animation", its people, its website, and how it can misbehave.

Everything in it is invented, and every page says so. It has the shape of the real site and none of
its words: it serves the demo, the tests and the benchmarks.

    studio = Studio.sample()                     the studio as written by hand
    studio = Studio.grown(10_000, seed=0)        the same with generated posts, to this many
    studio.changed(slug) .withdrawn(slug) .footer_changed()    what happens between two crawls
    studio.interviews() .nominations() .readings(base)         what an archive of it must hold

    with serve(studio) as site:                  on http://127.0.0.1:PORT/
        site.url, site.requests                  where it is, and what it was asked
        site.studio = studio.withdrawn(slug)     change it while it runs
        site.faults["/en/news/*"] = FAULTS["reset"]

The texts are data: `posts/*.yml`, one file a person, and `wordings.yml`. To write another interview
is to add a file. Rule: nothing of the program is used here but its errors and its models.
"""

from scraper.sample.expected import ExpectedInterview, ExpectedNomination
from scraper.sample.faults import FAULTS, Fault
from scraper.sample.server import Asked, Site, serve
from scraper.sample.studio import Studio

__all__ = [
    "FAULTS",
    "Asked",
    "ExpectedInterview",
    "ExpectedNomination",
    "Fault",
    "Site",
    "Studio",
    "serve",
]

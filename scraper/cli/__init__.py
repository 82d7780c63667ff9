"""The command line: the composition root.

Rule: a command puts parts together and tells what came of it; what it does stands elsewhere. Each
is loaded when it is called, with what it needs: a crawl does not wait for database and exports.
"""

import click

from scraper import __version__
from scraper.shell import Group

COMMANDS = {
    "build": "scraper.cli.making:build",
    "crawl": "scraper.cli.crawling:crawl",
    "demo": "scraper.cli.showing:demo",
    "export": "scraper.cli.making:export",
    "forget": "scraper.cli.keeping:forget",
    "import": "scraper.cli.crawling:import_",
    "nightly": "scraper.cli.making:nightly",
    "original": "scraper.cli.keeping:original",
    "parse": "scraper.cli.parsing:parse",
    "serve": "scraper.cli.showing:serve",
    "verify": "scraper.cli.keeping:verify",
}


@click.group(
    cls=Group,
    places=COMMANDS,
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="mikroscope")
def main() -> None:
    """Fetch, keep, read and publish the interview series "Under the Mikroscope"."""

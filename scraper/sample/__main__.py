"""`python -m scraper.sample`: serve the make-believe studio for a look, until Ctrl-C."""

import sys
import threading

import click

from scraper.errors import WrongUsage
from scraper.sample import Studio, serve


@click.command()
@click.option(
    "--port", default=8002, show_default=True, help="Port on 127.0.0.1; 0 takes a free one."
)
@click.option("--posts", type=int, help="Grow the studio to this many posts.")
def main(port: int, posts: int | None) -> None:
    """Serve the make-believe studio on loopback."""
    try:
        studio = Studio.sample() if posts is None else Studio.grown(posts)
        with serve(studio, port) as site:
            click.echo(f"The make-believe studio: {site.url} (Ctrl-C ends it)")
            threading.Event().wait()
    except KeyboardInterrupt:
        click.echo("Closed.")
    except (WrongUsage, OSError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(getattr(error, "exit_status", 1))


if __name__ == "__main__":
    main()

"""Every command of the design exists with its options, explains itself, and stands in the README."""

import re

import click
import pytest

from scraper.cli import COMMANDS, main
from scraper.folder import DataFolder
from tests.core.program import ROOT, mikroscope, modules_of

# The commands of the design, and what each of them takes.
DESIGN = {
    "crawl": "--site --from --endpoint --delay --max-requests --contact --full",
    "import": "PATH --url",
    "build": "",
    "export": "[DIR] --format --only --since --lang",
    "serve": "--host --port",
    "nightly": "--deadline",
    "parse": "FILE --url",
    "verify": "",
    "original": "CAPTURE [OFFSET] --headers",
    "forget": "URL|PERSON",
    "demo": "--no-serve",
}


def test_there_are_the_commands_of_the_design() -> None:
    """All of them; another one belongs into the table above."""
    assert set(COMMANDS) == set(main.list_commands(click.Context(main))) == set(DESIGN)


@pytest.mark.parametrize("name", DESIGN)
def test_a_command_explains_itself(name: str) -> None:
    """Its help names what it takes, the data folder and what it does, in a sentence."""
    command = main.get_command(click.Context(main), name)
    assert command is not None
    shown = command.get_help(click.Context(command, info_name=name))
    for option in DESIGN[name].split():
        assert option in shown
    assert "--data" in shown
    assert command.help
    assert all(
        parameter.help
        for parameter in command.params
        if isinstance(parameter, click.Option) and parameter.name not in {"host", "port"}
    )


def test_help_lists_every_command() -> None:
    """As the program itself prints it, under its own name."""
    shown = mikroscope("--help").stdout
    assert shown.startswith("Usage: mikroscope [OPTIONS] COMMAND")
    assert set(re.findall(r"^  ([a-z]+)  ", shown, re.MULTILINE)) == set(DESIGN)
    assert mikroscope("--version").stdout.startswith("mikroscope, version ")


@pytest.mark.parametrize("name", DESIGN)
def test_a_command_stands_in_the_readme(name: str) -> None:
    """As code: with the program's name before it, as it is typed, or by itself in a table."""
    readme = (ROOT / "README.md").read_text("utf-8")
    assert re.search(rf"(mikroscope |`){name}\b", readme)


@pytest.mark.parametrize(
    ("command", "unwanted"),
    [
        (
            "parse",
            "datasette starlette warcio sqlite3 scraper.crawl scraper.build scraper.site",
        ),
        ("build", "datasette starlette scraper.site scraper.sample"),
        ("export", "datasette starlette warcio scraper.site scraper.sample"),
    ],
)
def test_a_command_loads_nothing_that_only_others_need(
    command: str, unwanted: str, folder: DataFolder
) -> None:
    """Its start is most of what a short command takes."""
    page = folder.root / "page.txt"
    page.write_text("no post")
    given = {
        "parse": ["parse", page, "--url", "https://www.ombrelle.example/en/news/x/"],
        "build": ["build", "--data", folder.root],
        "export": ["export", "--data", folder.root],
    }
    _, loaded = modules_of(*given[command])
    assert not set(unwanted.split()) & loaded

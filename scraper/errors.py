"""Every error a person can meet, with the exit status it ends the program with.

The tree:

    MikroscopeError                 1   something failed; the message is one clear line
    ├── WrongUsage                  2   the command line cannot be meant
    ├── BadInput                    1   a file that is missing, empty, binary or too large
    │   └── TooLarge                1   more bytes, blocks or levels than any page has
    ├── NotOfTheSeries              3   a page that is no post of the series, with the reason
    ├── ExpectationFailed           3   a check of expectations.yml failed; nothing was published
    ├── DataFolderError             1   the data folder cannot be read or written
    │   └── Busy                    1   another run holds the data folder
    ├── ArchiveError                1   a WARC file is damaged, or a record is not in it
    ├── FetchError                  1   a request that came to nothing
    │   ├── Refused                 1   not asked: robots.txt, another host, a private address
    │   └── GaveUp                  1   the host failed too often, or the run's limit was reached
    ├── OutOfTime                   1   a night that was ended by its own deadline
    └── DatabaseError               1   there is no database yet, or it cannot be published

Rule: an error's text says what was expected of what (file, URL, offset), on one line.
"""

from typing import ClassVar


class MikroscopeError(Exception):
    """Something failed; the message is one clear line for a person."""

    exit_status: ClassVar[int] = 1


class WrongUsage(MikroscopeError):
    """The command line cannot be meant as it stands."""

    exit_status = 2


class BadInput(MikroscopeError):
    """A file that is missing, empty, binary, or not what its name says."""


class TooLarge(BadInput):
    """More bytes, blocks or levels than any page of the series has."""


class NotOfTheSeries(MikroscopeError):
    """A page that is no post of the series; the message is the reason."""

    exit_status = 3


class ExpectationFailed(MikroscopeError):
    """A check of expectations.yml failed; the last good publication stays."""

    exit_status = 3


class DataFolderError(MikroscopeError):
    """The data folder cannot be read or written."""


class Busy(DataFolderError):
    """Another run holds the data folder."""


class ArchiveError(MikroscopeError):
    """A WARC file is damaged, or a record is not where it should be."""


class FetchError(MikroscopeError):
    """A request came to nothing."""


class Refused(FetchError):
    """A request that was not made: robots.txt, another host, a private address."""


class GaveUp(FetchError):
    """The host failed too often, or the limit of requests was reached."""


class OutOfTime(MikroscopeError):
    """A night took longer than its deadline and was ended."""


class DatabaseError(MikroscopeError):
    """There is no database yet, or it cannot be read or published."""

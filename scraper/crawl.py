"""The run that goes to the network, or to files, and comes back with an archive.

Rule: it reads as the list of its steps. What a run did is the last record of its segment.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import BinaryIO

from scraper.archive import Archive, Segment
from scraper.errors import BadInput, WrongUsage
from scraper.fetch import Fetcher
from scraper.models import Run
from scraper.sources import commoncrawl, files, site, wayback
from scraper.sources.intake import Intake
from scraper.sources.work import (
    Classify,
    Plan,
    Report,
    Skip,
    Tally,
    Work,
    nothing,
)
from scraper.urls import authorities_of, authority_of

# Where each source is asked, if `Plan.endpoint` names no stand-in.
ENDPOINTS = {
    "site": (),
    "wayback": (wayback.ENDPOINT,),
    "commoncrawl": (commoncrawl.INDEX, commoncrawl.DATA),
}
MOST_REASONS = 20  # of failures, at the end of a run
VISITS: dict[str, Callable[[Work], None]] = {
    "wayback": wayback.visit,
    "commoncrawl": commoncrawl.visit,
}


def hosts_of(plan: Plan) -> frozenset[str]:
    """Return each `host:port` that a plan may ask: what a Fetcher needs as `hosts`.

    Raises WrongUsage for a source or URL that cannot be meant.
    """
    if plan.source not in ENDPOINTS:
        raise WrongUsage(f"expected a source of {', '.join(ENDPOINTS)}, got {plan.source!r}")
    site_hosts = authorities_of(plan.site)
    return site_hosts if plan.source == "site" else interfaces_of(plan)


def interfaces_of(plan: Plan) -> frozenset[str]:
    """Return those hosts that are asked through an interface documented for programs."""
    if plan.source == "site":
        return frozenset()
    endpoints = (plan.endpoint,) if plan.endpoint else ENDPOINTS[plan.source]
    return frozenset(authority_of(endpoint) for endpoint in endpoints)


def crawl(  # the composition root's parts, each by its place in the run
    archive: Archive,
    fetcher: Fetcher,
    plan: Plan,
    known_urls: Sequence[str],
    classify: Classify,
    report: Report,
) -> Run:
    """Bring the archive up to date from one source; return what the run did.

    `classify` says of a decoded body, its URL and media type whether it is a post of the series; a
    post of the REST API comes as its JSON object, as `application/json`. What failed is counted and
    named in the segment's result and does not end the run. Raises DataFolderError where the archive
    cannot be written, WrongUsage.
    """
    hosts_of(plan)
    _repair(archive, report)
    with archive.begin(plan.source, _settings(fetcher, plan), fetcher.clock.now()) as segment:
        work = Work(archive, segment, fetcher, plan, classify, report)
        if plan.source == "site":
            site.visit(work, tuple(known_urls))
        else:
            VISITS[plan.source](work)
        asked = fetcher.requests, fetcher.bytes
        run = _finish(segment, work.tally, fetcher.clock.now(), asked)
    for line in summary(run, work.tally):
        report.note(line)
    return run


def summary(run: Run, tally: Tally) -> list[str]:
    """Return what a person reads at the end of a run, line by line; the reasons of failures last."""
    found = ", ".join(f"{count} by {by}" for by, count in run.found)
    seconds = max(0.0, (run.finished - run.started).total_seconds()) if run.finished else 0
    told = (
        f"fetched: {run.fetched} ({run.new} new, {run.changed} changed,"
        f" {tally.not_of_series} not of the series); unchanged: {run.unchanged};"
        f" gone: {run.gone}; failed: {run.failed}"
    )
    reasons = [f"failed: {reason}" for reason in tally.failures.values()]
    more = len(reasons) - MOST_REASONS
    return [
        f"found: {found or 'nothing'}",
        told,
        f"asked: {run.requests} requests, {run.bytes} bytes, {seconds:.0f} s",
        *reasons[:MOST_REASONS],
        *([f"… and {more} more; the run's result names them all"] if more > 0 else []),
    ]


def line_of(run: Run) -> str:
    """Return one line on a crawl or an import."""
    seconds = (run.finished - run.started).total_seconds() if run.finished else 0
    return (
        f"{run.source}: {run.fetched} fetched ({run.new} new, {run.changed} changed),"
        f" {run.unchanged} unchanged, {run.gone} gone,"
        f" {run.failed} failed; {run.requests} requests, {run.bytes} bytes, {seconds:.0f} s"
    )


def import_paths(  # as above
    archive: Archive,
    paths: Sequence[str],
    url: str | None,
    now: Callable[[], datetime],
    stdin: BinaryIO,
    report: Report,
    skip: Skip = nothing,
) -> Run:
    """Put files into the archive: WARC, WET, HTML, text, folders, `-`; return what the run did.

    `url` is the URL of a page or text that does not say its own; what `skip` tells of stays out. Raises BadInput for a named file
    that is missing, empty, binary or damaged (nothing is written if it is the first), WrongUsage.
    """
    started = now()
    found = files.items(paths, url, started, stdin)
    first = next(found, None)
    if first is None:
        raise BadInput(f"{', '.join(paths)}: no page found")
    _repair(archive, report)
    with archive.begin("files", {"paths": " ".join(paths)}, started) as segment:
        intake, tally = Intake(archive, segment, skip), Tally()
        try:
            _take_all(chain([first], found), intake, tally, report)
        finally:
            run = _finish_import(segment, intake, tally, now())
            for line in (*run.notes, *summary(run, tally)):
                report.note(line)
    return run


def _take_all(
    found: Iterable[files.Item | BadInput], intake: Intake, tally: Tally, report: Report
) -> None:
    try:
        for number, item in enumerate(found):
            if isinstance(item, BadInput):
                tally.failures[f"item {number}"] = str(item)
                report.note(f"left out: {item}")
                continue
            report.step(f"importing {item.origin}", number, None)
            try:
                intake.take(item)
            except BadInput as error:  # one odd record is not the end of its file
                tally.failures[f"item {number}"] = f"{item.origin}: a record: {error}"
                report.note(f"left out: {tally.failures[f'item {number}']}")
    finally:
        intake.settle()


def _finish_import(segment: Segment, intake: Intake, tally: Tally, now: datetime) -> Run:
    tally.found["files"] = intake.counts.total() - intake.counts["of other pages"]
    tally.fetched, tally.unchanged = intake.counts["stored"], intake.counts["unchanged"]
    tally.new = intake.new
    tally.changed = tally.fetched - tally.new
    told = {"stored", "unchanged"}  # by the summary
    aside = sorted((why, count) for why, count in intake.counts.items() if why not in told)
    tally.notes += [f"{why}: {count}" for why, count in aside]
    return _finish(segment, tally, now, (0, intake.bytes))


def _repair(archive: Archive, report: Report) -> None:
    for found in archive.repair():
        report.note(found)


def _settings(fetcher: Fetcher, plan: Plan) -> dict[str, str]:
    """Return what a run's warcinfo says of how it asked (WARC 1.1 §6.2)."""
    endpoint = {"endpoint": plan.endpoint} if plan.endpoint else {}
    limit = fetcher.limits.max_requests
    return {
        "robots": "classic",
        "http-header-user-agent": fetcher.agent,
        "site": plan.site,
        "delay": f"{fetcher.delay:g}",
        "max-requests": "none" if limit is None else str(limit),
        "full": str(plan.full).lower(),
        **endpoint,
    }


def _finish(segment: Segment, tally: Tally, now: datetime, asked: tuple[int, int]) -> Run:
    """Write a run's result and return it."""
    run = replace(
        segment.run,
        finished=now,
        requests=asked[0],
        bytes=asked[1],
        fetched=tally.fetched,
        unchanged=tally.unchanged,
        gone=tally.gone,
        failed=len(tally.failures),
        notes=tuple(tally.notes),
        new=tally.new,
        changed=tally.changed,
        found=tuple(sorted(tally.found.items())),
    )
    details = {
        **tally.details,
        "failures": tally.failures,
        "not_of_series": tally.not_of_series,
    }
    segment.finish(run, details)
    return run

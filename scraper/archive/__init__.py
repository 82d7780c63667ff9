"""The archive: WARC 1.1 files, one segment a run, one gzip member a record. The truth.

Rule: a completed record is never touched again, but by erasure. What stands beside a segment
(`*.index.json`) is derived, and made again when it does not fit.

record: bytes of records · reading: records of any WARC file (the only user of warcio) · members:
segments as gzip files · listing: what a segment holds · segment: a run's file while it is written ·
checking: whether it is whole · purge: erasure · store: the folder of them all.
"""

from scraper.archive.checking import Damage
from scraper.archive.reading import Record, exchange_of, read_records
from scraper.archive.record import MAX_BODY, decoded, hex_digest, parse_date, warc_date
from scraper.archive.segment import Segment
from scraper.archive.store import Archive

__all__ = [
    "MAX_BODY",
    "Archive",
    "Damage",
    "Record",
    "Segment",
    "decoded",
    "exchange_of",
    "hex_digest",
    "parse_date",
    "read_records",
    "warc_date",
]

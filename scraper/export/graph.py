"""The baton as a graph, people and who named whom, in GraphML and GEXF for Gephi and networkx.

Rule: XML is written as it is read from the database, one line a fact, nodes and edges in the order
of their ids. What is not known has no line.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any
from xml.sax.saxutils import quoteattr

from scraper.export.content import Content
from scraper.export.xml import escaped, legal

_NODE = ("name", "studio", "role", "published")
_EDGE = ("status", "date", "quote")
_PEOPLE = """
SELECT id, name, studio, role,
       (SELECT min(published) FROM main.interviews WHERE person_id = people.id) AS published
FROM people ORDER BY id
"""
# Days are those of the whole archive, whatever was chosen: a choice makes nothing later than it was.
# An edge's day is that of the first post that says so; of several sentences the nominator's is told.
_NOMINATIONS = """
SELECT id, nominator_id, nominee_id, status,
       (SELECT min(published) FROM main.evidence JOIN main.posts ON posts.id = post_id
        WHERE nomination_id = nominations.id) AS date,
       (SELECT quote FROM evidence WHERE nomination_id = nominations.id
        ORDER BY "end", id LIMIT 1) AS quote
FROM nominations ORDER BY id
"""
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def write_graphml(content: Content, file: IO[str]) -> None:
    """Write the graph as GraphML 1.0 (http://graphml.graphdrawing.org/specification.html)."""
    file.write(f'{_HEAD}<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n')
    for place, names in (("node", _NODE), ("edge", _EDGE)):
        for name in names:
            key = f'id="{place}-{name}" for="{place}" attr.name="{name}" attr.type="string"'
            file.write(f"<key {key}/>\n")
    with _element(file, "graph", {"id": "baton", "edgedefault": "directed"}):
        for person in content.query(_PEOPLE):
            with _element(file, "node", {"id": person["id"]}):
                _data(file, "node", _NODE, person)
        for edge in content.query(_NOMINATIONS):
            with _element(file, "edge", _ends(edge)):
                _data(file, "edge", _EDGE, edge)
    file.write("</graphml>\n")


def write_gexf(content: Content, file: IO[str]) -> None:
    """Write the graph as GEXF 1.3 (https://gexf.net/primer.html)."""
    file.write(f'{_HEAD}<gexf xmlns="http://gexf.net/1.3" version="1.3">\n')
    with _element(file, "graph", {"mode": "static", "defaultedgetype": "directed"}):
        for place, names in (("node", _NODE), ("edge", _EDGE)):
            with _element(file, "attributes", {"class": place}):
                for name in names:
                    file.write(f'<attribute id="{name}" title="{name}" type="string"/>\n')
        with _element(file, "nodes", {}):
            for person in content.query(_PEOPLE):
                with _element(file, "node", {"id": person["id"], "label": person["name"]}):
                    _values(file, _NODE, person)
        with _element(file, "edges", {}):
            for edge in content.query(_NOMINATIONS):
                with _element(file, "edge", _ends(edge)):
                    _values(file, _EDGE, edge)
    file.write("</gexf>\n")


@contextmanager
def _element(file: IO[str], name: str, attributes: dict[str, str]) -> Iterator[None]:
    """Write an element around what is written inside."""
    said = "".join(f" {key}={quoteattr(legal(value))}" for key, value in attributes.items())
    file.write(f"<{name}{said}>\n")
    yield
    file.write(f"</{name}>\n")


def _ends(edge: Any) -> dict[str, str]:
    return {"id": edge["id"], "source": edge["nominator_id"], "target": edge["nominee_id"]}


def _data(file: IO[str], place: str, names: Iterable[str], row: Any) -> None:
    for name in names:
        if row[name] is not None:
            file.write(f'<data key="{place}-{name}">{escaped(row[name])}</data>\n')


def _values(file: IO[str], names: Iterable[str], row: Any) -> None:
    with _element(file, "attvalues", {}):
        for name in names:
            if row[name] is not None:
                value = quoteattr(legal(row[name]))
                file.write(f'<attvalue for="{name}" value={value}/>\n')

"""docs/findings.md tells of every code that the program reports, and of no other."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from fnmatch import fnmatchcase

import pytest

from tests.core.conftest import Crawled
from tests.core.program import ROOT, rows

DOCUMENT = ROOT / "docs" / "findings.md"
ROW = re.compile(r"^\| `([a-z-]+)` \| ([a-z ]+) \| (.+) \| (.+) \|$", re.MULTILINE)
ADD = "add the row to docs/findings.md: | `code` | severity | is told when | what to do |"
PLAIN = "write code and severity as text where the Finding is made, so that they can be looked up"


def documented() -> dict[str, set[str]]:
    """Return the severities of each code that the document tells of."""
    told = ROW.findall(DOCUMENT.read_text("utf-8"))
    assert len(told) == len({code for code, *_ in told}), "a code stands twice in docs/findings.md"
    return {code: set(severity.split(" or ")) for code, severity, *_ in told}


class Module:
    """One module of the program, and what the findings that it makes say."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.tree = ast.parse(text)
        self.constants = {
            target.id: node.value
            for node in self.tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }

    def findings(self) -> Iterator[tuple[str, str, str]]:
        """Yield (severity, code, place) of each Finding; `*` stands for what is filled in."""
        for function in [self.tree, *ast.walk(self.tree)]:
            if not isinstance(function, ast.FunctionDef | ast.Module):
                continue
            for call in self._own_calls(function, "Finding"):
                place = f"{self.name}:{call.lineno}"
                given = {word.arg: word.value for word in call.keywords}
                first = call.args[0] if call.args else given["severity"]
                second = call.args[1] if len(call.args) > 1 else given["code"]
                for severity, code in self._pairs(first, second, function, place):
                    yield severity, code, place

    def _pairs(
        self, first: ast.expr, second: ast.expr, function: ast.AST, place: str
    ) -> Iterator[tuple[str, str]]:
        """Yield severities with codes: where both hang on one condition, as it pairs them."""
        if (
            isinstance(first, ast.IfExp)
            and isinstance(second, ast.IfExp)
            and ast.dump(first.test) == ast.dump(second.test)
        ):
            yield from self._pairs(first.body, second.body, function, place)
            yield from self._pairs(first.orelse, second.orelse, function, place)
            return
        if isinstance(first, ast.Name) and isinstance(second, ast.Name):
            handed = list(self._handed(function, first.id, second.id))
            if handed:
                for one, other in handed:
                    yield from self._pairs(one, other, self.tree, place)
                return
        for severity in self._texts(first, function, place):
            for code in self._texts(second, function, place):
                yield severity, code

    def _texts(self, node: ast.expr, function: ast.AST, place: str) -> Iterator[str]:
        """Yield the texts an expression may be: written there, a constant, or a caller's."""
        if isinstance(node, ast.Constant):
            yield str(node.value)
        elif isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values
            )
        elif isinstance(node, ast.IfExp):
            yield from self._texts(node.body, function, place)
            yield from self._texts(node.orelse, function, place)
        elif isinstance(node, ast.Name) and node.id in self.constants:
            yield from self._texts(self.constants[node.id], self.tree, place)
        elif isinstance(node, ast.Name) and isinstance(function, ast.FunctionDef):
            yield from self._said_before(node.id, function, place)
        else:
            pytest.fail(f"{place}: {PLAIN}")

    def _handed(self, function: ast.AST, *names: str) -> Iterator[tuple[ast.expr, ...]]:
        """Yield what each caller hands over under `names`; nothing where one is no parameter."""
        if isinstance(function, ast.FunctionDef):
            arguments = [each.arg for each in function.args.args if each.arg != "self"]
            if set(names) <= set(arguments):
                places = [arguments.index(name) for name in names]
                for call in self._own_calls(self.tree, function.name, deep=True):
                    if len(call.args) > max(places):
                        yield tuple(call.args[at] for at in places)

    def _said_before(self, name: str, function: ast.FunctionDef, place: str) -> Iterator[str]:
        """Yield what a local name is given, in the function or by those who call it."""
        values: list[tuple[ast.expr, ast.AST]] = [
            (node.value, function)
            for node in ast.walk(function)
            if isinstance(node, ast.Assign)
            and any(isinstance(to, ast.Name) and to.id == name for to in node.targets)
        ]
        values += [(handed[0], self.tree) for handed in self._handed(function, name)]
        if not values:
            pytest.fail(f"{place}: {PLAIN}")
        for value, where in values:
            yield from self._texts(value, where, place)

    def _own_calls(self, root: ast.AST, name: str, *, deep: bool = False) -> Iterator[ast.Call]:
        """Yield the calls of a function in `root`, without those in functions inside it."""
        for node in ast.iter_child_nodes(root):
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else None
                if name in (called, node.func.id if isinstance(node.func, ast.Name) else None):
                    yield node
            if deep or not isinstance(node, ast.FunctionDef):
                yield from self._own_calls(node, name, deep=deep)


def in_the_code() -> dict[str, dict[str, set[str]]]:
    """Return code → severity → places, of every Finding that the program can make."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for path in sorted((ROOT / "scraper").rglob("*.py")):
        text = path.read_text("utf-8")
        if "Finding(" in text:
            for severity, code, place in Module(str(path.relative_to(ROOT)), text).findings():
                found[code][severity].add(place)
    return found


def test_every_code_is_told_of() -> None:
    """With the severities that it can have."""
    told = documented()
    codes = in_the_code()
    for code, severities in codes.items():
        places = ", ".join(sorted(set().union(*severities.values())))
        others = codes.keys() - {code}  # `no-*` may be filled in to anything but these
        meant = [each for each in told if fnmatchcase(each, code) and each not in others]
        assert meant, f"`{code}` ({places}) is not documented: {ADD}"
        for each in meant:
            assert told[each] == set(severities), (
                f"`{each}` ({places}) can be {sorted(severities)}; docs/findings.md says otherwise"
            )


def test_no_code_is_told_of_in_vain() -> None:
    """A code that is no longer reported leaves the document."""
    codes = list(in_the_code())
    stale = [each for each in documented() if not any(fnmatchcase(each, code) for code in codes)]
    assert stale == [], (
        f"nothing in scraper/ reports {stale}: take the rows out of docs/findings.md"
    )


def test_what_a_build_reports_is_told_of(crawled: Crawled) -> None:
    """The codes and severities in the sample's database are in the document."""
    told = documented()
    found = rows(crawled.root / "mikroscope.db", "SELECT DISTINCT code, severity FROM findings")
    assert found
    for code, severity in found:
        assert severity in told[code]


def test_the_code_is_looked_through() -> None:
    """Findings whose code is written, filled in, chosen, a constant, or handed over are all found."""
    text = """
WHY = "constant"

def direct(fact):
    yield Finding("note", f"no-{fact}", "said")
    yield Finding("error", WHY, "said")
    yield Finding("note" if fact else "warning", "one" if fact else "other", "said")

class Reader:
    def report(self, severity, code, said):
        self.findings.append(Finding(severity, code, said))

    def read(self):
        self.report("error", "handed-over", "said")
"""
    told = {(severity, code) for severity, code, _ in Module("m", text).findings()}
    assert told == {
        ("note", "no-*"), ("error", "constant"), ("note", "one"), ("warning", "other"),
        ("error", "handed-over"),
    }  # fmt: skip

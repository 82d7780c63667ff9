"""Everything that is checked but the tests: format, lint, types, layers, documentation.

`python check.py` runs all of it and says what failed; `python check.py --tests` runs the tests too.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent
BIN = Path(sys.executable).parent

CHECKS = {
    "format": [BIN / "ruff", "format", "--check", "."],
    "lint": [BIN / "ruff", "check", "."],
    "types": [BIN / "mypy"],
    "layers": [BIN / "lint-imports"],
}
TESTS = {"tests": [sys.executable, "-m", "pytest"]}
DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CHANGELOG.md", "docs/data-dictionary.md")
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
MODULE = re.compile(r"^\| `(scraper/[\w./]*|tests/|benchmarks/)` \|", re.MULTILINE)


def broken_links() -> list[str]:
    """Return the links of the documents that lead to no file."""
    return [
        f"{name}: no such file: {target}"
        for name in DOCUMENTS
        for target in LINK.findall((ROOT / name).read_text("utf-8"))
        if not ((ROOT / name).parent / target).exists()
    ]


def unmapped_modules() -> list[str]:
    """Return the rooms of the house that ARCHITECTURE.md does not name, or names in vain."""
    named = set(MODULE.findall((ROOT / "ARCHITECTURE.md").read_text("utf-8")))
    rooms = {
        f"scraper/{path.name}{'/' if path.is_dir() else ''}"
        for path in (ROOT / "scraper").iterdir()
        if path.suffix in (".py", ".sql") or (path.is_dir() and (path / "__init__.py").exists())
        if not path.name.startswith("__")
    } | {"tests/", "benchmarks/"}
    return [f"ARCHITECTURE.md: {room} is not in the map" for room in sorted(rooms - named)] + [
        f"ARCHITECTURE.md: {room} does not exist" for room in sorted(named - rooms)
    ]


def stale_dictionary() -> list[str]:
    """Return what is wrong where docs/data-dictionary.md is not what its sources say."""
    made = subprocess.run(
        [sys.executable, "-m", "scraper.dictionary"], cwd=ROOT, capture_output=True, check=False
    )
    if made.returncode:
        return [f"the data dictionary cannot be made: {made.stderr.decode().strip()}"]
    if made.stdout == (ROOT / "docs" / "data-dictionary.md").read_bytes():
        return []
    again = "`python -m scraper.dictionary > docs/data-dictionary.md`"
    return [f"docs/data-dictionary.md is stale: run {again}"]


def main() -> int:
    """Run the checks; return how many failed."""
    failed = []
    for name, command in (CHECKS | (TESTS if "--tests" in sys.argv[1:] else {})).items():
        print(f"== {name}", flush=True)
        if subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode:
            failed.append(name)
    print("== documentation", flush=True)
    faults = broken_links() + unmapped_modules() + stale_dictionary()
    print("\n".join(faults) or "ok")
    if faults:
        failed.append("documentation")
    print(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())

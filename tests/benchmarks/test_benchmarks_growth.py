"""An archive that grows: every command that is measured on it really runs."""

from pathlib import Path

from benchmarks.growth import costs_of, table

POSTS = 40


def test_every_command_is_measured(tmp_path: Path) -> None:
    """The one that erases is the last."""
    costs = dict(costs_of(tmp_path / "data", POSTS))
    assert list(costs)[-1] == "forget"
    assert all(took.cpu > 0 and took.peak > 0 for took in costs.values())
    said = table({POSTS: costs})
    assert all(f"| {POSTS} | {name} |" in said for name in costs)

"""A random user breaks nothing: no traceback, no warning of Qt, no dialog that blocks."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.scale import SEED, Report, long_test, scaled
from tests.processes import python

pytestmark = long_test


def one_window(engine: str, seed: str, events: int, folder: Path) -> dict[str, Any]:
    """Let a random user at a window of its own; return what it did."""
    folder.mkdir()
    arguments = (engine, seed, str(events), str(folder))
    done = python("-m", "tests.integration.random_user", *arguments, QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 0, f"seed {seed}: {done.returncode}\n{done.stderr[-5000:]}"
    told: dict[str, Any] = json.loads(done.stdout)
    recent = "\n".join(told["recent"])
    assert not told["complaints"], f"seed {seed}: {told['complaints']} after\n{recent}"
    return told


# Worth its seconds: it finds what nobody thought of; each window is a process, as for users.
@pytest.mark.parametrize(
    ("engine", "count"), [("quick", scaled(100, 10_000)), ("real", scaled(60, 1000))]
)
def test_that_a_random_user_breaks_nothing(
    engine: str, count: int, tmp_path: Path, report: Report
) -> None:
    windows = done = 0
    while done < count:
        seed = f"{SEED}-{engine}-{windows}"
        told = one_window(engine, seed, count - done, tmp_path / seed)
        done, windows = done + told["done"], windows + 1

    report(
        f"random user: {done:,} events in {windows} windows with the {engine} engine: "
        f"0 tracebacks, 0 warnings of Qt, exit code 0 (seed {SEED})"
    )

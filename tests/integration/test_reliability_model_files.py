"""Mutated model files: refused by a sentence, or opened as finite models; never a crash."""

import json
from pathlib import Path

from tests.engine.language_model.test_checkpoint_bad_files import BAD_FILES
from tests.integration.scale import SEED, Report, long_test, scaled
from tests.processes import python

pytestmark = long_test

MOST_CALLS = 10_000  # of Python and of built-in functions; 2,400 were seen
CRAFTED = 60


def test_that_mutated_model_files_are_refused_or_opened_finite(
    tmp_path: Path, report: Report
) -> None:
    count = scaled(500, 10_000)

    arguments = (str(count), str(SEED), str(tmp_path))
    result = python("-m", "tests.integration.mutate_models", *arguments)

    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["outcomes"].keys() == {"refused", "opened"}, found
    assert found["events"] == {}
    assert found["most_calls"] < MOST_CALLS
    memory = "within 64 MiB more memory" if found["is_limited"] else "memory not limited here"
    report(
        f"mutated model files: {count:,}, of which {found['outcomes']['refused']:,} refused and "
        f"{found['outcomes']['opened']:,} opened with finite numbers; no other exception, no code "
        f"run, no other file opened, {memory}, at most {found['most_calls']:,} calls for a file, "
        f"slowest {1000 * found['slowest_s']:.1f} ms"
    )


def test_that_enough_crafted_model_files_are_refused_elsewhere(report: Report) -> None:
    assert len(BAD_FILES) >= CRAFTED

    report(f"crafted model files: {len(BAD_FILES)} refused, each with its reason")

"""The window closes at any instant of the main job: with code 0, and nothing stays."""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.integration.scale import SEED, Report, long_test, scaled
from tests.processes import python

pytestmark = long_test

LONGEST_MS = 1800  # by then the small corpus is prepared, trained on and asked for sentences


# Worth its seconds: only the whole program, in a process of its own, ends as it does for users.
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_that_the_program_ends_cleanly_at_any_instant(tmp_path: Path, report: Report) -> None:
    count = scaled(2, 200)

    arguments = (str(count), str(SEED), str(tmp_path), str(LONGEST_MS))
    result = python("-m", "tests.integration.closing", *arguments, QT_QPA_PLATFORM="offscreen")

    assert result.returncode == 0, result.stderr
    closings: list[dict[str, Any]] = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(closings) == count
    for closing in closings:
        assert closing["exit_code"] == 0, closing
        assert closing["output"] == "", closing
        assert not closing["is_process_left"], closing
    seconds = sorted(closing["seconds"] for closing in closings)
    doing = Counter(closing["doing"].split(" ")[0] for closing in closings)
    still = sum(closing["still"] for closing in closings)
    report(
        f"close: at {count} instants ({', '.join(f'{n} {d}' for d, n in doing.most_common())}): "
        f"exit code 0, nothing on the terminal, no process left; median {seconds[count // 2]:.2f} "
        f"s, slowest {seconds[-1]:.2f} s"
        + (f" (without {still:.0f} s in which the machine stood still)" if still else "")
    )

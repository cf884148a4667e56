"""Nothing listens and nothing calls: the main job opens no socket of a network."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT
from tests.integration.closing import write_csv
from tests.integration.scale import FULL, Report, long_test

pytestmark = long_test

ROWS, MANY_ROWS = 100, 40_000  # the latter are prepared by helper processes


def test_that_the_main_job_opens_no_socket(tmp_path: Path, report: Report) -> None:
    csv = write_csv(tmp_path / "comments.csv", MANY_ROWS if FULL else ROWS)
    folders = {name: str(tmp_path) for name in ("HOME", "XDG_DATA_HOME", "LOCALAPPDATA")}

    result = subprocess.run(
        [sys.executable, "-m", "tests.integration.watched_job", str(csv), str(tmp_path)],
        cwd=ROOT,
        env=os.environ | folders | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == []
    report("network: the main job in the window and five commands opened no socket")

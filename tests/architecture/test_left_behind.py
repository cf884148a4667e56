"""What the guard at the end of the suite would notice."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.left_behind import files_below, processes_left

needs_proc = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="this system does not list processes so"
)


@needs_proc
def test_that_a_child_that_still_runs_is_noticed() -> None:
    with subprocess.Popen(["sleep", "600"]) as child:  # noqa: S607
        found = processes_left()
        child.kill()

    assert any(line.startswith(f"{child.pid}: sleep 600") for line in found)
    assert not any(line.startswith(f"{child.pid}:") for line in processes_left())


@needs_proc
def test_that_a_process_whose_parent_has_ended_is_noticed() -> None:
    shell = ["sh", "-c", "sleep 600 >/dev/null 2>&1 & echo $!"]
    done = subprocess.run(shell, capture_output=True, text=True, check=True)
    orphan = int(done.stdout)

    found = processes_left()
    os.kill(orphan, signal.SIGKILL)

    assert any(line.startswith(f"{orphan}: sleep 600") for line in found)


def test_that_files_of_tools_and_sources_are_no_leftovers(tmp_path: Path) -> None:
    for name in ("left.csv", "new.py", ".coverage", ".hypothesis/example", "a/__pycache__/b.pyc"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    assert files_below(tmp_path) == {tmp_path / "left.csv"}

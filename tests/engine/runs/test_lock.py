"""Who holds a run: one trains, any number may look, and no look is in anybody's way."""

import os
import sys
import time
from pathlib import Path

import pytest

from engine.runs import lock
from engine.runs.lock import RunLock, is_held

if sys.platform == "win32":
    pytest.skip("locks are shared where there is flock", allow_module_level=True)
else:
    import fcntl


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "lock"
    RunLock(path).release()
    return path


class Looking:
    """Another process in the middle of `is_held`."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR)
        lock._lock(self._descriptor, is_shared=True)

    def end(self) -> None:
        os.close(self._descriptor)


def no_locks(*_: object) -> None:
    raise OSError(38, "Function not implemented")


def test_that_a_look_at_the_same_instant_is_not_taken_for_a_training(path: Path) -> None:
    other = Looking(path)

    assert not is_held(path)

    other.end()


def test_that_a_run_is_taken_although_somebody_looks(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Looking(path)
    monkeypatch.setattr(time, "sleep", lambda _: other.end())

    taken = RunLock(path)

    assert is_held(path)
    taken.release()
    assert not is_held(path)


def test_that_a_run_that_is_trained_is_not_taken_however_often_it_is_tried(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    first = RunLock(path)

    with pytest.raises(BlockingIOError):
        RunLock(path)

    assert 0.5 <= sum(waits) <= 2.0
    first.release()


def test_that_the_heartbeat_decides_where_a_disk_knows_no_locks(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fcntl, "flock", no_locks)
    taken = RunLock(path)
    is_held_now = is_held(path)

    os.utime(path, (0.0, 0.0))

    assert is_held_now
    assert not is_held(path)
    taken.release()

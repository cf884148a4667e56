"""Temporary files of killed saves are cleared away, and nothing else."""

import errno
import sys
from pathlib import Path

import pytest

from engine.files.atomic import remove_leftovers, write_durably
from tests.engine.files.test_atomic import NEW, OLD, content, free_descriptor


def test_that_only_leftovers_of_our_own_are_deleted(tmp_path: Path) -> None:
    ours = tmp_path / ".rnn-text-lab-0123456789abcdef.tmp"
    names = (".rnn-text-lab-notes.tmp", "a.tmp", "model", "0123456789abcdef.tmp")
    names += (".rnn-text-lab-0123456789abcdef", ".rnn-text-lab-0123456789abcde-.tmp")
    others = [tmp_path / name for name in (*names, ".rnn-text-lab-0123456789abcdef0.tmp")]
    for path in (ours, *others):
        path.write_bytes(OLD)

    free = free_descriptor()
    remove_leftovers(tmp_path)

    assert content(tmp_path).keys() == {path.name for path in others}
    assert free_descriptor() == free


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no flock")
def test_that_a_temporary_file_in_use_is_not_deleted(tmp_path: Path) -> None:
    import fcntl

    busy = tmp_path / ".rnn-text-lab-0123456789abcdef.tmp"
    with busy.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        write_durably(tmp_path / "model", NEW)

    assert content(tmp_path) == {"model": NEW, busy.name: b""}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no flock")
@pytest.mark.parametrize("holds_the_lock", [True, False], ids=["under way", "done"])
def test_that_a_temporary_file_that_another_save_clears_away_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, holds_the_lock: bool
) -> None:
    import fcntl

    real, others, free = fcntl.flock, [], free_descriptor()

    def clear_away_before(descriptor: int, flags: int) -> None:
        if not others:  # what remove_leftovers does in another process
            (temporary,) = tmp_path.iterdir()
            others.append(temporary.open("rb"))
            if holds_the_lock:
                real(others[0], fcntl.LOCK_EX)
            temporary.unlink()
        real(descriptor, flags)

    monkeypatch.setattr(fcntl, "flock", clear_away_before)

    write_durably(tmp_path / "model", NEW)

    others[0].close()
    assert content(tmp_path) == {"model": NEW}
    assert free_descriptor() == free


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no flock")
def test_that_a_disk_without_locks_is_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offered_nowhere(_descriptor: int, _flags: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", offered_nowhere)

    write_durably(tmp_path / "model", NEW)

    assert content(tmp_path) == {"model": NEW}


@pytest.mark.skipif(sys.platform == "win32", reason="a link needs a privilege there")
def test_that_a_link_with_the_name_of_a_leftover_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "notes").write_bytes(OLD)
    link = tmp_path / ".rnn-text-lab-0123456789abcdef.tmp"
    link.symlink_to(tmp_path / "notes")

    remove_leftovers(tmp_path)

    assert content(tmp_path) == {"notes": OLD, link.name: OLD}

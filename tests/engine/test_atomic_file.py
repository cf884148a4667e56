"""Writing a whole file or nothing."""

import errno
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from engine.atomic_file import explain_os_error, remove_leftovers, write_durably

OLD, NEW = b"old " * 100, b"new " * 200
CALLS = ("open", "write", "fsync", "fstat", "replace", "stat", "close")
ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS, errno.EFBIG)

# The same counting of calls for a process that kills itself in the middle.
KILLER = """
import os, signal, sys
from pathlib import Path
from engine import atomic_file

def counted(function):
    def call(*arguments, **keywords):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **keywords)
    return call

left = int(sys.argv[2])
for name in ("open", "write", "fsync", "fstat", "replace", "stat", "close"):
    setattr(os, name, counted(getattr(os, name)))
atomic_file.write_durably(Path(sys.argv[1]), b"new " * 200)
"""


def fail_at(
    monkeypatch: pytest.MonkeyPatch, name: str, number: int, code: int, *, for_ever: bool = False
) -> list[int]:
    """Let call `number` of os.`name` fail; return a list with the number of calls so far."""
    real, calls = getattr(os, name), [0]

    def failing(*arguments: Any, **keywords: Any) -> Any:
        calls[0] += 1
        if calls[0] == number or (for_ever and calls[0] > number):
            raise OSError(code, os.strerror(code))
        return real(*arguments, **keywords)

    monkeypatch.setattr(os, name, failing)
    return calls


def content(folder: Path) -> dict[str, bytes]:
    return {entry.name: entry.read_bytes() for entry in folder.iterdir()}


@pytest.mark.parametrize("code", ERRORS, ids=errno.errorcode.get)
@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("for_ever", [False, True], ids=["once", "for ever"])
def test_that_any_failing_call_leaves_the_old_or_the_new_file_and_nothing_else(
    tmp_path: Path, name: str, code: int, *, for_ever: bool
) -> None:
    target = tmp_path / "model"
    for number in range(1, 20):
        target.write_bytes(OLD)
        failed = False
        with pytest.MonkeyPatch.context() as patch:
            calls = fail_at(patch, name, number, code, for_ever=for_ever)
            try:
                write_durably(target, NEW)
            except OSError:
                failed = True
        folder = content(tmp_path)
        assert folder.keys() == {"model"}
        assert folder["model"] in ((OLD, NEW) if failed else (NEW,))
        if calls[0] < number:
            return  # every call has failed once
    pytest.fail("a save makes fewer calls than that")


def test_that_a_short_write_is_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda number, data: real(number, data[:7]))

    write_durably(tmp_path / "model", NEW)

    assert content(tmp_path) == {"model": NEW}


def test_that_a_lost_byte_is_noticed_before_the_old_file_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model").write_bytes(OLD)
    real = os.write
    monkeypatch.setattr(os, "write", lambda number, data: real(number, data[:-1]) + 1)

    with pytest.raises(OSError, match="799 of 800 bytes"):
        write_durably(tmp_path / "model", NEW)

    assert content(tmp_path) == {"model": OLD}


def test_that_ctrl_c_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_descriptor: int) -> None:
        raise KeyboardInterrupt

    (tmp_path / "model").write_bytes(OLD)
    monkeypatch.setattr(os, "fsync", interrupted)

    with pytest.raises(KeyboardInterrupt):
        write_durably(tmp_path / "model", NEW)

    assert content(tmp_path) == {"model": OLD}


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is not a signal of Windows")
def test_that_a_kill_at_any_call_leaves_the_old_or_the_new_file(tmp_path: Path) -> None:
    target = tmp_path / "model"
    for number in range(1, 40):
        target.write_bytes(OLD)
        command = [sys.executable, "-c", textwrap.dedent(KILLER), str(target), str(number)]
        done = subprocess.run(command, check=False, env={"PYTHONPATH": os.pathsep.join(sys.path)})
        assert target.read_bytes() in (OLD, NEW)
        if done.returncode == 0:
            assert number > 8
            break
        assert done.returncode == -signal.SIGKILL

    write_durably(target, NEW)  # the next save clears up after the killed ones

    assert content(tmp_path) == {"model": NEW}


def test_that_only_leftovers_of_our_own_are_deleted(tmp_path: Path) -> None:
    ours = tmp_path / ".rnn-text-lab-0123456789abcdef.tmp"
    others = [tmp_path / ".rnn-text-lab-notes.tmp", tmp_path / "a.tmp", tmp_path / "model"]
    for path in (ours, *others):
        path.write_bytes(OLD)

    remove_leftovers(tmp_path)

    assert content(tmp_path).keys() == {path.name for path in others}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no flock")
def test_that_a_temporary_file_in_use_is_not_deleted(tmp_path: Path) -> None:
    import fcntl

    busy = tmp_path / ".rnn-text-lab-0123456789abcdef.tmp"
    with busy.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        write_durably(tmp_path / "model", NEW)

    assert content(tmp_path) == {"model": NEW, busy.name: b""}


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are of POSIX")
def test_that_a_private_file_stays_private_and_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "model", tmp_path / "latest"
    target.write_bytes(OLD)
    target.chmod(0o600)
    link.symlink_to(target)

    write_durably(link, NEW)

    assert link.is_symlink()
    assert target.read_bytes() == NEW
    assert target.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["", "missing/model"])
def test_that_a_folder_as_target_or_a_missing_folder_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(OSError, match=r"folder|directory"):
        write_durably(tmp_path / name, NEW)

    assert content(tmp_path) == {}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_that_a_device_is_never_replaced() -> None:
    with pytest.raises(OSError, match="not a plain file"):
        write_durably(Path("/dev/full"), NEW)

    assert not Path("/dev/full").is_file()


@pytest.mark.parametrize("code", [*ERRORS, errno.EXDEV])
def test_that_every_error_has_a_reason_in_words(code: int) -> None:
    assert len(explain_os_error(OSError(code, os.strerror(code)))) > 10

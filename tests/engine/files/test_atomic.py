"""Writing a whole file or nothing."""

import errno
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.files.atomic import explain_os_error, replacing, try_to_write, write_durably

OLD, NEW = b"old " * 100, b"new " * 200
CALLS = ("open", "write", "fsync", "fstat", "replace", "stat", "close")
ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS, errno.EFBIG)
# The same counting of calls for a process that kills itself in the middle.
KILLER = """
import os, signal, sys
from pathlib import Path
from engine.files import atomic

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
atomic.write_durably(Path(sys.argv[1]), b"new " * 200)
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


def free_descriptor() -> int:
    """Return the number that the next file gets: a file left open makes it grow."""
    number = os.open(os.devnull, os.O_RDONLY)
    os.close(number)
    return number


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


def test_that_a_trial_meets_what_a_save_would_and_leaves_nothing(tmp_path: Path) -> None:
    free = free_descriptor()

    try_to_write(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        fail_at(patch, "write", 1, errno.ENOSPC)
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
            try_to_write(tmp_path)

    assert content(tmp_path) == {}
    assert free_descriptor() == free


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


def test_that_a_disk_that_is_gone_is_told_by_its_first_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model"
    path.write_bytes(b"old")

    def gone(*_args: object) -> None:
        raise OSError(errno.EIO, "gone")

    def cannot_be_removed(*_args: object, **_options: object) -> None:
        raise OSError(errno.EROFS, "not even removed")

    monkeypatch.setattr(Path, "replace", gone)
    monkeypatch.setattr(Path, "unlink", cannot_be_removed)
    with pytest.raises(OSError, match="gone"):
        write_durably(path, b"new")

    assert path.read_bytes() == b"old"


def test_that_a_disk_that_takes_nothing_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model").write_bytes(OLD)
    monkeypatch.setattr(os, "write", lambda _descriptor, _data: 0)

    with pytest.raises(OSError, match="took no more bytes"):
        write_durably(tmp_path / "model", NEW)

    assert content(tmp_path) == {"model": OLD}


def test_that_what_is_written_in_pieces_is_there_when_the_block_has_ended(tmp_path: Path) -> None:
    (tmp_path / "model").write_bytes(OLD)
    free = free_descriptor()

    with replacing(tmp_path / "model") as descriptor:
        os.write(descriptor, NEW[:5])
        assert (tmp_path / "model").read_bytes() == OLD
        os.write(descriptor, NEW[5:])

    assert content(tmp_path) == {"model": NEW}
    assert free_descriptor() == free


def test_that_on_windows_a_file_is_closed_before_it_takes_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.files.atomic.sys", SimpleNamespace(platform="win32"))
    free, real, seen = free_descriptor(), Path.replace, []

    def replace(self: Path, target: Path) -> Path:
        seen.append(free_descriptor())
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)

    write_durably(tmp_path / "model", NEW)

    assert seen == [free]
    assert content(tmp_path) == {"model": NEW}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows flushes no folders")
@pytest.mark.parametrize(("is_durable", "flushed"), [(True, ["file", "folder"]), (False, [])])
def test_that_only_a_durable_write_waits_for_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_durable: bool, flushed: list[str]
) -> None:
    import stat

    seen: list[str] = []

    def flush(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        assert (tmp_path / "model").exists() == is_folder, "the file first, then its name"
        seen.append("folder" if is_folder else "file")

    monkeypatch.setattr(os, "fsync", flush)

    with replacing(tmp_path / "model", is_durable=is_durable) as descriptor:
        os.write(descriptor, NEW)

    assert seen == flushed


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are of POSIX")
def test_that_a_new_file_has_the_permissions_asked_for(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_durably(tmp_path / "model", NEW)
        write_durably(tmp_path / "secret", NEW, new_mode=0o600)
        os.umask(0)
        with replacing(tmp_path / "table") as descriptor:
            os.write(descriptor, NEW)
    finally:
        os.umask(before)

    assert (tmp_path / "model").stat().st_mode & 0o777 == 0o644
    assert (tmp_path / "table").stat().st_mode & 0o777 == 0o666
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(sys.platform == "win32", reason="there a folder is no file to open")
@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOTSUP, errno.EACCES, errno.EBADF])
def test_that_a_disk_that_cannot_flush_a_folder_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    fail_at(monkeypatch, "fsync", 2, code)

    write_durably(tmp_path / "model", NEW)

    assert content(tmp_path) == {"model": NEW}


def test_that_a_folder_that_was_not_flushed_is_an_error_and_the_new_file_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_at(monkeypatch, "fsync", 2, errno.EIO)

    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        write_durably(tmp_path / "model", NEW)

    assert content(tmp_path) == {"model": NEW}


@pytest.mark.parametrize("name", ["a\0b", "a\ud800b"])
def test_that_a_name_that_no_file_has_is_an_error_of_the_system(tmp_path: Path, name: str) -> None:
    with pytest.raises(OSError, match="no file can have that name") as caught:
        write_durably(tmp_path / name, NEW)

    assert caught.value.errno == errno.EILSEQ


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


@pytest.mark.parametrize(("name", "code"), [("", errno.EISDIR), ("missing/model", errno.ENOENT)])
def test_that_a_folder_as_target_or_a_missing_folder_is_an_error(
    tmp_path: Path, name: str, code: int
) -> None:
    with pytest.raises(OSError, match=tmp_path.name) as caught:
        write_durably(tmp_path / name, NEW)

    assert caught.value.errno == code
    assert content(tmp_path) == {}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_that_a_pipe_is_never_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")  # a device of the system would be lost where this fails

    with pytest.raises(OSError, match="not a plain file"):
        write_durably(tmp_path / "pipe", NEW)

    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.parametrize("code", [*ERRORS, errno.EXDEV])
def test_that_every_error_has_a_reason_in_words(code: int) -> None:
    assert len(explain_os_error(OSError(code, os.strerror(code)))) > 10


def test_that_an_error_without_a_number_is_told_in_its_own_words() -> None:
    assert explain_os_error(OSError("the cable is out")) == "of an error: the cable is out"
    assert explain_os_error(OSError(errno.EXDEV, "odd")) == "of an error: odd"

"""What is written into a run's folder, and its thread when the program is to end."""

import errno
import json
import math
import os
import signal
import threading
from pathlib import Path

import pytest

from engine.runs.folder import RunFolder, as_json, cannot, copy_run
from engine.runs.writer import BackgroundWriter
from tests.patience import HANGS_AFTER_S


def test_that_a_ctrl_c_while_it_writes_is_not_taken_for_its_end() -> None:
    may_end, main_thread = threading.Event(), threading.main_thread().ident
    assert main_thread is not None

    def write() -> None:
        signal.pthread_kill(main_thread, signal.SIGINT)
        may_end.wait(HANGS_AFTER_S)

    writer = BackgroundWriter(lambda: None, HANGS_AFTER_S)
    writer.submit(write)
    with pytest.raises(KeyboardInterrupt):
        writer.finish(HANGS_AFTER_S)

    assert not writer.finish(0.0)
    may_end.set()
    assert writer.finish(HANGS_AFTER_S)


def test_that_a_line_that_a_crash_cut_off_spoils_no_other(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.events_path.write_bytes(b'{"a": 1}\n{"b"')

    for line in (b'{"c": 3}\n', b'{"d": 4}\n'):
        descriptor = folder.open_events()
        os.write(descriptor, line)
        os.close(descriptor)

    assert folder.events_path.read_bytes() == b'{"a": 1}\n{"b"\n{"c": 3}\n{"d": 4}\n'


def test_that_a_number_that_no_json_has_is_never_written() -> None:
    with pytest.raises(ValueError, match="JSON"):
        as_json({"loss": math.nan})


def test_that_a_folder_that_is_there_is_described_anew(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "runs" / "20250902-140501-000001")

    for number, name in enumerate(("First", "Second")):
        folder.make({"number": number}, name)

    assert json.loads(folder.description_path.read_text()) == {"number": 1}
    assert json.loads(folder.label_path.read_text())["name"] == "Second"


def test_that_what_was_begun_long_ago_and_never_made_is_removed(tmp_path: Path) -> None:
    old, new = tmp_path / ".old.new", tmp_path / ".young.new"
    for path in (old, new):
        path.mkdir()
    os.utime(old, (0, 0))

    RunFolder(tmp_path / "20250902-140501-000001").make({}, "")

    assert (old.exists(), new.exists()) == (False, True)


def test_that_a_copy_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    source, target = RunFolder(tmp_path / "one"), RunFolder(tmp_path / "two")
    source.make({"a": 1}, "")
    (source.path / ".half").touch()
    with monkeypatch.context() as patch:
        patch.setattr("shutil.copyfile", full)
        with pytest.raises(OSError, match="full"):
            copy_run(source, target)
    assert [path.name for path in tmp_path.iterdir()] == ["one"]

    copy_run(source, target)

    assert [path.name for path in target.path.iterdir()] == ["run.json"]


def test_that_a_run_that_cannot_be_changed_is_named() -> None:
    told = str(cannot("rename", Path("runs", "x"), OSError(errno.ENOSPC, "full")))

    assert told.startswith(f"The program could not rename the run in {Path('runs', 'x')}, because ")

"""What is written into a run's folder, and its thread when the program is to end."""

import math
import os
import signal
import threading
from pathlib import Path

import pytest

from engine.runs.folder import RunFolder, as_json
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

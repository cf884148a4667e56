"""The thread that writes a run's folder, when the program is to end."""

import signal
import threading

import pytest

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

"""Pause and stop between two threads, and reports at a limited rate."""

import threading

from engine.control import RunControl, Ticker
from tests.engine.support.runs import ScriptedClock
from tests.patience import HANGS_AFTER_S


def waiting_worker(control: RunControl) -> tuple[threading.Thread, list[bool]]:
    """Start a thread that asks once whether it may go on."""
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(control.proceed()), daemon=True)
    thread.start()
    return thread, answers


def test_that_a_fresh_control_lets_work_go_on() -> None:
    control = RunControl()

    assert control.proceed()
    assert not control.is_paused
    assert not control.is_stopped


def test_that_a_paused_worker_goes_on_when_resumed() -> None:
    control = RunControl()
    control.pause()
    thread, answers = waiting_worker(control)
    assert control.is_paused
    assert answers == []

    control.resume()
    thread.join(HANGS_AFTER_S)

    assert answers == [True]
    assert not control.is_paused


def test_that_a_stop_wakes_a_paused_worker() -> None:
    control = RunControl()
    control.pause()
    thread, answers = waiting_worker(control)

    control.stop()
    thread.join(HANGS_AFTER_S)

    assert answers == [False]
    assert control.is_stopped
    assert not control.is_paused


def test_that_a_pause_after_a_stop_does_not_block() -> None:
    control = RunControl()
    control.stop()

    control.pause()

    assert not control.is_paused
    assert not control.proceed()


def test_that_resuming_does_not_undo_a_stop() -> None:
    control = RunControl()
    control.stop()

    control.resume()

    assert control.is_stopped
    assert not control.proceed()


def test_that_a_ticker_is_due_once_an_interval() -> None:
    clock = ScriptedClock()
    ticker = Ticker(0.5, clock)

    due = []
    for seconds in (0.0, 0.4, 0.1, 0.0, 0.4, 2.0, 0.1, 0.4):
        clock.now_s += seconds
        due.append(ticker.is_due())

    assert due == [False, False, True, False, False, True, False, True]

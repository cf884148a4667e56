"""The runner: events in order, one end, and stops from every state."""

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from app.errors import TaskFailure
from app.tasks.task_runner import TaskRunner
from engine import CorpusError, Notice, RunControl
from tests.patience import HANGS_AFTER_S


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[TaskRunner]:
    runner = TaskRunner()
    yield runner
    assert runner.shutdown()


def endless_events(control: RunControl) -> Iterator[Notice]:
    yield Notice(text="started")
    while control.proceed():
        control.pause()  # waits in `proceed` without using the processor
        yield Notice(text="waiting")


def failing_events(error: Exception) -> Iterator[Notice]:
    yield Notice(text="before the failure")
    raise error


def run_to_end(qtbot: QtBot, runner: TaskRunner, events: Iterator[Notice]) -> TaskFailure | None:
    with qtbot.waitSignal(runner.ended) as ended:
        runner.start(lambda: events, RunControl())
    failure: TaskFailure | None = ended.args[0]
    return failure


def test_that_all_events_arrive_in_order_before_the_end(qtbot: QtBot, runner: TaskRunner) -> None:
    seen: list[object] = []
    runner.event_ready.connect(seen.append)
    runner.ended.connect(lambda failure: seen.append("ended"))

    run_to_end(qtbot, runner, iter([Notice(text="one"), Notice(text="two")]))

    assert seen == [Notice(text="one"), Notice(text="two"), "ended"]


def test_that_the_events_are_made_in_another_thread(qtbot: QtBot, runner: TaskRunner) -> None:
    threads: list[int] = []

    def make_events() -> Iterator[Notice]:
        threads.append(threading.get_ident())
        return iter(())

    with qtbot.waitSignal(runner.ended):
        runner.start(make_events, RunControl())

    assert threads != [threading.get_ident()]


def test_that_events_are_delivered_in_the_window_s_thread(qtbot: QtBot, runner: TaskRunner) -> None:
    threads: list[QThread] = []
    runner.event_ready.connect(lambda event: threads.append(QThread.currentThread()))

    run_to_end(qtbot, runner, iter([Notice(text="one")]))

    assert threads == [runner.thread()]


def test_that_an_engine_error_ends_with_its_sentence(qtbot: QtBot, runner: TaskRunner) -> None:
    failure = run_to_end(qtbot, runner, failing_events(CorpusError("No column 'body'.")))

    assert failure == TaskFailure(message="No column 'body'.", is_expected=True, details="")


def test_that_any_other_error_ends_with_its_traceback(qtbot: QtBot, runner: TaskRunner) -> None:
    failure = run_to_end(qtbot, runner, failing_events(ZeroDivisionError("by zero")))

    assert failure is not None
    assert not failure.is_expected
    assert "failing_events" in failure.details


def test_that_an_error_while_making_the_events_ends_the_job(
    qtbot: QtBot, runner: TaskRunner
) -> None:
    def make_events() -> Iterator[Notice]:
        raise ImportError("no torch")

    with qtbot.waitSignal(runner.ended) as ended:
        runner.start(make_events, RunControl())

    assert ended.args[0].message == "ImportError: no torch"


def test_that_stop_ends_a_paused_run(qtbot: QtBot, runner: TaskRunner) -> None:
    control = RunControl()
    with qtbot.waitSignal(runner.event_ready):
        runner.start(lambda: endless_events(control), control)
    runner.pause()

    with qtbot.waitSignal(runner.ended):
        runner.stop()

    assert not runner.is_busy


def test_that_pause_and_resume_show_in_is_paused(qtbot: QtBot, runner: TaskRunner) -> None:
    control = RunControl()
    release = threading.Event()

    def make_events() -> Iterator[Notice]:
        release.wait(HANGS_AFTER_S)
        return iter(())

    runner.start(make_events, control)
    runner.pause()
    assert runner.is_paused
    runner.resume()
    assert not runner.is_paused

    with qtbot.waitSignal(runner.ended):
        release.set()


def test_that_a_second_start_is_refused_while_busy(qtbot: QtBot, runner: TaskRunner) -> None:
    control = RunControl()
    runner.start(lambda: endless_events(control), control)

    with pytest.raises(RuntimeError, match="already running"):
        runner.start(lambda: iter(()), RunControl())


def test_that_a_slot_of_ended_may_start_the_next_job(qtbot: QtBot, runner: TaskRunner) -> None:
    ends: list[object] = []

    def start_next(failure: object) -> None:
        ends.append(failure)
        if len(ends) < 3:
            runner.start(lambda: iter(()), RunControl())

    runner.ended.connect(start_next)

    runner.start(lambda: iter(()), RunControl())
    qtbot.waitUntil(lambda: len(ends) == 3)

    assert ends == [None, None, None]


def test_that_shutdown_ends_a_running_job_and_says_so_once(
    qtbot: QtBot, runner: TaskRunner
) -> None:
    control = RunControl()
    ends: list[object] = []
    runner.ended.connect(ends.append)
    with qtbot.waitSignal(runner.event_ready):
        runner.start(lambda: endless_events(control), control)

    assert runner.shutdown()

    assert ends == [None]
    assert not runner.is_busy


def test_that_no_job_starts_after_a_shutdown(qtbot: QtBot, runner: TaskRunner) -> None:
    control = RunControl()
    runner.start(lambda: endless_events(control), control)
    runner.ended.connect(lambda _failure: runner.start(lambda: iter(()), RunControl()))

    assert runner.shutdown()

    assert not runner.is_busy


@pytest.mark.expects_log("did not stop within")
def test_that_shutdown_reports_a_job_that_does_not_listen(qtbot: QtBot, runner: TaskRunner) -> None:
    release = threading.Event()

    def make_events() -> Iterator[Notice]:
        release.wait(HANGS_AFTER_S)
        return iter(())

    runner.start(make_events, RunControl())

    assert not runner.shutdown(timeout_ms=1)
    release.set()


def test_that_busy_changed_tells_both_edges(qtbot: QtBot, runner: TaskRunner) -> None:
    edges: list[bool] = []
    runner.busy_changed.connect(edges.append)

    run_to_end(qtbot, runner, iter(()))

    assert edges == [True, False]


def test_that_many_short_jobs_leave_no_thread_behind(qtbot: QtBot, runner: TaskRunner) -> None:
    for _ in range(50):
        run_to_end(qtbot, runner, iter([Notice(text="short")]))

    qtbot.waitUntil(lambda: runner.findChildren(QThread) == [])

"""Work on kept runs goes on in order, away from the window's thread."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.errors import ErrorPresenter
from app.tasks.task_runner import TaskRunner
from app.tasks.work_queue import WorkQueue
from engine import RunError


class Bench(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.runner = TaskRunner(self)
        self.presenter = ErrorPresenter(self)
        self.messages: list[Any] = []
        self.presenter.message_requested.connect(self.messages.append)
        self.queue = WorkQueue(self.runner, self.presenter, self)
        self.results: list[Any] = []


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.queue.close()
    assert bench.runner.shutdown()


def test_that_work_is_done_in_its_order_and_in_another_thread(qtbot: QtBot, bench: Bench) -> None:
    threads = set()

    def work(number: int) -> int:
        threads.add(threading.get_ident())
        return number

    for number in range(3):
        bench.queue.do("Counting", lambda number=number: work(number), bench.results.append)
    qtbot.waitUntil(lambda: len(bench.results) == 3)

    assert bench.results == [0, 1, 2]
    assert threading.get_ident() not in threads


def test_that_a_failure_is_shown_and_the_next_work_is_done(qtbot: QtBot, bench: Bench) -> None:
    def fail() -> int:
        raise RunError("The disk is away.")

    with qtbot.waitSignal(bench.queue.failed) as failed:
        bench.queue.do("Reading", fail, bench.results.append)
        bench.queue.do("Reading", lambda: 2, bench.results.append)
    qtbot.waitUntil(lambda: bench.results == [2])

    assert failed.args == ["The disk is away."]
    assert [message.text for message in bench.messages] == ["The disk is away."]


def test_that_a_closed_queue_starts_nothing_more(qtbot: QtBot, bench: Bench) -> None:
    held = threading.Event()
    bench.queue.do("Waiting", held.wait, bench.results.append)
    bench.queue.do("Reading", lambda: 2, bench.results.append)

    bench.queue.close()
    with qtbot.waitSignal(bench.runner.ended):
        held.set()

    assert bench.results == []
    assert not bench.runner.is_busy

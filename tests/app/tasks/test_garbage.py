"""Cyclic garbage is collected in the window's thread and nowhere else."""

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.tasks.garbage import GarbageCollector


class Knot:
    """An object that holds itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collector(qapp: QApplication) -> Iterator[GarbageCollector]:
    parent = QObject()
    collector = GarbageCollector(parent)
    collector._timer.setInterval(1)
    collector.start()
    yield collector
    collector.stop()
    gc.unfreeze()


def test_that_the_automatic_collection_is_off_until_qt_has_gone(
    collector: GarbageCollector,
) -> None:
    gc.enable()
    collector.start()
    assert not gc.isenabled()

    collector.stop()

    assert not gc.isenabled(), "the window is destroyed next"


def test_that_garbage_is_collected_in_this_thread(
    collector: GarbageCollector, qtbot: QtBot
) -> None:
    collector.settle()
    threads: list[int] = []
    knot = Knot()
    gone = weakref.finalize(knot, lambda: threads.append(threading.get_ident()))
    del knot
    many = [Knot() for _ in range(2000)]  # enough for a collection to be due
    del many

    qtbot.waitUntil(lambda: not gone.alive)

    assert threads == [threading.get_ident()]


def test_that_what_is_settled_is_not_looked_at_again(collector: GarbageCollector) -> None:
    kept = [Knot()]

    collector.settle()

    assert gc.get_freeze_count() > 0
    assert all(found is not kept[0] for found in gc.get_objects())


def test_that_nothing_is_looked_at_while_pytorch_is_loaded(
    collector: GarbageCollector, qtbot: QtBot
) -> None:
    before = gc.get_freeze_count()
    knot = Knot()
    gone = weakref.finalize(knot, lambda: None)
    many = [knot, *(Knot() for _ in range(2000))]
    del knot, many

    qtbot.waitUntil(lambda: gc.get_freeze_count() > before)

    assert gone.alive

"""Typing and models reach a job at most so often: the newest of many values passes."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from app.generation.background.controller import Throttle
from tests.app.support.generation_fakes import FakeClock
from tests.app.support.widgets import child

INTERVAL_MS = 60_000  # the real timer never fires within a test


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def throttle(qtbot: QtBot, clock: FakeClock) -> Throttle:
    return Throttle(INTERVAL_MS, clock=clock)


@pytest.fixture
def passed(throttle: Throttle) -> list[object]:
    values: list[object] = []
    throttle.released.connect(values.append)
    return values


@pytest.fixture
def fire(throttle: Throttle, clock: FakeClock) -> Callable[[], None]:
    def fire_timer() -> None:
        clock.now_s += INTERVAL_MS / 1000.0
        timer = child(throttle, QTimer)
        assert timer.isActive()
        timer.stop()
        timer.timeout.emit()

    return fire_timer


def test_that_the_first_value_passes_at_once(throttle: Throttle, passed: list[object]) -> None:
    throttle.submit("a")

    assert passed == ["a"]


def test_that_only_the_newest_of_the_following_values_passes_when_the_interval_ends(
    throttle: Throttle, passed: list[object], fire: Callable[[], None]
) -> None:
    for value in ("a", "b", "c", "d"):
        throttle.submit(value)

    fire()

    assert passed == ["a", "d"]


def test_that_a_value_after_a_quiet_interval_passes_at_once(
    throttle: Throttle, passed: list[object], clock: FakeClock
) -> None:
    throttle.submit("a")
    clock.now_s += INTERVAL_MS / 1000.0

    throttle.submit("b")

    assert passed == ["a", "b"]


def test_that_trailing_values_keep_the_interval_between_them(
    throttle: Throttle, passed: list[object], fire: Callable[[], None]
) -> None:
    throttle.submit("a")
    throttle.submit("b")
    fire()

    throttle.submit("c")

    assert passed == ["a", "b"]
    throttle.cancel()


def test_that_a_cancelled_value_never_passes(throttle: Throttle, passed: list[object]) -> None:
    throttle.submit("a")
    throttle.submit("b")

    throttle.cancel()
    throttle.flush()

    assert passed == ["a"]


def test_that_flush_lets_the_waiting_value_through_once(
    throttle: Throttle, passed: list[object]
) -> None:
    throttle.submit("a")
    throttle.submit("b")

    throttle.flush()
    throttle.flush()

    assert passed == ["a", "b"]


def test_that_none_is_a_value_like_any_other(throttle: Throttle, passed: list[object]) -> None:
    throttle.submit(None)

    assert passed == [None]

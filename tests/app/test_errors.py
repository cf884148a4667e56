"""No failure is lost: each is logged and shown, wherever it was raised."""

import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Signal, qWarning
from pytestqt.qtbot import QtBot

from app.errors import (
    UNEXPECTED_ADVICE,
    ErrorPresenter,
    Message,
    TaskFailure,
    install_exception_hook,
)
from app.tasks.task_runner import TaskRunner
from engine import Notice, RunControl
from tests.conftest import CapturedExceptions


class Button(QObject):
    """Something with a signal, such as a button."""

    clicked = Signal()


@pytest.fixture
def presenter() -> ErrorPresenter:
    return ErrorPresenter()


@pytest.fixture
def messages(presenter: ErrorPresenter) -> list[Message]:
    shown: list[Message] = []
    presenter.message_requested.connect(shown.append)
    return shown


@pytest.fixture
def hook(presenter: ErrorPresenter) -> Iterator[None]:
    uninstall = install_exception_hook(presenter)
    yield
    uninstall()


def raise_in_slot() -> None:
    raise ZeroDivisionError("canary in a slot")


def test_that_an_exception_in_a_slot_fails_a_test_without_our_hook(
    captured_exceptions: CapturedExceptions,
) -> None:
    button = Button()
    button.clicked.connect(raise_in_slot)

    button.clicked.emit()

    assert str(captured_exceptions.take(ZeroDivisionError)) == "canary in a slot"


@pytest.mark.expects_log("canary in a slot")
def test_that_an_exception_in_a_slot_is_logged_and_shown(
    hook: None, messages: list[Message]
) -> None:
    button = Button()
    button.clicked.connect(raise_in_slot)

    button.clicked.emit()

    assert messages[0].text == "Something went wrong: ZeroDivisionError: canary in a slot"
    assert messages[0].advice == UNEXPECTED_ADVICE
    assert "raise_in_slot" in messages[0].details


@pytest.mark.expects_log("canary in a worker")
def test_that_an_exception_in_a_worker_is_logged_and_shown(
    qtbot: QtBot, presenter: ErrorPresenter, messages: list[Message]
) -> None:
    def make_events() -> Iterator[Notice]:
        raise KeyError("canary in a worker")

    runner = TaskRunner()
    runner.ended.connect(lambda failure: presenter.show_failure(failure, "Training"))

    with qtbot.waitSignal(runner.ended):
        runner.start(make_events, RunControl())

    assert messages[0].text.startswith("Training failed unexpectedly: KeyError")
    assert "make_events" in messages[0].details


@pytest.mark.expects_log("canary in a thread")
def test_that_an_exception_in_a_plain_thread_is_logged_and_shown(
    hook: None, qtbot: QtBot, messages: list[Message]
) -> None:
    def fail() -> None:
        raise OSError("canary in a thread")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()

    qtbot.waitUntil(lambda: bool(messages))
    assert messages[0].text == "Something went wrong: OSError: canary in a thread"


def test_that_an_expected_failure_is_shown_as_its_sentence_alone(
    presenter: ErrorPresenter, messages: list[Message]
) -> None:
    failure = TaskFailure(message="No column 'body'.", is_expected=True, details="")

    presenter.show_failure(failure, "Preparing comments.csv")

    assert messages == [Message(kind="error", text="No column 'body'.")]


@pytest.mark.no_qt_log
@pytest.mark.expects_log("a canary of Qt")
def test_that_a_message_of_qt_is_logged(hook: None) -> None:
    qWarning("a canary of Qt")


def test_that_an_interrupt_is_left_to_python(
    hook: None, messages: list[Message], captured_exceptions: CapturedExceptions
) -> None:
    error = KeyboardInterrupt()

    sys.excepthook(KeyboardInterrupt, error, None)

    assert messages == []
    assert captured_exceptions.take(KeyboardInterrupt) is error


def test_that_the_hooks_can_be_taken_away_again(presenter: ErrorPresenter) -> None:
    former = sys.excepthook, threading.excepthook

    install_exception_hook(presenter)()

    assert (sys.excepthook, threading.excepthook) == former

"""Looking back: the slider over the epochs' models, as a person moves it."""

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSlider
from pytestqt.qtbot import QtBot

from app.application import Application
from app.session import CurrentRun
from app.window.views.message_bar import MessageBar
from engine import EpochModel
from tests.app.support import generation_fakes, window_fakes
from tests.app.support.runs_fakes import FakeRuns
from tests.app.support.widgets import child
from tests.app.support.window_fakes import Answers
from tests.patience import HANGS_AFTER_S

RUN = CurrentRun(run_id="20250902-150000-000001", name="comments", saved_step=900)
OTHER = CurrentRun(run_id="20250902-160000-000002", name="letters", saved_step=900)


def fake_model(*, epoch: float = 2.4, step: int = 1204) -> Any:
    parts = vars(generation_fakes.fake_model(epoch=epoch, step=step))
    return SimpleNamespace(**(vars(window_fakes.fake_model()) | parts))


def kept(*epochs: float) -> tuple[EpochModel, ...]:
    return tuple(
        EpochModel(epoch=epoch, loss=6.0 - epoch / 2.0, path=Path(f"{epoch}")) for epoch in epochs
    )


@pytest.fixture
def runs(answers: Answers) -> FakeRuns:
    answers.runs.epochs = {RUN.run_id: kept(1, 2, 3)}
    answers.runs.epoch_model = lambda epoch: fake_model(epoch=epoch, step=int(epoch) * 100)
    return answers.runs


@pytest.fixture
def opened(application: Application, qtbot: QtBot, runs: FakeRuns) -> Application:
    application.window.show_tab(2)
    application.session.set_model(fake_model(epoch=3.0, step=300), run=RUN)
    rest(application, qtbot)
    return application


def rest(app: Application, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not app.runners.runs.is_busy)


def slider(app: Application) -> QSlider:
    return child(app.window, QSlider, "generation.epoch_slider")


def text(app: Application, role: str) -> str:
    found = child(app.window, QLabel, f"generation.{role}_label")
    return found.text()


def press(qtbot: QtBot, app: Application, *keys: Qt.Key) -> None:
    for key in keys:
        qtbot.keyClick(slider(app), key)
    rest(app, qtbot)


def opened_epochs(runs: FakeRuns) -> list[float]:
    return [call[2] for call in runs.calls if call[0] == "open_epoch"]


def test_that_nothing_is_offered_without_kept_epochs(application: Application) -> None:
    application.window.show_tab(2)

    assert slider(application).isHidden() or not slider(application).isVisible()


def test_that_the_newest_model_is_used_at_first(opened: Application) -> None:
    assert slider(opened).isVisible()
    assert (slider(opened).value(), slider(opened).maximum()) == (3, 3)
    assert text(opened, "epoch") == "newest"
    assert text(opened, "model").startswith("Model: ")


def test_that_moving_the_handle_uses_the_model_of_that_epoch(
    qtbot: QtBot, opened: Application, runs: FakeRuns
) -> None:
    newest = opened.session.model

    press(qtbot, opened, Qt.Key.Key_Left, Qt.Key.Key_Left)

    assert opened_epochs(runs)[-1] == 2.0
    assert opened.session.shown_model is not None
    assert opened.session.shown_model.epoch == 2.0
    assert opened.session.model is newest, "what is saved and trained further is the newest"
    assert text(opened, "epoch") == "epoch 2, loss 5.000"
    assert text(opened, "model") == (
        "Looking back at: comments, 100 hidden units, epoch 2, step 200."
    )
    assert slider(opened).accessibleDescription() == "epoch 2, loss 5.000"


def test_that_the_right_end_is_the_newest_again(qtbot: QtBot, opened: Application) -> None:
    press(qtbot, opened, Qt.Key.Key_Home)
    assert opened.session.is_looking_back

    press(qtbot, opened, Qt.Key.Key_End)

    assert opened.session.shown_model is opened.session.model
    assert text(opened, "model").startswith("Model: ")


def test_that_only_the_newest_place_of_the_handle_is_opened(
    qtbot: QtBot, opened: Application, runs: FakeRuns
) -> None:
    gate = threading.Event()

    def slow(epoch: float) -> Any:
        gate.wait(HANGS_AFTER_S)
        return fake_model(epoch=epoch)

    runs.epoch_model = slow
    for place in (2, 1, 0):
        slider(opened).setValue(place)
    gate.set()
    rest(opened, qtbot)

    assert opened_epochs(runs) == [3.0, 1.0]
    assert opened.session.shown_model is not None
    assert opened.session.shown_model.epoch == 1.0


def test_that_an_epoch_let_go_of_while_it_is_opened_is_not_shown(
    qtbot: QtBot, opened: Application, runs: FakeRuns
) -> None:
    gate = threading.Event()
    runs.epoch_model = lambda epoch: gate.wait(HANGS_AFTER_S) and fake_model(epoch=epoch)

    slider(opened).setValue(0)
    slider(opened).setValue(3)
    gate.set()
    rest(opened, qtbot)

    assert not opened.session.is_looking_back


def test_that_a_model_that_cannot_be_read_is_told_and_the_newest_stays(
    qtbot: QtBot, opened: Application, runs: FakeRuns
) -> None:
    runs.error = "The model file is damaged."

    press(qtbot, opened, Qt.Key.Key_Home)

    bar = child(opened.window, MessageBar, "message_bar")
    assert bar.text == "The model file is damaged."
    assert slider(opened).value() == 3
    assert not opened.session.is_looking_back


def test_that_a_new_snapshot_does_not_end_the_look_back(
    qtbot: QtBot, opened: Application, runs: FakeRuns
) -> None:
    press(qtbot, opened, Qt.Key.Key_Home)
    runs.epochs[RUN.run_id] = kept(1, 2, 3, 4)

    opened.session.set_model(fake_model(epoch=4.0, step=400))
    opened.session.set_run(CurrentRun(run_id=RUN.run_id, saved_step=400))
    rest(opened, qtbot)

    assert (slider(opened).value(), slider(opened).maximum()) == (0, 4)
    assert opened.session.shown_model is not None
    assert opened.session.shown_model.epoch == 1.0


def test_that_an_epoch_that_was_taken_back_leads_to_the_newest(
    qtbot: QtBot, opened: Application, runs: FakeRuns
) -> None:
    press(qtbot, opened, Qt.Key.Key_Left)
    runs.epochs[RUN.run_id] = kept(1, 2)

    opened.session.set_run(CurrentRun(run_id=RUN.run_id, saved_step=500))
    rest(opened, qtbot)

    assert (slider(opened).value(), slider(opened).maximum()) == (2, 2)
    assert not opened.session.is_looking_back


def test_that_another_run_begins_at_its_newest(qtbot: QtBot, opened: Application) -> None:
    press(qtbot, opened, Qt.Key.Key_Home)

    opened.session.set_model(fake_model(), run=OTHER)
    rest(opened, qtbot)

    assert not slider(opened).isVisible()
    assert opened.session.shown_model is opened.session.model


def test_that_the_epochs_of_a_run_that_came_meanwhile_are_read(
    qtbot: QtBot, opened: Application, runs: FakeRuns
) -> None:
    runs.epochs[OTHER.run_id] = kept(1)

    opened.session.set_run(None)
    opened.session.set_run(RUN)
    opened.session.set_run(OTHER)
    rest(opened, qtbot)

    assert slider(opened).maximum() == 1

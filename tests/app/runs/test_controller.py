"""The window of kept runs, as a person uses it; the runs are on no disk."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QCheckBox, QDialog, QLabel, QLineEdit, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from app.application import Application
from app.runs.curves_plot import CurvesPlot
from app.session import CurrentRun, RunState
from app.training.plot.loss_plot import LossPlot
from tests.app.support.runs_fakes import FakeRuns
from tests.app.support.widgets import child
from tests.app.support.window_fakes import Answers, endless, fake_model, rest
from tests.engine.support.run_infos import run_info


@pytest.fixture
def runs(answers: Answers) -> FakeRuns:
    answers.runs.runs = [
        run_info(3, state="finished", name="finished one"),
        run_info(2, state="running", name="running one"),
        run_info(1, state="stopped", name="stopped one"),
    ]
    return answers.runs


@pytest.fixture
def opened(application: Application, qtbot: QtBot, runs: FakeRuns) -> Application:
    action = child(application.window, QAction, "window.runs_action")
    action.trigger()
    rest(application, qtbot)
    return application


def find(app: Application, kind: Any, role: str) -> Any:
    return child(app.kept_runs.view, kind, f"runs.{role}")


def names(app: Application) -> list[str]:
    model = find(app, QTableView, "table").model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def written(app: Application) -> list[str]:
    """Return every name and note."""
    model = find(app, QTableView, "table").model()
    rows = range(model.rowCount())
    return names(app) + [model.index(row, model.columnCount() - 1).data() for row in rows]


def select(app: Application, *rows: int) -> None:
    app.kept_runs.view.select_runs(
        [find(app, QTableView, "table").model().rows[row].run.run_id for row in rows]
    )


def press(app: Application, qtbot: QtBot, role: str) -> None:
    button = find(app, QPushButton, f"{role}_button")
    assert button.isEnabled(), role
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    rest(app, qtbot)


def choose(app: Application, qtbot: QtBot, role: str) -> None:
    """Choose an entry of the menu More."""
    action = find(app, QAction, f"{role}_action")
    assert action.isEnabled(), role
    action.trigger()
    rest(app, qtbot)


def detail(app: Application) -> str:
    text: str = find(app, QLabel, "detail_label").text()
    return text


def write(app: Application, qtbot: QtBot, text: str) -> None:
    editor = find(app, QTableView, "table").findChild(QLineEdit)
    editor.setText(text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: text in written(app))
    rest(app, qtbot)


def test_that_a_list_without_a_selection_says_what_to_do(opened: Application) -> None:
    assert "Select a run" in detail(opened)


def test_that_the_menu_entry_lists_the_runs_newest_first(opened: Application) -> None:
    assert opened.kept_runs.view.isVisible()
    assert names(opened) == ["finished one", "running one", "stopped one"]


def test_that_an_opened_run_is_the_session_s_model_and_saved(
    opened: Application, qtbot: QtBot, runs: FakeRuns
) -> None:
    select(opened, 2)
    press(opened, qtbot, "open")

    assert opened.session.model is runs.model
    assert opened.session.is_model_saved
    assert opened.window.windowTitle().startswith("stopped one")
    assert opened.window.current_tab == 1
    assert not opened.kept_runs.view.isVisible()


def test_that_the_best_model_can_be_opened(
    opened: Application, qtbot: QtBot, runs: FakeRuns
) -> None:
    select(opened, 0)
    press(opened, qtbot, "open_best")

    assert runs.calls == [("open_model", run_info(3).run_id, "best")]


def test_that_enter_opens_the_selected_run(
    opened: Application, qtbot: QtBot, runs: FakeRuns
) -> None:
    select(opened, 2)
    find(opened, QTableView, "table").setFocus()
    qtbot.keyClick(find(opened, QTableView, "table"), Qt.Key.Key_Return)
    rest(opened, qtbot)

    assert opened.session.model is runs.model


def test_that_a_run_gets_another_name_where_it_stands(
    opened: Application, qtbot: QtBot, runs: FakeRuns
) -> None:
    select(opened, 2)
    choose(opened, qtbot, "rename")
    write(opened, qtbot, "the good one")

    assert names(opened)[2] == "the good one"
    assert [run.name for run in opened.kept_runs.view.selected_runs()] == ["the good one"]


def test_that_a_new_name_of_the_open_run_is_in_the_title(
    opened: Application, qtbot: QtBot, runs: FakeRuns
) -> None:
    select(opened, 2)
    press(opened, qtbot, "open")
    opened.window.file_menu.runs.trigger()
    rest(opened, qtbot)
    select(opened, 2)
    choose(opened, qtbot, "rename")
    write(opened, qtbot, "the good one")

    assert opened.window.windowTitle().startswith("the good one")


def test_that_a_note_is_kept(opened: Application, qtbot: QtBot, runs: FakeRuns) -> None:
    select(opened, 0)
    choose(opened, qtbot, "note")
    write(opened, qtbot, "slow but fine")

    assert runs.runs[0].note == "slow but fine"


def test_that_tags_are_kept_and_runs_are_found_by_them(
    opened: Application, qtbot: QtBot, runs: FakeRuns
) -> None:
    select(opened, 0)
    choose(opened, qtbot, "tags")
    editor = find(opened, QTableView, "table").findChild(QLineEdit)
    editor.setText("paper, final")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: runs.runs[0].tags == ("paper", "final"))
    rest(opened, qtbot)

    qtbot.keyClicks(find(opened, QLineEdit, "search_edit"), "FINAL one")

    assert names(opened) == ["finished one"]
    find(opened, QLineEdit, "search_edit").clear()
    assert len(names(opened)) == 3


def test_that_a_run_is_laid_over_the_live_plot_and_taken_out_again(
    opened: Application, qtbot: QtBot
) -> None:
    plot = child(opened.window, LossPlot, "training.loss_plot")
    select(opened, 2)

    press(opened, qtbot, "overlay")
    assert plot.overlay_text == "stopped one"
    assert find(opened, QPushButton, "overlay_button").text() == "Remove from &plot"

    press(opened, qtbot, "overlay")
    assert plot.overlay_text == ""
    press(opened, qtbot, "overlay")
    press(opened, qtbot, "delete")
    assert plot.overlay_text == ""  # it could not be taken out any more


def test_that_the_line_that_repeats_a_run_is_on_the_clipboard(
    opened: Application, qtbot: QtBot
) -> None:
    select(opened, 0)

    choose(opened, qtbot, "copy_command")

    copied = QGuiApplication.clipboard().text()
    assert copied.startswith("python -m engine train ")
    assert copied.endswith(" --keep-run")
    assert copied in detail(opened)


def test_that_the_trash_is_emptied_after_a_question(
    opened: Application, qtbot: QtBot, runs: FakeRuns, answers: Answers
) -> None:
    assert not find(opened, QPushButton, "empty_trash_button").isEnabled()
    assert "3 kB for 3 runs, the trash is empty" in find(opened, QLabel, "disk_label").text()
    select(opened, 0)
    press(opened, qtbot, "delete")
    answers.about_runs.empties = False
    press(opened, qtbot, "empty_trash")
    assert len(runs.trash) == 1

    answers.about_runs.empties = True
    press(opened, qtbot, "empty_trash")

    assert answers.about_runs.asked == ["empty 1: 2000000"] * 2
    assert runs.trash == []
    assert detail(opened) == "1 run deleted for good, which frees 2 MB."


def test_that_a_duplicate_appears_in_the_list(opened: Application, qtbot: QtBot) -> None:
    select(opened, 2)
    choose(opened, qtbot, "duplicate")

    assert "Copy of 1" in names(opened)
    assert "Copy of 1" in detail(opened)


def test_that_deleted_runs_are_in_the_trash_and_come_back(
    opened: Application, qtbot: QtBot
) -> None:
    select(opened, 0, 2)
    press(opened, qtbot, "delete")
    assert names(opened) == ["running one"]
    assert detail(opened) == ("2 runs were moved to the trash; they can be restored from there.")

    qtbot.mouseClick(find(opened, QCheckBox, "trash_check"), Qt.MouseButton.LeftButton)
    rest(opened, qtbot)
    assert names(opened) == ["finished one", "stopped one"]
    select(opened, 0)
    press(opened, qtbot, "restore")

    assert names(opened) == ["stopped one"]
    assert detail(opened) == "1 run restored."


def test_that_the_delete_key_moves_a_run_to_the_trash(
    opened: Application, qtbot: QtBot, runs: FakeRuns
) -> None:
    select(opened, 2)
    find(opened, QTableView, "table").setFocus()
    qtbot.keyClick(find(opened, QTableView, "table"), Qt.Key.Key_Delete)
    rest(opened, qtbot)

    assert [run.name for run in runs.trash] == ["stopped one"]
    assert detail(opened) == "“stopped one” was moved to the trash; it can be restored from there."


def test_that_a_failure_is_said_in_the_list_and_in_the_window(
    opened: Application, qtbot: QtBot, runs: FakeRuns
) -> None:
    runs.error = "The disk is full: delete something."
    select(opened, 2)

    press(opened, qtbot, "delete")

    assert detail(opened) == "The disk is full: delete something."
    assert opened.window.message_bar.text == "The disk is full: delete something."
    assert "stopped one" in names(opened)


def test_that_several_runs_are_compared_in_a_window_of_their_own(
    opened: Application, qtbot: QtBot
) -> None:
    select(opened, 0, 2)

    press(opened, qtbot, "compare")

    dialog = find(opened, QDialog, "comparison")
    assert dialog.isVisible()
    plot = dialog.findChild(CurvesPlot, "runs.comparison_plot")
    assert plot.shown_names == ("finished one", "stopped one")
    dialog.close()


def test_that_a_stopped_run_goes_on_and_brings_its_text(
    opened: Application, qtbot: QtBot, runs: FakeRuns
) -> None:
    runs.resume = endless
    select(opened, 2)
    button = find(opened, QPushButton, "continue_button")

    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    assert opened.session.run_state is RunState.TRAINING
    assert opened.window.current_tab == 1
    assert opened.session.run == CurrentRun(run_id=run_info(1).run_id, name="stopped one")
    opened.runners.training.stop()
    rest(opened, qtbot)


def test_that_a_finished_run_is_asked_how_many_epochs_it_gets(
    opened: Application, qtbot: QtBot, answers: Answers
) -> None:
    answers.about_runs.more_epochs = None
    select(opened, 0)

    press(opened, qtbot, "continue")

    assert answers.about_runs.asked == ["finished one: 10"]
    assert opened.session.run_state is RunState.IDLE


def test_that_nothing_is_opened_while_a_training_goes_on(opened: Application) -> None:
    opened.session.set_run_state(RunState.TRAINING)

    select(opened, 2)

    assert not find(opened, QPushButton, "open_button").isEnabled()
    assert not find(opened, QPushButton, "continue_button").isEnabled()
    assert find(opened, QAction, "rename_action").isEnabled()
    opened.session.finish_run()


def test_that_an_unkept_model_is_asked_for_before_a_run_replaces_it(
    opened: Application, qtbot: QtBot, answers: Answers, runs: FakeRuns
) -> None:
    answers.unsaved = "cancel"
    model = fake_model()
    opened.session.set_model(model)
    select(opened, 2)

    press(opened, qtbot, "open")

    assert answers.asked == ["unsaved"]
    assert opened.session.model is model
    answers.unsaved = "discard"


@pytest.mark.parametrize("discards", [True, False])
def test_that_only_a_yes_discards_the_run_that_ended(
    application: Application, qtbot: QtBot, answers: Answers, runs: FakeRuns, discards: bool
) -> None:
    answers.about_runs.discards = discards
    application.session.set_run(CurrentRun(run_id=run_info(1).run_id, saved_step=10**9))
    application.session.set_model(fake_model())
    application.window.show_tab(1)
    button = child(application.window, QPushButton, "training.discard_button")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    rest(application, qtbot)

    assert len(runs.trash) == int(discards)
    assert (application.session.model is None) is discards
    assert button.isEnabled() is not discards


def test_that_a_discarded_run_s_model_stays_if_it_is_in_a_file(
    application: Application, qtbot: QtBot, runs: FakeRuns, answers: Answers
) -> None:
    application.session.set_run(CurrentRun(run_id=run_info(1).run_id, saved_step=10**9))
    application.session.set_model(fake_model())
    application.models.save_model()
    rest(application, qtbot)

    application.kept_runs.controller.discard_current()
    rest(application, qtbot)

    assert application.session.model is not None
    assert application.session.run is None

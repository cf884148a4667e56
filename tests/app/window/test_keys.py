"""Every key of the window does what the menus say, from any focus; the settings hold."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QCheckBox, QComboBox, QHeaderView, QLineEdit, QTableView, QWidget
from pytestqt.qtbot import QtBot

from app.application import Application
from app.generation.scoring.score_panel import ScorePanel
from app.session import RunState, Session
from app.settings import AppSettings, SettingsStore
from app.window.awake import Awake
from app.window.main_window import PLACES
from app.window.views.settings_dialog import SettingsDialog
from tests.app.support.dataset_fakes import FakeCorpus
from tests.app.support.training_fakes import loss_point
from tests.app.support.widgets import child
from tests.app.support.window_fakes import fake_model
from tests.engine.support.run_infos import CORPUS_CONFIG
from tests.patience import HANGS_AFTER_S

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def shown(application: Application, qtbot: QtBot) -> Application:
    application.session.set_model(fake_model())
    application.window.show()
    return application


def found(app: Application, kind: type, name: str) -> QWidget:
    widget = app.window.findChild(kind, name)
    assert isinstance(widget, QWidget)
    return widget


def test_that_every_command_has_its_key(application: Application) -> None:
    keys = {
        key.toString()
        for action in application.window.findChildren(QAction)
        for key in action.shortcuts()
    }

    wanted = "Ctrl+O Ctrl+1 Ctrl+2 Ctrl+3 Alt+Home Ctrl+Return Ctrl+Enter Ctrl+P Esc Ctrl+R Ctrl+E "
    wanted += "Ctrl+F Ctrl+Z Ctrl+Y Ctrl+L F1 F11 Ctrl++ Ctrl+= Ctrl+- Ctrl+0 Ctrl+, Ctrl+Q"
    assert set(wanted.split()) <= keys


def test_that_f11_fills_the_screen_and_goes_back(shown: Application, qtbot: QtBot) -> None:
    qtbot.keyClick(shown.window, Qt.Key.Key_F11)
    assert shown.window.isFullScreen()

    qtbot.keyClick(shown.window, Qt.Key.Key_F11)
    assert not shown.window.isFullScreen()


@pytest.mark.parametrize("tab", ["dataset", "training", "generation"])
def test_that_control_f_goes_to_the_search(
    application: Application, qtbot: QtBot, tab: str
) -> None:
    application.window.show()
    if tab == "dataset":
        application.session.set_corpus(FakeCorpus(), CORPUS_CONFIG)  # type: ignore[arg-type]
        runners = application.runners.all_but_warm_up()
        qtbot.waitUntil(lambda: not any(runner.is_busy for runner in runners))
    elif tab == "generation":
        application.session.set_model(fake_model())
    application.window.show_tab(PLACES.index(tab))
    edit = found(application, QLineEdit, f"{tab}.search_edit")
    edit.setEnabled(True)

    qtbot.keyClick(application.window, Qt.Key.Key_F, CONTROL)

    assert application.window.focusWidget() is edit


def test_that_control_e_exports_the_plot(
    shown: Application, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []
    monkeypatch.setattr(shown.training._dialogs, "ask_plot_path", asked.append)
    shown.training._tab.log.set_exportable(is_exportable=True)
    shown.window.show_tab(1)

    qtbot.keyClick(shown.window, Qt.Key.Key_E, CONTROL)

    assert [path.name for path in asked] == ["training-loss.png"]


@pytest.mark.parametrize("key", ["Ctrl+Y", "Ctrl+Shift+Z"])
def test_that_what_was_undone_is_done_again(shown: Application, qtbot: QtBot, key: str) -> None:
    panel = child(shown.window, ScorePanel)
    shown.window.show_tab(0)  # no field with an undo of its own
    panel.sentence_line.insert("what I typed")
    panel.set_text("a drawn sentence")

    qtbot.keyClick(shown.window, Qt.Key.Key_Z, CONTROL)
    assert panel.text == "what I typed"
    qtbot.keySequence(shown.window, QKeySequence(key))

    assert panel.text == "a drawn sentence"
    qtbot.keyClick(shown.window, Qt.Key.Key_Z, CONTROL)
    assert panel.text == "what I typed"


def test_that_columns_grow_with_the_letters(shown: Application, qtbot: QtBot) -> None:
    table = child(shown.window, QTableView, "dataset.problems_table")
    fixed = QHeaderView.ResizeMode.Interactive
    column = next(n for n in range(3) if table.horizontalHeader().sectionResizeMode(n) == fixed)
    before = table.columnWidth(column)

    qtbot.keyClick(shown.window, Qt.Key.Key_Plus, CONTROL)
    assert table.columnWidth(column) >= 1.1 * before
    qtbot.keyClick(shown.window, Qt.Key.Key_0, CONTROL)

    assert abs(table.columnWidth(column) - before) <= 2


def test_that_the_settings_hold_at_once_and_at_the_next_start(
    shown: Application, qtbot: QtBot
) -> None:
    qtbot.keyClick(shown.window, Qt.Key.Key_Comma, CONTROL)
    zoom = found(shown, QComboBox, "window.settings_zoom")
    assert isinstance(zoom, QComboBox)
    assert zoom.currentText() == "100 %"
    for name, index in (("on_start", 1), ("theme", 2)):
        box = found(shown, QComboBox, f"window.settings_{name}")
        assert isinstance(box, QComboBox)
        box.setCurrentIndex(index)
    check = found(shown, QCheckBox, "window.settings_keep_awake")
    assert isinstance(check, QCheckBox)
    check.click()

    kept = shown.settings.load()
    assert (kept.on_start, kept.theme, kept.keep_awake) == ("home", "dark", False)


def test_that_a_size_which_no_list_has_is_shown_as_it_is(qtbot: QtBot) -> None:
    dialog = SettingsDialog(AppSettings(zoom=110), (100, 130))
    qtbot.addWidget(dialog)

    zoom = child(dialog, QComboBox, "window.settings_zoom")
    shown = [zoom.itemText(place) for place in range(zoom.count())]
    assert (zoom.currentText(), shown) == ("110 %", ["100 %", "110 %", "130 %"])


def test_that_the_computer_is_kept_awake_while_it_trains(qtbot: QtBot, tmp_path: Path) -> None:
    began, ended = Event(), Event()

    @contextmanager
    def keep() -> Iterator[None]:
        began.set()
        yield
        ended.set()

    session, settings = Session(), SettingsStore(tmp_path / "settings.ini")
    awake = Awake(session, settings, keep)
    session.set_corpus(FakeCorpus(), CORPUS_CONFIG)  # type: ignore[arg-type]
    assert not began.is_set()

    session.set_run_state(RunState.TRAINING)
    assert began.wait(HANGS_AFTER_S)
    assert not ended.is_set()
    session.set_run_state(RunState.PAUSED)
    assert ended.wait(HANGS_AFTER_S)
    awake.close()


def test_that_a_system_that_cannot_be_kept_awake_is_no_error(
    qtbot: QtBot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tried = Event()

    def keep() -> None:
        tried.set()
        raise OSError("no service")

    session, settings = Session(), SettingsStore(tmp_path / "settings.ini")
    Awake(session, settings, keep, parent=session)  # type: ignore[arg-type]

    session.set_corpus(FakeCorpus(), CORPUS_CONFIG)  # type: ignore[arg-type]
    session.set_run_state(RunState.TRAINING)

    assert tried.wait(HANGS_AFTER_S)
    for each in threading.enumerate():
        if "_stay_awake" in each.name:
            each.join(HANGS_AFTER_S)
    assert not [each for each in caplog.records if each.levelname in ("WARNING", "ERROR")]


def test_that_the_title_tells_how_far_a_training_is(application: Application) -> None:
    application.session.set_corpus(FakeCorpus(), CORPUS_CONFIG)  # type: ignore[arg-type]
    application.session.set_run_state(RunState.TRAINING)

    application.controller.show_progress(
        replace(loss_point(3, 7.0), elapsed_s=25.0, time_left_s=75.0)
    )

    assert application.window.windowTitle().startswith("25 %, ")
    application.session.finish_run()
    assert "%" not in application.window.windowTitle()

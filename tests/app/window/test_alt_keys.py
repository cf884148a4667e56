"""Each letter with Alt does one thing in what is in sight."""

from pathlib import Path

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.application import Application
from app.dataset.file.csv_form import CsvForm
from app.errors import Message
from app.generation.ranking.lists_dialog import ListsDialog
from app.window.main_window import PLACES
from tests.app.support.widgets import child
from tests.app.support.window_fakes import rest


def test_that_no_two_controls_in_sight_share_an_alt_key(
    application: Application, qtbot: QtBot
) -> None:
    window = application.window
    window.files_dropped.emit([Path("comments.csv")])
    rest(application, qtbot)
    window.message_bar.show_message(Message(kind="error", text="No.", details="Why"))
    for tab, place in enumerate(PLACES):
        window.show_tab(tab)
        bar = [action.text() for action in window.menuBar().actions()]

        keys = alt_keys([*bar, *texts_in_sight(window)])

        assert len(keys) > 3
        assert len(keys) == len(set(keys)), (place, keys)


def test_that_no_two_controls_of_a_window_of_its_own_share_an_alt_key(
    application: Application, qtbot: QtBot
) -> None:
    lists = child(application.window, ListsDialog)
    for window in (application.kept_runs.view, lists):
        window.show()
        keys = alt_keys(texts_in_sight(window))
        window.close()

        assert len(keys) > 3
        assert len(keys) == len(set(keys)), (window.windowTitle(), keys)


def test_that_how_a_file_is_read_leaves_the_letters_of_the_menus_alone(
    application: Application,
) -> None:
    menus = alt_keys([action.text() for action in application.window.menuBar().actions()])
    form = child(application.window, CsvForm)
    labels = [label.text() for label in form.findChildren(QLabel) if label.buddy()]
    boxes = [box.text() for box in form.findChildren(QCheckBox)]

    assert not set(menus) & set(alt_keys([*labels, *boxes]))


def texts_in_sight(window: QWidget) -> list[str]:
    """Return what the visible buttons and the labels of fields say."""
    buttons, labels = window.findChildren(QAbstractButton), window.findChildren(QLabel)
    texts = [button.text() for button in buttons if button.isVisible()]
    return texts + [label.text() for label in labels if label.buddy() and label.isVisible()]


def alt_keys(texts: list[str]) -> list[str]:
    return [key for text in texts if (key := QKeySequence.mnemonic(text).toString())]

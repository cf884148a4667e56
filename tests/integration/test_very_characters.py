"""Markup, ampersands and direction marks in files, cells and names are shown as they are."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import Qt, QTextDocument
from PySide6.QtWidgets import QAbstractItemView, QLabel, QTableView, QWidget
from pytestqt.qtbot import QtBot

from app.shared.labels import as_plain
from tests.integration.window_driver import Person

OWN_MARKUP = {"Legend of the loss plot"}  # of our own words alone
PARTS = ("<b>bold", "a < b <i>x</i>", "&amp;", "&lt;s&gt;", "R&D", "<img src=x>", "</p><h1>big")
PARTS += ("<!-- no -->", "<a href='#'>go</a>", "\u202eback", "שלום <u>", "🙂 <br/>")
CELLS = [f"{one} the cat likes {other} milk." for one in PARTS for other in PARTS[::3]]


def shown(text: str) -> str:
    """Return the characters that Qt paints of a tooltip."""
    if not Qt.mightBeRichText(text):
        return text
    document = QTextDocument()
    document.setHtml(text)
    return document.toPlainText()


@pytest.mark.parametrize("text", [*CELLS[:60:7], "two\nlines <b>", "  blanks  <i> kept"])
def test_that_a_tooltip_shows_the_very_characters(qtbot: QtBot, text: str) -> None:
    assert shown(as_plain(text)) == text


@pytest.fixture(scope="module")
def naughty_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("naughty") / "R&D <b>notes &amp; more.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["comment"], *([cell] for cell in CELLS)])
    return path


def tips(view: QAbstractItemView) -> Iterator[str]:
    """Yield the tooltips of the first cells."""
    model = view.model()
    columns = model.columnCount() if isinstance(view, QTableView) else 1
    for row in range(min(model.rowCount(), 40)):
        for column in range(columns):
            tip = model.index(row, column).data(Qt.ItemDataRole.ToolTipRole)
            if isinstance(tip, str):
                yield tip


def test_that_no_part_of_the_window_takes_a_text_for_markup(
    qtbot: QtBot, settings_path: Path, naughty_csv: Path
) -> None:
    person = Person(qtbot, settings_path)
    person.open_csv(naughty_csv)
    preview = person.find(QTableView, "dataset.preview_table")
    assert [shown(tip) for tip in tips(preview)] == CELLS[: preview.model().rowCount()][:40]
    person.prepare()
    person.start_training(epochs=1, hidden_size=4)
    person.wait(lambda: not person.is_training)
    person.generate(2)
    person.type_sentence("<b>bold milk")
    person.choose_in_menu("home")
    person.rest()

    window = person.app.window
    for label in window.findChildren(QLabel):
        is_plain = label.textFormat() is Qt.TextFormat.PlainText
        is_ours = label.accessibleName() in OWN_MARKUP
        assert is_plain or is_ours or not Qt.mightBeRichText(label.text()), label.text()
    told = [widget.toolTip() for widget in window.findChildren(QWidget)]
    for view in window.findChildren(QAbstractItemView):
        if view.model() is not None:
            told += tips(view)
    for tip in told:
        assert not Qt.mightBeRichText(tip) or as_plain(shown(tip)) == tip, tip
    assert sum(map(Qt.mightBeRichText, told)) > 20  # the test has something to tell
    assert person.leave()

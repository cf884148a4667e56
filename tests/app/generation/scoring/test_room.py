"""With large letters and a pair on show nothing is lower than its letters: the tab scrolls."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLineEdit, QPushButton, QScrollArea, QSplitter, QTableView, QWidget
from pytestqt.qtbot import QtBot

from app.application import Application
from app.generation.scoring.comparison_panel import ComparisonPanel
from app.generation.scoring.score_panel import ScorePanel
from app.settings import SettingsStore
from tests.app.generation.scoring.test_comparison_panel import pinned

LARGE = 200  # percent
LINES = ("sentence_edit", "undo_button", "pin_button", "lists_button", "unpin_button")
UNKNOWN = " ".join(f"frobnicate{number}" for number in range(12))


@pytest.fixture(params=["at the start", "while it is open"])
def window(request: pytest.FixtureRequest, settings_path: Path, qtbot: QtBot) -> QWidget:
    is_at_start = request.param == "at the start"
    SettingsStore(settings_path).update(zoom=LARGE if is_at_start else 175)
    application: Application = request.getfixturevalue("application")
    application.window.show_tab(2)
    if not is_at_start:
        application.window.view_menu.zoom_requested.emit(1)
    assert application.settings.settings.zoom == LARGE
    return application.window


def test_that_a_pair_in_large_letters_leaves_each_part_its_height(
    window: QWidget, qtbot: QtBot
) -> None:
    panel, comparison = window.findChild(ScorePanel), window.findChild(ComparisonPanel)
    assert panel is not None
    assert comparison is not None
    bits = (2.0,) * 13

    for text in (UNKNOWN, f"the {UNKNOWN[14:]}"):  # each is explained in several lines
        scored = pinned(text, *bits[: len(text.split()) + 1])
        panel.show_score(scored)
        comparison.table.pin(scored)
    tabs = comparison.parentWidget().parentWidget()
    tabs.setCurrentWidget(comparison)

    def are_whole() -> bool:
        parts = [find(window, f"generation.{name}") for name in LINES]
        splitter = panel.findChild(QSplitter, "generation.score_splitter")
        pair = find(window, "generation.pair_table")
        return (
            all(part.height() >= part.sizeHint().height() for part in parts)
            and splitter.height() >= splitter.minimumSizeHint().height()
            and pair.parentWidget().height() >= pair.height() > 0
        )

    qtbot.waitUntil(are_whole)
    area = panel
    while not isinstance(area, QScrollArea):
        area = area.parentWidget()
    assert area.verticalScrollBar().maximum() > 0


def find(window: QWidget, name: str) -> QWidget:
    for kind in (QLineEdit, QPushButton, QTableView):
        found = window.findChild(kind, name)
        if found is not None:
            return found
    raise AssertionError(name)

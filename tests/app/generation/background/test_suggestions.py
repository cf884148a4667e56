"""Grey letters after what is typed: shown, taken with Tab, sent away with Esc, switched off."""

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox
from pytestqt.qtbot import QtBot

from app.shared.fields.suggesting_line import SuggestingLine
from engine import DeviceError
from tests.app.generation.conftest import MakeBench
from tests.app.support.generation_fakes import GenerationBench, fake_model

LINES = ("start_edit", "sentence_edit")


def complete(model: Any, text: str) -> Iterator[str]:
    """Go on with " so" twice."""
    yield " so" if text.count("so") < 2 else ""


@pytest.fixture
def bench(qtbot: QtBot, open_bench: MakeBench) -> GenerationBench:
    bench = open_bench(complete=complete)
    bench.session.set_model(fake_model())
    qtbot.mouseClick(bench.find(QCheckBox, "suggest_check"), Qt.MouseButton.LeftButton)
    return bench


def line_with_focus(qtbot: QtBot, bench: GenerationBench, role: str) -> SuggestingLine:
    line = bench.find(SuggestingLine, role)
    bench.tab.activateWindow()
    line.setFocus()
    qtbot.waitUntil(line.hasFocus)
    return line


def write(qtbot: QtBot, bench: GenerationBench, role: str, text: str) -> SuggestingLine:
    """Type letters and wait for what is suggested after them."""
    line = line_with_focus(qtbot, bench, role)
    qtbot.keyClicks(line, text)
    qtbot.waitUntil(lambda: bool(line.suggestion))
    return line


@pytest.mark.parametrize("role", LINES)
def test_that_tab_takes_what_is_suggested_and_then_goes_on(
    qtbot: QtBot, bench: GenerationBench, role: str
) -> None:
    line = write(qtbot, bench, role, "is it")

    for taken in ("is it so", "is it so so"):
        qtbot.waitUntil(lambda: line.suggestion == " so")
        before = line.grab().toImage()
        qtbot.keyClick(line, Qt.Key.Key_Tab)
        assert line.text() == taken
        assert line.grab().toImage() != before  # grey letters have become written ones
    line.undo()
    assert line.text() == "is it so"
    qtbot.waitUntil(lambda: not bench.suggestions_runner.is_busy)
    line.end(False)
    line.setText("it is so so ")

    qtbot.keyClick(line, Qt.Key.Key_Tab)

    assert line.text() == "it is so so "
    assert not line.hasFocus()


def test_that_esc_sends_the_letters_away_and_nothing_else(
    qtbot: QtBot, bench: GenerationBench
) -> None:
    line = write(qtbot, bench, "sentence_edit", "it")

    qtbot.keyClick(line, Qt.Key.Key_Escape)

    assert line.suggestion == ""
    assert line.text() == "it"


@pytest.mark.parametrize("key", [Qt.Key.Key_Home, Qt.Key.Key_Left])
def test_that_nothing_is_suggested_in_the_midst(
    qtbot: QtBot, bench: GenerationBench, key: Qt.Key
) -> None:
    line = write(qtbot, bench, "start_edit", "it")

    qtbot.keyClick(line, key)

    assert line.suggestion == ""


def test_that_the_tick_switches_it_off_for_the_next_start_too(
    qtbot: QtBot, bench: GenerationBench, open_bench: MakeBench
) -> None:
    assert bench.settings.load().suggest_words
    qtbot.mouseClick(bench.find(QCheckBox, "suggest_check"), Qt.MouseButton.LeftButton)
    line = line_with_focus(qtbot, bench, "sentence_edit")

    with qtbot.assertNotEmitted(line.suggestion_wanted):
        qtbot.keyClicks(line, "it")
    qtbot.keyClick(line, Qt.Key.Key_Tab)

    assert not line.hasFocus()
    assert not bench.settings.load().suggest_words
    assert not open_bench().find(QCheckBox, "suggest_check").isChecked()


def test_that_a_failed_suggestion_is_told(qtbot: QtBot, open_bench: MakeBench) -> None:
    def failing(model: Any, text: str) -> Iterator[str]:
        raise DeviceError("The GPU has no memory left.")
        yield ""

    bench = open_bench(complete=failing)
    bench.session.set_model(fake_model())
    qtbot.mouseClick(bench.find(QCheckBox, "suggest_check"), Qt.MouseButton.LeftButton)
    line = line_with_focus(qtbot, bench, "sentence_edit")

    with qtbot.waitSignal(bench.suggestions_runner.ended):
        qtbot.keyClicks(line, "i")

    assert "no memory left" in bench.messages[-1].text
    QApplication.processEvents()
    assert line.suggestion == ""

"""A better word: asked for, found, taken, stopped."""

import math
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from engine import DeviceError, ReplacementFound, RunControl, StageProgress
from tests.app.generation.conftest import MakeBench
from tests.app.support.generation_fakes import GenerationBench, fake_model


def found(place: int | None = 1, gain: float = math.log(40.0)) -> ReplacementFound:
    return ReplacementFound(
        place=place, replaced="go", word="goes", text="He goes.", log_probability=-9.0, gain=gain
    )


def find_goes(model: Any, text: str, control: RunControl) -> Iterator[Any]:
    yield StageProgress(stage="Looking", done=50, total=100, unit="per cent")
    yield found()


def open_with(open_bench: MakeBench, qtbot: QtBot, search: Any) -> GenerationBench:
    bench = open_bench(best_replacement=search)
    bench.session.set_model(fake_model())
    with qtbot.waitSignal(bench.score_runner.ended):
        bench.find(QLineEdit, "sentence_edit").setText("He go.")
    return bench


def click(qtbot: QtBot, bench: GenerationBench, role: str) -> None:
    qtbot.mouseClick(bench.find(QPushButton, role), Qt.MouseButton.LeftButton)


def test_that_a_better_word_is_offered_taken_and_undone(
    qtbot: QtBot, open_bench: MakeBench
) -> None:
    bench = open_with(open_bench, qtbot, find_goes)
    assert not bench.find(QPushButton, "take_button").isVisible()

    with qtbot.waitSignal(bench.runners["replacement"].ended):
        click(qtbot, bench, "improve_button")
    assert bench.text_of("improve_label") == (
        "“goes” in place of “go” makes it 40 times as probable."
    )
    with qtbot.waitSignal(bench.score_runner.ended):
        click(qtbot, bench, "take_button")
    assert bench.text_of("sentence_edit") == "He goes."
    assert not bench.find(QPushButton, "take_button").isVisible()

    click(qtbot, bench, "undo_button")
    assert bench.text_of("sentence_edit") == "He go."


def test_that_a_sentence_that_cannot_be_better_is_told_so(
    qtbot: QtBot, open_bench: MakeBench
) -> None:
    bench = open_with(open_bench, qtbot, lambda *_: iter([found(None, 0.0)]))

    with qtbot.waitSignal(bench.runners["replacement"].ended):
        click(qtbot, bench, "improve_button")

    assert bench.text_of("improve_label") == "No other word, at no place, makes it more probable."
    assert not bench.find(QPushButton, "take_button").isVisible()


@pytest.mark.parametrize("way", ["escape", "typing"])
def test_that_the_search_ends_when_it_is_not_wanted(
    way: str, qtbot: QtBot, open_bench: MakeBench
) -> None:
    def endless(model: Any, text: str, control: RunControl) -> Iterator[Any]:
        yield StageProgress(stage="Looking", done=7, total=100, unit="per cent")
        control.pause()
        assert not control.proceed()

    bench = open_with(open_bench, qtbot, endless)
    edit = bench.find(QLineEdit, "sentence_edit")
    with qtbot.waitActive(bench.tab):
        bench.tab.activateWindow()
        edit.setFocus()
    click(qtbot, bench, "improve_button")
    qtbot.waitUntil(lambda: "7 %" in bench.text_of("improve_label"))
    assert not bench.find(QPushButton, "improve_button").isEnabled()

    with qtbot.waitSignal(bench.runners["replacement"].ended):
        if way == "escape":
            bench.tab.score_panel.better_word.request_stop()  # as the window does for the key
        else:
            qtbot.keyClicks(edit, "x")

    assert bench.text_of("improve_label") == ""
    qtbot.waitUntil(bench.find(QPushButton, "improve_button").isEnabled)


def test_that_a_failed_search_is_told(qtbot: QtBot, open_bench: MakeBench) -> None:
    def failing(model: Any, text: str, control: RunControl) -> Iterator[Any]:
        raise DeviceError("The GPU is gone.")
        yield

    bench = open_with(open_bench, qtbot, failing)

    with qtbot.waitSignal(bench.runners["replacement"].ended):
        click(qtbot, bench, "improve_button")

    assert bench.messages[-1].text == "The GPU is gone."

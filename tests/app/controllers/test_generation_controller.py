"""Sentences on request: one by one, stoppable, with what made them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QLineEdit, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from app.state.run_state import RunState
from app.widgets.sentence_list import SentenceList
from engine import DeviceError, Notice, RunControl, SampleConfig
from tests.app.generation_fakes import (
    Desk,
    fake_generate,
    fake_model,
    generate_until_stopped,
    make_desk,
    sentence,
)

MakeDesk = Callable[..., Desk]


@pytest.fixture
def open_desk(qtbot: QtBot, settings_path: Path) -> Iterator[MakeDesk]:
    desks: list[Desk] = []

    def open_one(**options: Any) -> Desk:
        desk = make_desk(settings_path, **options)
        desks.append(desk)
        qtbot.addWidget(desk.tab)
        desk.tab.show()
        return desk

    yield open_one
    for desk in desks:
        desk.scoring.close()
        assert desk.runner.shutdown()
        assert desk.score_runner.shutdown()


@pytest.fixture
def desk(open_desk: MakeDesk) -> Desk:
    desk = open_desk()
    desk.session.set_model(fake_model())
    return desk


def click(qtbot: QtBot, desk: Desk, role: str) -> None:
    qtbot.mouseClick(desk.find(QPushButton, role), Qt.MouseButton.LeftButton)


def generate(qtbot: QtBot, desk: Desk) -> None:
    with qtbot.waitSignal(desk.runner.ended):
        click(qtbot, desk, "generate_button")


def rows(desk: Desk) -> list[list[str]]:
    model = desk.find(SentenceList, "sentence_list").model()
    return [
        [str(model.index(row, column).data() or "") for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def test_that_without_a_model_the_tab_explains_itself_and_is_disabled(open_desk: MakeDesk) -> None:
    desk = open_desk()

    assert desk.text_of("model_label") == "No model yet."
    assert not desk.find(QPushButton, "generate_button").isEnabled()
    assert not desk.find(QSpinBox, "count_spin").isEnabled()
    assert not desk.find(QLineEdit, "sentence_edit").isEnabled()


def test_that_the_model_line_names_the_snapshot(desk: Desk) -> None:
    assert "epoch 2.4, step 1,204" in desk.text_of("model_label")


def test_that_the_model_line_says_that_training_goes_on(desk: Desk) -> None:
    desk.session.set_run_state(RunState.PREPARING)
    desk.session.set_run_state(RunState.READY)

    desk.session.set_run_state(RunState.TRAINING)

    assert "still learning" in desk.text_of("model_label")


def test_that_generate_lists_each_sentence_with_its_number_and_odds(
    qtbot: QtBot, desk: Desk
) -> None:
    desk.find(QSpinBox, "count_spin").setValue(3)

    generate(qtbot, desk)

    assert [row[:2] for row in rows(desk)[1:]] == [
        ["1", "Sentence 1."],
        ["2", "Sentence 2."],
        ["3", "Sentence 3."],
    ]
    assert all(row[2].startswith("1 in ") for row in rows(desk)[1:])


def test_that_the_title_of_a_batch_shows_the_settings_and_the_seed_used(
    qtbot: QtBot, desk: Desk
) -> None:
    desk.find(QDoubleSpinBox, "temperature_spin").setValue(0.65)
    desk.find(QSpinBox, "min_length_spin").setValue(4)

    generate(qtbot, desk)

    title = rows(desk)[0][0]
    for part in ("10 sentences", "epoch 2.4, step 1,204", "0.65", "at least 4 words", "seed 77"):
        assert part in title
    assert desk.text_of("seed_edit") == "77"


def test_that_the_engine_receives_what_the_form_shows(qtbot: QtBot, open_desk: MakeDesk) -> None:
    configs: list[SampleConfig] = []

    def noting_generate(model: Any, config: SampleConfig, control: RunControl) -> Iterator[Any]:
        configs.append(config)
        return fake_generate(model, config, control)

    desk = open_desk(generate=noting_generate)
    desk.session.set_model(fake_model())
    desk.find(QSpinBox, "count_spin").setValue(2)
    desk.find(QCheckBox, "random_seed_check").setChecked(False)
    qtbot.keyClicks(desk.find(QLineEdit, "seed_edit"), "42")

    generate(qtbot, desk)

    assert configs == [SampleConfig(count=2, min_length=7, temperature=1.0, seed=42)]


def test_that_a_new_batch_comes_below_the_earlier_one(qtbot: QtBot, desk: Desk) -> None:
    desk.find(QSpinBox, "count_spin").setValue(1)
    generate(qtbot, desk)

    generate(qtbot, desk)

    assert [row[0] for row in rows(desk)][1::2] == ["1", "1"]
    assert len(rows(desk)) == 4


def test_that_stop_keeps_the_sentences_so_far(qtbot: QtBot, open_desk: MakeDesk) -> None:
    desk = open_desk(generate=generate_until_stopped)
    desk.session.set_model(fake_model())
    click(qtbot, desk, "generate_button")
    qtbot.waitUntil(lambda: len(rows(desk)) == 2)

    with qtbot.waitSignal(desk.runner.ended):
        click(qtbot, desk, "stop_button")

    assert "1 of 10 sentences (stopped)" in rows(desk)[0][0]
    assert desk.find(QPushButton, "generate_button").isEnabled()


def test_that_control_return_generates_and_escape_stops(qtbot: QtBot, open_desk: MakeDesk) -> None:
    desk = open_desk(generate=generate_until_stopped)
    desk.session.set_model(fake_model())
    edit = desk.find(QLineEdit, "sentence_edit")
    with qtbot.waitActive(desk.tab):
        desk.tab.activateWindow()
        edit.setFocus()
    qtbot.keyClick(edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(rows(desk)) == 2)

    with qtbot.waitSignal(desk.runner.ended):
        qtbot.keyClick(edit, Qt.Key.Key_Escape)

    assert not desk.runner.is_busy


def test_that_while_generating_only_stop_can_be_pressed(qtbot: QtBot, open_desk: MakeDesk) -> None:
    desk = open_desk(generate=generate_until_stopped)
    desk.session.set_model(fake_model())

    click(qtbot, desk, "generate_button")

    assert not desk.find(QPushButton, "generate_button").isEnabled()
    assert desk.find(QPushButton, "stop_button").isEnabled()


def test_that_a_failure_reaches_the_message_bar_and_the_title(
    qtbot: QtBot, open_desk: MakeDesk
) -> None:
    def failing_generate(model: Any, config: SampleConfig, control: RunControl) -> Iterator[Any]:
        yield sentence()
        raise DeviceError("The GPU ran out of memory. Choose the CPU.")

    desk = open_desk(generate=failing_generate)
    desk.session.set_model(fake_model())

    generate(qtbot, desk)

    assert desk.messages[-1].text == "The GPU ran out of memory. Choose the CPU."
    assert "1 of 10 sentences (failed)" in rows(desk)[0][0]
    assert desk.find(QPushButton, "generate_button").isEnabled()


def test_that_a_cap_that_was_hit_is_told(qtbot: QtBot, open_desk: MakeDesk) -> None:
    notice = Notice(text="3 sentences were left out, because they stayed too short.")
    desk = open_desk(generate=lambda model, config, control: iter([notice]))
    desk.session.set_model(fake_model())

    generate(qtbot, desk)

    assert desk.messages[-1].text == notice.text


def test_that_a_sentence_that_was_cut_ends_with_an_ellipsis(
    qtbot: QtBot, open_desk: MakeDesk
) -> None:
    cut = sentence(text="On and on", is_cut=True)
    desk = open_desk(generate=lambda model, config, control: iter([cut]))
    desk.session.set_model(fake_model())

    generate(qtbot, desk)

    assert rows(desk)[1][1] == "On and on …"


def test_that_the_form_comes_back_in_the_next_session(qtbot: QtBot, open_desk: MakeDesk) -> None:
    first = open_desk()
    first.session.set_model(fake_model())
    first.find(QDoubleSpinBox, "temperature_spin").setValue(0.35)
    first.find(QSpinBox, "count_spin").setValue(25)

    second = open_desk()

    assert second.find(QDoubleSpinBox, "temperature_spin").value() == pytest.approx(0.35)
    assert second.find(QSpinBox, "count_spin").value() == 25


def test_that_save_writes_the_sentences_and_says_where(
    qtbot: QtBot, open_desk: MakeDesk, tmp_path: Path
) -> None:
    path = tmp_path / "out.txt"
    desk = open_desk(save_path=path)
    desk.session.set_model(fake_model())
    desk.find(QSpinBox, "count_spin").setValue(2)
    generate(qtbot, desk)

    click(qtbot, desk, "save_button")

    assert path.read_text("utf-8") == "Sentence 1.\nSentence 2.\n"
    assert str(path) in desk.messages[-1].text


def test_that_a_failed_save_is_told_and_loses_nothing(
    qtbot: QtBot, open_desk: MakeDesk, tmp_path: Path
) -> None:
    desk = open_desk(save_path=tmp_path / "missing" / "out.csv")
    desk.session.set_model(fake_model())
    generate(qtbot, desk)

    click(qtbot, desk, "save_button")

    assert desk.messages[-1].kind == "error"
    assert "could not be written" in desk.messages[-1].text
    assert len(rows(desk)) == 11


def test_that_clear_empties_the_list_and_its_buttons(qtbot: QtBot, desk: Desk) -> None:
    generate(qtbot, desk)

    click(qtbot, desk, "clear_button")

    assert rows(desk) == []
    for role in ("copy_button", "save_button", "clear_button"):
        assert not desk.find(QPushButton, role).isEnabled()


def test_that_a_snapshot_that_goes_away_disables_the_tab(desk: Desk) -> None:
    desk.session.set_model(None)

    assert not desk.find(QPushButton, "generate_button").isEnabled()

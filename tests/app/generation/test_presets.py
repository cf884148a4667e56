"""Presets: what they are, how they are kept, and the row that offers them."""

from random import Random

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QInputDialog, QMenu, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from app.generation.presets import (
    PRESETS,
    Preset,
    filters_text,
    presets_as_texts,
    presets_from_texts,
    thrown,
)
from app.generation.writing.preset_row import PresetRow
from engine import SampleConfig
from tests.app.support.widgets import child


@pytest.fixture
def row(qtbot: QtBot) -> PresetRow:
    row = PresetRow()
    qtbot.addWidget(row)
    row.show()
    return row


def menu_of(row: PresetRow) -> QMenu:
    menu = own_button(row).findChild(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly)
    assert menu is not None
    return menu


def own_button(row: PresetRow) -> QToolButton:
    return child(row, QToolButton, "generation.own_presets_button")


def actions_of(row: PresetRow) -> dict[str, QAction]:
    return {action.text(): action for action in menu_of(row).actions()}


def test_that_a_preset_changes_only_how_words_are_chosen() -> None:
    settings = SampleConfig(count=3, start="I think", seed=5, min_length=2, top_k=9)

    careful = PRESETS[1].applied_to(settings)

    assert (careful.count, careful.start, careful.seed, careful.min_length) == (3, "I think", 5, 2)
    assert careful.top_k is None
    assert PRESETS[1].fits(careful)
    assert not PRESETS[0].fits(careful)


def test_that_one_s_own_presets_come_back_and_a_damaged_one_costs_itself() -> None:
    own = (Preset("Poems & such", SampleConfig(temperature=1.2, top_k=30)),)

    texts = (
        *presets_as_texts(own),
        "{",
        '{"name": "x"}',
        '{"name": "x", "settings": {"top_p": 9}}',
    )

    assert presets_from_texts(texts) == own


def test_that_filters_are_named_in_one_line() -> None:
    assert filters_text(SampleConfig(temperature=0.5)) == ""
    assert filters_text(SampleConfig(top_k=40, min_p=0.05, top_p=0.9, repetition_penalty=1.2)) == (
        "top-k 40  ·  top-p 0.9  ·  min-p 0.05  ·  repetition 1.2"
    )


def test_that_a_click_asks_for_a_preset_and_the_present_one_is_marked(
    qtbot: QtBot, row: PresetRow
) -> None:
    wild = child(row, QPushButton, "generation.preset_wild_button")

    with qtbot.waitSignal(row.chosen) as asked:
        qtbot.mouseClick(wild, Qt.MouseButton.LeftButton)
    assert asked.args == [PRESETS[2]]
    assert not wild.isChecked()  # nobody has shown it yet

    row.show_settings(PRESETS[2].settings)
    assert wild.isChecked()


def test_that_the_button_opens_its_menu_without_waiting_for_it(
    qtbot: QtBot, row: PresetRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QMenu] = []
    monkeypatch.setattr(QMenu, "popup", lambda menu, _place: opened.append(menu))

    qtbot.mouseClick(own_button(row), Qt.MouseButton.LeftButton)

    assert opened == [menu_of(row)]
    assert not own_button(row).isChecked()


def test_that_the_dice_change_only_how_words_are_chosen_one_filter_a_kind(
    qtbot: QtBot, row: PresetRow
) -> None:
    with qtbot.waitSignal(row.chosen) as asked:
        actions_of(row)["Roll the dice"].trigger()
    thrown_ones = [*asked.args, *(thrown(Random(seed)) for seed in range(200))]

    settings = [each.applied_to(SampleConfig(count=3)) for each in thrown_ones]

    for each in settings:
        assert each.count == 3
        assert 0.4 <= each.temperature <= 1.6
        assert (each.top_k is not None) + (each.top_p < 1.0) + (each.min_p > 0.0) <= 1
        assert (each.repetition_penalty > 1.0) + (each.no_repeat_ngram > 0) <= 1
    assert len(set(settings)) > 100


def test_that_settings_are_kept_under_a_name_and_removed(
    qtbot: QtBot, row: PresetRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: ("  A & B ", True))
    row.show_settings(SampleConfig(top_k=7))

    with qtbot.waitSignal(row.own_changed) as kept:
        actions_of(row)["Keep the present settings as…"].trigger()
    assert kept.args == [(Preset("A & B", SampleConfig(top_k=7)),)]
    assert actions_of(row)["A && B"].isChecked()
    with qtbot.waitSignal(row.chosen) as asked:
        actions_of(row)["A && B"].trigger()
    assert asked.args == [Preset("A & B", SampleConfig(top_k=7))]

    with qtbot.waitSignal(row.own_changed) as left:
        actions_of(row)["Remove"].menu().actions()[0].trigger()
    assert left.args == [()]

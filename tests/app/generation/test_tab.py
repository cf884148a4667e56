"""The generation tab as a whole: names, keyboard, ways from one half to the other."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QLineEdit,
    QScrollBar,
    QTabBar,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.generation.writing.sentence_list import SentenceList
from tests.app.generation.conftest import MakeBench
from tests.app.support.generation_fakes import GenerationBench, fake_model, generate_until_stopped

ROLES = (
    "start_edit",
    "generate_button",
    "stop_button",
    "preset_as_learned_button",
    "own_presets_button",
    "count_spin",
    "kind_combo",
    "min_length_spin",
    "max_length_spin",
    "temperature_slider",
    "temperature_spin",
    "filters_button",
    "top_k_spin",
    "random_seed_check",
    "seed_edit",
    "sentence_list",
    "favourites_check",
    "search_edit",
    "copy_button",
    "save_button",
    "clear_button",
    "sentence_edit",
    "undo_button",
    "improve_button",
    "pin_button",
    "word_table",
    "next_search_edit",
    "next_table",
    "comparison_table",
    "unpin_button",
)


def interactive(bench: GenerationBench) -> list[QWidget]:
    kinds = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QLineEdit, QTableView)
    found = [
        widget
        for widget in bench.tab.findChildren(QWidget)
        if isinstance(widget, kinds) and not isinstance(widget, QScrollBar)
    ]
    own = [widget for widget in found if not isinstance(widget.parent(), QTabBar)]  # not Qt's
    return [widget for widget in own if not widget.objectName().startswith("qt_")]


def test_that_every_interactive_widget_has_its_names(bench: GenerationBench) -> None:
    unnamed = [
        f"{type(widget).__name__} {widget.objectName()!r}"
        for widget in interactive(bench)
        if not (widget.objectName().startswith("generation.") and widget.accessibleName())
        and type(widget) is not QAbstractButton  # a table's hidden corner
    ]

    assert not unnamed


def test_that_every_field_and_button_has_a_tooltip(bench: GenerationBench) -> None:
    fields = [widget for widget in interactive(bench) if not isinstance(widget, QTableView)]

    assert not [
        widget.objectName()
        for widget in fields
        if not widget.toolTip() and type(widget) is not QAbstractButton
    ]


def test_that_the_tab_key_goes_from_top_to_bottom(bench: GenerationBench) -> None:
    order = [bench.find(QWidget, ROLES[0])]
    while len(order) < 200 and order[-1] is not bench.find(QWidget, ROLES[-1]):
        order.append(order[-1].nextInFocusChain())

    names = [widget.objectName().removeprefix("generation.") for widget in order]
    assert [name for name in names if name in ROLES] == list(ROLES)


def test_that_a_double_clicked_sentence_is_scored(qtbot: QtBot, bench: GenerationBench) -> None:
    with qtbot.waitSignal(bench.runner.ended):
        qtbot.mouseClick(bench.find(QAbstractButton, "generate_button"), Qt.MouseButton.LeftButton)
    sentences = bench.find(SentenceList, "sentence_list")

    with qtbot.waitSignal(bench.score_runner.ended):
        sentences.doubleClicked.emit(sentences.model().index(1, 1))

    assert bench.text_of("sentence_edit") == "Sentence 1."
    assert bench.text_of("probability_label").startswith("1 in ")


def test_that_scoring_answers_while_sentences_are_drawn(
    qtbot: QtBot, open_bench: MakeBench
) -> None:
    bench = open_bench(generate=generate_until_stopped)
    bench.session.set_model(fake_model())
    qtbot.mouseClick(bench.find(QAbstractButton, "generate_button"), Qt.MouseButton.LeftButton)

    with qtbot.waitSignal(bench.score_runner.ended):
        bench.find(QLineEdit, "sentence_edit").setText("so it is")

    assert bench.runner.is_busy
    assert bench.text_of("bits_label") == "5.40"

"""What else could stand there: choose a place, take a word, undo; the hint of the start words."""

import math
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import (
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QTableView,
    QTabWidget,
    QToolTip,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.generation.background.next_words import start_hint
from app.generation.scoring.next_word_panel import NextWordTable, heading
from app.generation.writing.sentence_list import SentenceList
from app.shared.fields.suggesting_line import SuggestingLine
from app.shared.formatting import format_share
from engine import DeviceError, RunControl, SampleConfig
from tests.app.generation.conftest import MakeBench
from tests.app.support.generation_fakes import (
    GenerationBench,
    fake_model,
    fake_next_words,
    generate_until_stopped,
    sentence,
)


class NotingGenerate:
    """A sampler that begins as asked and goes on with "here"."""

    def __init__(self) -> None:
        self.configs: list[SampleConfig] = []

    def __call__(self, model: Any, config: SampleConfig, control: RunControl) -> Iterator[Any]:
        self.configs.append(config)
        words = (*config.start, "here")
        yield sentence(
            1, " ".join(words), words=words, started_with=len(config.start), settings=config
        )


@pytest.fixture
def noting() -> NotingGenerate:
    return NotingGenerate()


@pytest.fixture
def bench(open_bench: MakeBench, noting: NotingGenerate) -> GenerationBench:
    bench = open_bench(generate=noting)
    bench.session.set_model(fake_model())
    return bench


def type_sentence(qtbot: QtBot, bench: GenerationBench, text: str) -> None:
    with qtbot.waitSignal(bench.score_runner.ended):
        bench.find(QLineEdit, "sentence_edit").setText(text)


def click_row(qtbot: QtBot, table: QTableView, row: int) -> None:
    point = table.visualRect(table.model().index(row, 1)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=point)


def look_at(qtbot: QtBot, bench: GenerationBench, row: int) -> NextWordTable:
    with qtbot.waitSignal(bench.next_runner.ended):
        click_row(qtbot, bench.find(QTableView, "word_table"), row)
    return bench.find(NextWordTable, "next_table")


def test_that_a_clicked_word_shows_what_else_could_stand_there(
    qtbot: QtBot, bench: GenerationBench
) -> None:
    type_sentence(qtbot, bench, "it is so now")

    table = look_at(qtbot, bench, 2)

    rows = [[table.model().index(row, c).data() for c in range(4)] for row in range(4)]
    assert rows[0] == ["1", "so", "50.00 %", "62.50 %"]
    assert table.taken == "so"
    assert bench.text_of("next_heading").startswith("After “it is”: 1.6 bits undecided")


def test_that_an_alternative_continues_the_sentence_and_undo_returns(
    qtbot: QtBot, bench: GenerationBench, noting: NotingGenerate
) -> None:
    type_sentence(qtbot, bench, "it is so now")
    table = look_at(qtbot, bench, 2)

    with qtbot.waitSignal(bench.score_runner.ended):
        click_row(qtbot, table, 1)

    (config,) = noting.configs
    assert config.start == ("it", "is", "not")
    assert (config.count, config.seed) == (1, None)
    assert bench.text_of("sentence_edit") == "it is not here"
    qtbot.waitUntil(lambda: table.taken == "not")
    assert bench.find(SentenceList, "sentence_list").count == 1
    with qtbot.waitSignal(bench.score_runner.ended):
        qtbot.mouseClick(bench.find(QPushButton, "undo_button"), Qt.MouseButton.LeftButton)
    assert bench.text_of("sentence_edit") == "it is so now"
    qtbot.waitUntil(lambda: table.taken == "so")


def test_that_a_word_of_a_drawn_sentence_can_be_clicked(
    qtbot: QtBot, open_bench: MakeBench
) -> None:
    drawn = sentence(text="I think so.", words=("i", "think", "so", "."))
    bench = open_bench(generate=lambda model, config, control: iter([drawn]))
    bench.session.set_model(fake_model())
    with qtbot.waitSignal(bench.runner.ended):
        qtbot.mouseClick(bench.find(QPushButton, "generate_button"), Qt.MouseButton.LeftButton)
    listed = bench.find(SentenceList, "sentence_list")
    before = listed.fontMetrics().horizontalAdvance("I th")

    def place() -> QPoint:
        cell = listed.visualRect(listed.model().index(1, 1))
        return QPoint(cell.left() + 8 + before, cell.center().y())

    qtbot.waitUntil(lambda: listed._word_at(QPointF(place())) == (1, 1))  # the rows are laid out
    with qtbot.waitSignal(bench.next_runner.ended):
        point = place()
        qtbot.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=point)

    assert bench.text_of("sentence_edit") == "I think so."
    assert bench.text_of("next_heading").startswith("After “I”")


def test_that_beside_all_words_a_click_takes_none(qtbot: QtBot, bench: GenerationBench) -> None:
    listed = bench.find(SentenceList, "sentence_list")
    with qtbot.waitSignal(bench.runner.ended):
        qtbot.mouseClick(bench.find(QPushButton, "generate_button"), Qt.MouseButton.LeftButton)
    cell = listed.visualRect(listed.model().index(1, 1))

    with qtbot.assertNotEmitted(listed.word_chosen):
        point = QPoint(cell.right() - 4, cell.center().y())
        qtbot.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=point)


def test_that_a_digit_takes_a_word_and_return_the_current_one(
    qtbot: QtBot, bench: GenerationBench, noting: NotingGenerate
) -> None:
    type_sentence(qtbot, bench, "it is so now")
    table = look_at(qtbot, bench, 1)

    with qtbot.waitSignal(bench.score_runner.ended):
        qtbot.keyClick(table, Qt.Key.Key_2)
    table.selectRow(0)
    with qtbot.waitSignal(bench.score_runner.ended):
        qtbot.keyClick(table, Qt.Key.Key_Return)

    assert [config.start for config in noting.configs] == [("it", "not"), ("it", "so")]


def test_that_the_end_ends_the_sentence_there(
    qtbot: QtBot, bench: GenerationBench, noting: NotingGenerate
) -> None:
    type_sentence(qtbot, bench, "It is so now")
    table = look_at(qtbot, bench, 2)

    click_row(qtbot, table, 2)

    assert bench.text_of("sentence_edit") == "It is"
    assert noting.configs == []


def test_that_the_unknown_word_cannot_be_taken(
    qtbot: QtBot, bench: GenerationBench, noting: NotingGenerate
) -> None:
    type_sentence(qtbot, bench, "it is so now")
    table = look_at(qtbot, bench, 2)

    with qtbot.assertNotEmitted(table.word_taken):
        click_row(qtbot, table, 3)

    assert noting.configs == []


def test_that_filters_strike_out_what_is_never_drawn(qtbot: QtBot, bench: GenerationBench) -> None:
    type_sentence(qtbot, bench, "it is so now")
    table = look_at(qtbot, bench, 2)

    with qtbot.waitSignal(bench.next_runner.ended):
        bench.find(QSpinBox, "top_k_spin").setValue(1)

    font = Qt.ItemDataRole.FontRole
    assert table.model().index(1, 3).data() == "never"
    assert table.model().index(1, 1).data(font).strikeOut()
    assert table.model().index(0, 1).data(font).bold()
    assert "the filters leave 1 word." in bench.text_of("next_heading")


def test_that_a_word_is_found_by_its_beginning(qtbot: QtBot, bench: GenerationBench) -> None:
    type_sentence(qtbot, bench, "it is so now")
    table = look_at(qtbot, bench, 2)

    qtbot.keyClicks(bench.find(QLineEdit, "next_search_edit"), "NO")

    assert table.model().rowCount() == 1
    assert table.model().index(0, 1).data() == "not"
    assert table.model().index(0, 0).data() == "2"


def test_that_a_comparison_comes_to_the_front_when_it_is_used(
    qtbot: QtBot, bench: GenerationBench
) -> None:
    tabs = bench.find(QTabWidget, "aside_tabs")
    type_sentence(qtbot, bench, "it is so")
    assert tabs.currentIndex() == 0

    qtbot.mouseClick(bench.find(QPushButton, "pin_button"), Qt.MouseButton.LeftButton)

    assert (tabs.currentIndex(), tabs.tabText(1)) == (1, "Comparison (1)")


def test_that_start_words_are_answered_and_an_unknown_one_is_flagged(
    qtbot: QtBot, bench: GenerationBench
) -> None:
    edit, hint = bench.find(QLineEdit, "start_edit"), bench.find(QLabel, "start_hint")

    with qtbot.waitSignal(bench.next_runner.ended):
        edit.setText("it")
    assert hint.text().startswith("Likely next: so 50.00 %  ·  not 30.00 %")
    bench.clock.now_s += 1.0
    with qtbot.waitSignal(bench.next_runner.ended):
        edit.setText("it frobnicate")
    assert hint.text().startswith("“frobnicate” is unknown to the model: read as UNKNOWN_TOKEN")
    assert "Likely next: so 50.00 %" in hint.text()
    bench.clock.now_s += 1.0
    edit.clear()

    assert not hint.isVisible()


def test_that_a_word_is_not_called_unknown_while_it_is_typed(
    qtbot: QtBot, bench: GenerationBench
) -> None:
    model = fake_model()
    model.vocabulary.words = ("SENTENCE_START", "SENTENCE_END", "gladsome", "it", "UNKNOWN_TOKEN")
    bench.session.set_model(model)
    line = bench.find(SuggestingLine, "start_edit")
    bench.tab.activateWindow()
    line.setFocus()
    qtbot.waitUntil(line.hasFocus)

    qtbot.keyClicks(line, "it glads")
    qtbot.waitUntil(lambda: "“glads…” could become" in bench.text_of("start_hint"))
    assert bench.find(QLabel, "start_hint").property("role") == "hint"
    qtbot.keyClicks(line, " ")
    qtbot.waitUntil(lambda: "“glads” is unknown" in bench.text_of("start_hint"))
    qtbot.keyClick(line, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: "could become" in bench.text_of("start_hint"))
    bench.find(QPushButton, "generate_button").setFocus()

    qtbot.waitUntil(lambda: "“glads” is unknown" in bench.text_of("start_hint"))


def test_that_a_word_that_is_written_from_is_no_longer_being_typed(
    qtbot: QtBot, bench: GenerationBench
) -> None:
    model = fake_model()
    model.vocabulary.words = ("SENTENCE_START", "SENTENCE_END", "gladsome", "UNKNOWN_TOKEN")
    bench.session.set_model(model)
    line = bench.find(SuggestingLine, "start_edit")
    bench.tab.activateWindow()
    line.setFocus()
    qtbot.waitUntil(line.hasFocus)

    qtbot.keyClicks(line, "glads")
    qtbot.waitUntil(lambda: "“glads…” could become" in bench.text_of("start_hint"))
    qtbot.keyClick(line, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: "“glads” is unknown" in bench.text_of("start_hint"))
    assert line.hasFocus()


def test_that_return_in_the_start_line_writes_sentences_that_begin_so(
    qtbot: QtBot, open_bench: MakeBench
) -> None:
    configs: list[SampleConfig] = []

    def noting(model: Any, config: SampleConfig, control: RunControl) -> Iterator[Any]:
        configs.append(config)
        yield from ()

    bench = open_bench(generate=noting)
    bench.session.set_model(fake_model())
    edit = bench.find(QLineEdit, "start_edit")
    qtbot.keyClicks(edit, "I think")

    with qtbot.waitSignal(bench.runner.ended):
        qtbot.keyClick(edit, Qt.Key.Key_Return)

    assert configs == [SampleConfig(start="I think")]


def test_that_a_new_snapshot_is_asked_again(qtbot: QtBot, open_bench: MakeBench) -> None:
    epochs: list[float] = []

    def noting(model: Any, settings: SampleConfig, count: int, word: str) -> Iterator[Any]:
        epochs.append(model.epoch)
        return fake_next_words(model, settings, count)

    bench = open_bench(next_words=noting)
    bench.session.set_model(fake_model(epoch=1.0))
    with qtbot.waitSignal(bench.next_runner.ended):
        bench.find(QLineEdit, "start_edit").setText("it")

    bench.clock.now_s += 5.0
    with qtbot.waitSignal(bench.next_runner.ended):
        bench.session.set_model(fake_model(epoch=2.0))

    assert epochs == [1.0, 2.0]


def test_that_a_failed_question_is_told(qtbot: QtBot, open_bench: MakeBench) -> None:
    def failing(model: Any, settings: SampleConfig, count: int, word: str) -> Iterator[Any]:
        raise DeviceError("The GPU is gone.")
        yield

    bench = open_bench(next_words=failing)
    bench.session.set_model(fake_model())

    with qtbot.waitSignal(bench.next_runner.ended):
        bench.find(QLineEdit, "start_edit").setText("it")

    assert bench.text_of("start_hint") == "The GPU is gone."


@pytest.mark.parametrize("role", ["coloured_sentence", "sentence_list"])
def test_that_a_word_under_the_pointer_is_looked_at(
    qtbot: QtBot, open_bench: MakeBench, role: str
) -> None:
    drawn = sentence(text="It is not.", words=("it", "is", "not", "."))
    bench = open_bench(generate=lambda model, config, control: iter([drawn]))
    bench.session.set_model(fake_model())
    with qtbot.waitSignal(bench.runner.ended):
        qtbot.mouseClick(bench.find(QPushButton, "generate_button"), Qt.MouseButton.LeftButton)
    type_sentence(qtbot, bench, "It is not .")
    widget: Any = bench.find(QWidget, role)
    if isinstance(widget, SentenceList):
        qtbot.waitUntil(lambda: widget.visualRect(widget.model().index(1, 1)).height() > 0)
        cell, widget = widget.visualRect(widget.model().index(1, 1)), widget.viewport()
        left, y = cell.left() + 8, cell.center().y()
    else:
        left, y = 2, 14
    x = left + widget.fontMetrics().horizontalAdvance("It is n")

    qtbot.mouseMove(widget, QPoint(x + 1, y))
    qtbot.mouseMove(widget, QPoint(x, y))

    qtbot.waitUntil(lambda: "30.00 %" in QToolTip.text())
    assert "<b>not</b>" in QToolTip.text()
    assert QToolTip.text().count("<tr>") == 4
    qtbot.mouseMove(widget, QPoint(widget.width() - 2, y))
    qtbot.waitUntil(lambda: not QToolTip.isVisible())


def test_that_texts_say_where_and_how_sure() -> None:
    model = fake_model()
    (said,) = fake_next_words(model, SampleConfig(start=("glads",)), 2)
    (first,) = fake_next_words(model, SampleConfig(), 2)

    assert start_hint(said).startswith("“glads” is unknown to the model")
    assert heading(first).startswith("At the start of a sentence: 1.6 bits undecided. Click")
    assert "bits undecided; “so” has rank 1, 50.00 %. Click" in heading(first, "so")
    assert format_share(math.log(0.0005)) == "1 in 2,000"
    assert format_share(math.log(0.0123)) == "1.23 %"


def test_that_a_search_asks_for_all_words_of_the_vocabulary(
    qtbot: QtBot, open_bench: MakeBench
) -> None:
    counts: list[int] = []

    def noting(model: Any, settings: SampleConfig, count: int, word: str) -> Iterator[Any]:
        counts.append(count)
        return fake_next_words(model, settings, count)

    bench = open_bench(next_words=noting)
    bench.session.set_model(fake_model())
    type_sentence(qtbot, bench, "it is so now")
    look_at(qtbot, bench, 2)

    with qtbot.waitSignal(bench.next_runner.ended):
        qtbot.keyClicks(bench.find(QLineEdit, "next_search_edit"), "n")

    assert counts[0] == 200
    assert counts[-1] == 8000


def test_that_a_choice_while_sentences_are_written_is_answered(
    qtbot: QtBot, open_bench: MakeBench
) -> None:
    bench = open_bench(generate=generate_until_stopped)
    bench.session.set_model(fake_model())
    type_sentence(qtbot, bench, "it is so now")
    table = look_at(qtbot, bench, 2)
    qtbot.mouseClick(bench.find(QPushButton, "generate_button"), Qt.MouseButton.LeftButton)

    click_row(qtbot, table, 1)

    assert bench.messages[-1].text.startswith("Other sentences are being written")


def test_that_the_start_words_come_back_in_the_next_session(
    qtbot: QtBot, open_bench: MakeBench
) -> None:
    first = open_bench()
    first.session.set_model(fake_model())
    edit = first.find(QLineEdit, "start_edit")
    qtbot.keyClicks(edit, "I think")
    edit.editingFinished.emit()

    assert open_bench().text_of("start_edit") == "I think"


def test_that_a_word_of_a_longer_sentence_can_be_looked_at_before_its_score_is_there(
    qtbot: QtBot, bench: GenerationBench
) -> None:
    type_sentence(qtbot, bench, "so it")
    look_at(qtbot, bench, 1)
    panel, longer = bench.tab.score_panel, "so it is and so it goes on"

    panel.look_at(longer, 6)
    with qtbot.waitSignal(bench.next_runner.ended):
        bench.find(QSpinBox, "count_spin").stepUp()  # other settings: the place is asked for again

    bench.clock.now_s += 10.0
    qtbot.waitUntil(lambda: panel.words_before == tuple(longer.split()[:6]))
    assert panel.word_looked_at == "goes"

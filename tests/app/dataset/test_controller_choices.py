"""What the user chooses for a file is used, and comes back in the next session."""

import dataclasses
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QPushButton,
    QSpinBox,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from app.shared.fields.column_picker import ColumnPicker
from engine import EncodingReading
from tests.app.support.dataset_bench import PATH, Bench
from tests.app.support.dataset_fakes import PREVIEW, FakeEngine


def test_that_another_vocabulary_size_alone_is_not_tokenised_again(bench: Bench) -> None:
    bench.find(QSpinBox, "vocabulary_spin").setValue(500)
    bench.open()
    bench.prepare()

    bench.find(QSpinBox, "vocabulary_spin").setValue(200)
    bench.prepare()

    assert len(bench.engine.built) == 1
    assert bench.find(QLabel, "summary.vocabulary_size").text() == "200"


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (100, "With this size 10.0 % of all words would be unknown."),
        (20_000, "The text has only 900 different words: all are kept."),
    ],
)
def test_that_what_a_vocabulary_size_leaves_out_is_said(bench: Bench, size: int, said: str) -> None:
    bench.open()
    bench.prepare()

    bench.find(QSpinBox, "vocabulary_spin").setValue(size)

    assert bench.find(QLabel, "coverage_label").text() == said

    bench.controller.open_path(Path("other.csv"))
    bench.rest()
    assert bench.find(QLabel, "coverage_label").text() == ""  # nothing is known of that file


def test_that_another_file_begins_with_the_default_choices(bench: Bench) -> None:
    bench.open()
    bench.find(QSpinBox, "vocabulary_spin").setValue(1234)
    bench.find(QComboBox, "bad_rows_combo").setCurrentIndex(1)
    bench.prepare()

    bench.controller.open_path(Path("other.csv"))
    bench.rest()

    assert bench.find(QSpinBox, "vocabulary_spin").value() == 8000
    assert bench.find(QComboBox, "bad_rows_combo").currentData() == "skip"


def test_that_another_split_of_the_same_text_is_not_prepared_again(bench: Bench) -> None:
    bench.open()
    bench.prepare()
    bench.find(QDoubleSpinBox, "validation_spin").setValue(20.0)

    bench.prepare()

    assert len(bench.engine.built) == 1
    assert bench.session.corpus_config is not None
    assert bench.session.corpus_config.validation_fraction == 0.2


def test_that_joined_columns_and_the_treatment_of_damaged_rows_are_used(bench: Bench) -> None:
    bench.open()
    bench.find(ColumnPicker, "column_combo").toggle(0)
    bench.find(QComboBox, "bad_rows_combo").setCurrentIndex(1)

    bench.prepare()

    config = bench.engine.built[0].csv
    assert (config.columns, config.bad_rows) == (("author", "body"), "stop")


def test_that_joined_columns_stay_when_the_encoding_changes(bench: Bench) -> None:
    bench.open()
    bench.find(ColumnPicker, "column_combo").toggle(0)

    bench.find(QComboBox, "encoding_combo").setCurrentIndex(2)
    bench.rest()

    assert bench.find(ColumnPicker, "column_combo").picked() == (0, 1)


def test_that_the_documents_of_a_plain_text_are_read_again_as_chosen(
    bench: Bench, engine: FakeEngine
) -> None:
    engine.preview = dataclasses.replace(PREVIEW, kind="lines", columns=("text",), guessed_column=0)
    bench.open()

    bench.find(QComboBox, "documents_combo").setCurrentIndex(2)
    bench.rest()

    assert bench.engine.inspected[-1][1].documents == "paragraphs"


def test_that_the_quoting_and_the_decoding_of_entities_are_used(
    bench: Bench, engine: FakeEngine
) -> None:
    engine.preview = dataclasses.replace(PREVIEW, entities=4)
    bench.open()
    bench.find(QComboBox, "quoting_combo").setCurrentIndex(5)
    bench.rest()
    bench.find(QCheckBox, "entities_check").click()
    bench.rest()

    bench.prepare()

    looked, used = bench.engine.inspected[-1][1], bench.engine.built[0].csv
    assert (looked.quoting, looked.decode_entities) == ("none", True)
    assert (used.quoting, used.decode_entities) == ("none", True)


def test_that_entities_are_not_decoded_in_the_next_file_unasked(
    bench: Bench, engine: FakeEngine
) -> None:
    engine.preview = dataclasses.replace(PREVIEW, entities=4)
    bench.open()
    bench.find(QCheckBox, "entities_check").click()
    bench.rest()

    bench.open()

    assert not bench.engine.inspected[-1][1].decode_entities


def test_that_the_chosen_vocabulary_is_used_without_preparing_anew(bench: Bench) -> None:
    bench.find(QSpinBox, "vocabulary_spin").setValue(500)
    bench.open()
    bench.prepare()
    bench.controller.open_path(Path("other.csv"))  # only looked at
    bench.rest()
    bench.find(QSpinBox, "vocabulary_spin").setValue(5)

    bench.tab.vocabulary_page.use_requested.emit()
    bench.rest()

    assert len(bench.engine.built) == 1
    assert bench.session.corpus is not None
    assert bench.session.corpus.summary.vocabulary_size == 5


def test_that_no_vocabulary_is_used_before_a_corpus_is_there(bench: Bench) -> None:
    bench.tab.vocabulary_page.use_requested.emit()

    assert not bench.runner.is_busy


def test_that_a_click_on_a_reading_chooses_its_encoding(bench: Bench, engine: FakeEngine) -> None:
    readings = (
        EncodingReading(encoding="cp1252", text="a <b>café</b>"),
        EncodingReading(encoding="cp775", text="a <b>cafķ</b>"),  # which the list has not
    )
    engine.preview = dataclasses.replace(PREVIEW, encoding_readings=readings)
    bench.open()

    line = bench.find(QLabel, "encoding_line_1")
    assert line.isVisible()
    assert line.text() == "a <b>cafķ</b>"
    assert bench.find(QPushButton, "encoding_button_2").isHidden()
    bench.click("encoding_button_1")
    bench.rest()

    assert engine.inspected[-1][1].encoding == "cp775"


def test_that_nothing_is_asked_where_the_encoding_is_sure(bench: Bench) -> None:
    bench.open()

    assert not bench.find(QLabel, "encoding_line_0").isVisible()


def test_that_another_sheet_is_read_when_it_is_chosen(bench: Bench, engine: FakeEngine) -> None:
    engine.preview = dataclasses.replace(PREVIEW, sheets=("Lists", "Comments"), sheet="Comments")
    bench.open()

    bench.find(QToolButton, "change_reading_button").click()
    box = bench.find(QComboBox, "sheet_combo")
    assert box.isVisible()
    assert box.currentText() == "Comments"
    assert not bench.find(QComboBox, "delimiter_combo").isVisible()
    box.setCurrentText("Lists")
    bench.rest()

    assert engine.inspected[-1][1].sheet == "Lists"


def test_that_the_sheet_of_one_file_is_not_looked_for_in_the_next(
    bench: Bench, engine: FakeEngine
) -> None:
    engine.preview = dataclasses.replace(PREVIEW, sheets=("Lists", "Comments"), sheet="Comments")
    bench.open()
    bench.open()

    assert engine.inspected[-1][1].sheet is None


def test_that_looking_at_a_file_can_be_cancelled(bench: Bench, engine: FakeEngine) -> None:
    engine.looks_until_stopped = True
    bench.controller.open_path(PATH)
    bench.click("cancel_button")
    bench.rest()

    assert bench.messages[-1].text == "Reading comments.csv was cancelled."
    assert not bench.find(QPushButton, "prepare_button").isEnabled()


def test_that_another_file_ends_the_look_at_the_first(bench: Bench, engine: FakeEngine) -> None:
    engine.looks_until_stopped = True
    bench.controller.open_path(PATH)
    bench.qtbot.waitUntil(lambda: len(engine.inspected) == 1)
    engine.looks_until_stopped = False
    bench.controller.open_path(Path("other.csv"))
    bench.qtbot.waitUntil(lambda: len(engine.inspected) == 2)
    bench.rest()

    assert engine.inspected[-1][0] == Path("other.csv")
    assert bench.find(QPushButton, "prepare_button").isEnabled()


@pytest.mark.parametrize(
    ("typed", "delimiter"),
    [("#", "#"), ("<>", "<>"), ("\\t", "\t"), ("\\x02", "\x02"), (";", ";"), ("|||||", "|||||")],
)
def test_that_any_delimiter_can_be_typed(
    bench: Bench, qtbot: QtBot, typed: str, delimiter: str
) -> None:
    bench.open()
    box = bench.find(QComboBox, "delimiter_combo")

    box.lineEdit().selectAll()
    qtbot.keyClicks(box.lineEdit(), typed)
    qtbot.keyClick(box.lineEdit(), Qt.Key.Key_Return)
    bench.rest()

    assert bench.engine.inspected[-1][1].delimiter == delimiter
    assert box.currentData() == delimiter


@pytest.mark.parametrize("typed", ["", "longer than any"])
def test_that_what_is_no_delimiter_is_taken_back(bench: Bench, qtbot: QtBot, typed: str) -> None:
    bench.open()
    box = bench.find(QComboBox, "delimiter_combo")
    shown, looked = box.currentText(), len(bench.engine.inspected)

    box.lineEdit().clear()
    qtbot.keyClicks(box.lineEdit(), typed)
    qtbot.keyClick(box.lineEdit(), Qt.Key.Key_Return)
    bench.rest()

    assert (box.currentText(), box.currentData()) == (shown, None)
    assert len(bench.engine.inspected) == looked


def test_that_prepare_stands_out_again_once_a_choice_differs_from_the_prepared_text(
    bench: Bench,
) -> None:
    def bright() -> list[str]:
        buttons = [bench.find(QPushButton, f"{name}_button") for name in ("prepare", "train")]
        return [each.text() for each in buttons if each.property("primary") == "true"]

    bench.open()
    bench.prepare()
    seen = [bright()]

    for role in ("duplicates_check", "duplicates_check", "entities_check"):
        bench.find(QCheckBox, role).click()
        bench.rest()
        seen.append(bright())
    bench.prepare()

    assert [*seen, bright()] == [["Train →"], ["&Prepare"], ["Train →"], ["&Prepare"], ["Train →"]]

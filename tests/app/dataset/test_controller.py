"""From a chosen file to a prepared corpus, driven through the tab's widgets."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QLabel,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.dataset.file.panel import FILE_FILTERS, ask_csv_paths
from app.session import RunState
from engine import CorpusError, CorpusReady, Notice, RunControl
from tests.app.support.dataset_bench import PATH, Bench
from tests.app.support.dataset_fakes import FakeEngine, until_stopped


def test_that_opening_a_file_shows_its_first_rows_and_guesses_the_column(bench: Bench) -> None:
    bench.click("open_button")
    bench.rest()

    assert bench.find(QTableView, "preview_table").model().index(1, 1).data() == "You like dogs."
    assert bench.find(QComboBox, "column_combo").currentText() == "2: body"
    assert bench.find(QCheckBox, "header_check").isChecked()
    assert bench.find(QComboBox, "encoding_combo").currentText() == "Detect (utf-8)"
    assert bench.find(QComboBox, "delimiter_combo").currentText() == "Detect (comma)"


def test_that_nothing_can_be_prepared_before_a_file_is_read(bench: Bench) -> None:
    assert not bench.find(QPushButton, "prepare_button").isEnabled()

    bench.open()

    assert bench.find(QPushButton, "prepare_button").isEnabled()


def test_that_a_dismissed_file_dialog_changes_nothing(bench: Bench) -> None:
    bench.controller._ask_paths = lambda folder: []

    bench.click("open_button")

    assert bench.controller.path is None
    assert bench.engine.inspected == []


def test_that_another_delimiter_reads_the_rows_again_with_it(bench: Bench) -> None:
    bench.open()

    bench.find(QComboBox, "delimiter_combo").setCurrentIndex(2)
    bench.rest()

    assert bench.engine.inspected[-1][1].delimiter == ";"


def test_that_the_header_choice_is_kept_when_the_rows_are_read_again(bench: Bench) -> None:
    bench.open()

    bench.find(QCheckBox, "header_check").click()
    bench.rest()

    assert [config.has_header for _, config in bench.engine.inspected] == [None, False]


def test_that_a_column_chosen_by_hand_stays_when_the_encoding_changes(bench: Bench) -> None:
    bench.open()
    bench.find(QComboBox, "column_combo").setCurrentIndex(0)

    bench.find(QComboBox, "encoding_combo").setCurrentIndex(2)
    bench.rest()

    assert bench.find(QComboBox, "column_combo").currentIndex() == 0


def test_that_changes_during_a_reading_end_with_the_last_of_them(bench: Bench) -> None:
    bench.controller.open_path(PATH)
    for index in (1, 2, 3):
        bench.find(QComboBox, "delimiter_combo").setCurrentIndex(index)
    bench.rest()
    bench.qtbot.waitUntil(lambda: bench.engine.inspected[-1][1].delimiter == "\t")
    bench.rest()

    assert bench.find(QComboBox, "delimiter_combo").currentData() == "\t"


def test_that_preparing_uses_what_is_shown(bench: Bench) -> None:
    bench.open()
    bench.find(QSpinBox, "vocabulary_spin").setValue(1500)

    bench.prepare()

    config = bench.engine.built[0]
    assert (config.path, config.vocabulary_size) == (PATH, 1500)
    assert (config.csv.columns, config.csv.has_header) == (("body",), True)


def test_that_a_prepared_corpus_is_in_the_session_and_on_the_tab(bench: Bench) -> None:
    bench.open()

    bench.prepare()

    assert bench.session.corpus is bench.engine.corpus
    assert bench.session.run_state is RunState.READY
    assert bench.find(QLabel, "summary.documents").text() == "1,234"
    assert bench.find(QLabel, "summary.unknown_share").text() == "6.4 %"


def test_that_the_stage_and_the_share_done_are_shown(bench: Bench, engine: FakeEngine) -> None:
    engine.events = until_stopped
    bench.open()

    with bench.qtbot.waitSignal(bench.runner.event_ready):
        bench.click("prepare_button")

    stage = bench.find(QLabel, "stage_label").text()
    assert stage == "Splitting into words: 300 of 1,200 documents"
    assert bench.find(QProgressBar, "progress_bar").value() == 250


def test_that_cancel_ends_the_preparation_and_keeps_the_state(
    bench: Bench, engine: FakeEngine
) -> None:
    engine.events = until_stopped
    bench.open()
    with bench.qtbot.waitSignal(bench.runner.event_ready):
        bench.click("prepare_button")

    bench.click("cancel_button")
    bench.rest()

    assert bench.session.run_state is RunState.IDLE
    assert bench.messages[-1].text == "The preparation was cancelled. Nothing was changed."
    assert not bench.find(QProgressBar, "progress_bar").isVisible()


def test_that_another_file_cannot_be_opened_during_a_preparation(
    bench: Bench, engine: FakeEngine
) -> None:
    engine.events = until_stopped
    bench.open()
    with bench.qtbot.waitSignal(bench.runner.event_ready):
        bench.click("prepare_button")

    bench.controller.open_path(Path("other.csv"))

    assert bench.controller.path == PATH
    assert bench.messages[-1].kind == "warning"
    assert not bench.find(QPushButton, "open_button").isEnabled()


def test_that_a_file_that_cannot_be_read_says_why(bench: Bench, engine: FakeEngine) -> None:
    engine.inspect_error = CorpusError("comments.csv is empty. Choose another file.")

    bench.open()

    assert bench.messages[-1].text == "comments.csv is empty. Choose another file."
    assert not bench.find(QPushButton, "prepare_button").isEnabled()
    assert bench.settings.settings.recent_files == ()


def test_that_after_an_unusable_file_what_is_still_shown_is_named(
    bench: Bench, engine: FakeEngine, tmp_path: Path
) -> None:
    bench.open()
    bench.prepare()
    engine.inspect_error = CorpusError("bin.csv is no text.")
    path = tmp_path / "bin.csv"
    bench.controller.open_path(path)
    bench.rest()
    assert bench.messages[-1].action is None  # what is not there has no options

    path.write_bytes(b"\0")
    bench.controller.open_path(path)
    bench.rest()

    assert bench.find(QLabel, "file_label").text() == "comments.csv"
    action = bench.messages[-1].action
    assert action is not None
    action.run()  # its options can be changed until it can be read
    assert bench.find(QLabel, "file_label").text() == "bin.csv (not used)"
    assert bench.session.unprepared == path
    assert bench.find(QLabel, "origin_label").text().startswith("comments.csv: ")
    note = bench.find(QLabel, "preview_note").text()
    assert note == "These rows were read before: the chosen file cannot be used as it is."


def test_that_a_failed_preparation_says_why_and_allows_another(
    bench: Bench, engine: FakeEngine
) -> None:
    def failing(control: RunControl) -> Iterator[object]:
        yield Notice(text="a row was left out")
        raise CorpusError("comments.csv has no text in column 'body'.")

    engine.events = failing
    bench.open()

    bench.prepare()

    assert bench.messages[-1].text == "comments.csv has no text in column 'body'."
    assert bench.session.run_state is RunState.IDLE
    assert bench.find(QPushButton, "prepare_button").isEnabled()


@pytest.mark.expects_log("Unexpected failure")
def test_that_an_unexpected_failure_offers_its_details(bench: Bench, engine: FakeEngine) -> None:
    engine.inspect_error = ZeroDivisionError("by zero")

    bench.open()

    assert "Reading comments.csv failed unexpectedly" in bench.messages[-1].text
    assert "ZeroDivisionError" in bench.messages[-1].details


@pytest.mark.parametrize("severity", ["info", "warning"])
def test_that_a_notice_of_the_preparation_is_shown_after_it(
    bench: Bench, engine: FakeEngine, severity: Any
) -> None:
    def with_notice(control: RunControl) -> Iterator[object]:
        yield Notice(text="1 row was left out.", severity=severity)
        yield CorpusReady(corpus=engine.corpus)  # type: ignore[arg-type]

    engine.events = with_notice
    bench.open()

    bench.prepare()

    assert bench.messages[-1].text == "1 row was left out."
    assert bench.messages[-1].kind == severity


def test_that_the_sample_comments_are_prepared_at_once(bench: Bench) -> None:
    bench.click("sample_button")
    bench.qtbot.waitUntil(lambda: bench.session.run_state is RunState.READY)
    bench.rest()

    assert bench.engine.built[0].path == Path("sample.csv")
    assert bench.settings.settings.recent_files == ()


def test_that_a_training_that_began_while_the_sample_was_read_is_left_alone(bench: Bench) -> None:
    bench.open()
    bench.prepare()
    built = len(bench.engine.built)

    bench.controller.open_sample()
    bench.session.set_run_state(RunState.TRAINING)
    bench.rest()

    assert bench.session.run_state is RunState.TRAINING
    assert len(bench.engine.built) == built
    assert bench.messages[-1].text.startswith("Another job began")


def test_that_a_read_file_is_a_recent_file(bench: Bench) -> None:
    bench.open()

    assert bench.settings.settings.recent_files == (str(PATH.absolute()),)


def test_that_the_file_dialog_offers_every_kind_of_text() -> None:
    for suffix in (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".gz"):
        assert f"*{suffix}" in FILE_FILTERS[0]


def test_that_the_file_dialog_belongs_to_the_window_and_starts_where_the_last_one_ended(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[QFileDialog] = []
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)

    def answer(dialog: QFileDialog) -> int:
        asked.append(dialog)
        assert dialog.parent() is window
        assert dialog.width() >= 900
        assert dialog.directory().exists()
        assert all(Path(url.toLocalFile()).is_dir() for url in dialog.sidebarUrls())
        return QFileDialog.DialogCode.Rejected

    monkeypatch.setattr(QFileDialog, "exec", answer)
    monkeypatch.setattr(QFileDialog, "deleteLater", lambda _dialog: None)

    for last in (str(tmp_path), "", str(tmp_path / "gone")):
        assert ask_csv_paths(last) == []

    assert asked[0].directory().absolutePath() == str(tmp_path)
    assert QUrl.fromLocalFile(str(tmp_path)) in asked[0].sidebarUrls()
    assert QUrl.fromLocalFile(str(Path.home())) in asked[0].sidebarUrls()
    assert len(asked) == 3

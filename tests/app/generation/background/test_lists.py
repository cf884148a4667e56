"""The window for many sentences, as a person uses it: with the engine behind it."""

import csv
import io
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTableView,
)
from pytestqt.qtbot import QtBot

from app.session import RunState
from app.shared.fields.column_picker import ColumnPicker
from engine import RunControl, StageProgress
from engine.scoring.text_scores import score_texts
from tests.app.generation.conftest import MakeBench
from tests.app.support.generation_fakes import GenerationBench
from tests.engine.support.models import tiny_model

TEXTS = ["sat cat the", "the cat sat .", "the zebra sat ."]


class Paths:
    """What the person chooses in the file dialogs."""

    opened: Path | None = None
    saved: Path | None = None

    def ask_list_path(self, folder: str) -> Path | None:
        return self.opened

    def ask_scores_path(self, suggested: Path) -> Path | None:
        return self.saved


@pytest.fixture
def paths() -> Paths:
    return Paths()


def open_lists(
    qtbot: QtBot, open_bench: MakeBench, paths: Paths, **options: Any
) -> GenerationBench:
    bench = open_bench(
        ask_list_path=paths.ask_list_path, ask_scores_path=paths.ask_scores_path, **options
    )
    bench.session.set_model(tiny_model())
    qtbot.mouseClick(bench.find(QPushButton, "lists_button"), Qt.MouseButton.LeftButton)
    assert bench.tab.lists.isVisible()
    return bench


def press(qtbot: QtBot, bench: GenerationBench, role: str) -> None:
    button = bench.find(QPushButton, role)
    qtbot.waitUntil(button.isEnabled)
    button.click()


def cells(bench: GenerationBench, role: str, title: str) -> list[str]:
    table = bench.find(QTableView, role)
    model = table.model()
    titles = [
        model.headerData(column, Qt.Orientation.Horizontal) for column in range(model.columnCount())
    ]
    column = titles.index(title)
    if table.isColumnHidden(column):
        return []
    return [str(model.index(row, column).data()) for row in range(model.rowCount())]


def test_that_scores_of_a_second_file_are_weighed(
    qtbot: QtBot, open_bench: MakeBench, paths: Paths, tmp_path: Path
) -> None:
    bench = open_lists(qtbot, open_bench, paths)
    paths.opened = tmp_path / "nbest.txt"
    paths.opened.write_text("talk-1 the cat sat .\ntalk-2 sat cat the\n")
    press(qtbot, bench, "rank_open_button")
    qtbot.waitUntil(lambda: len(cells(bench, "rank_table", "Sentence")) == 2)
    first, second = cells(bench, "rank_table", "Sentence")

    paths.opened = tmp_path / "costs.txt"
    costs = {"the cat sat .": "talk-1", "sat cat the": "talk-2"}
    paths.opened.write_text(f"{costs[second]} 1\n{costs[first]} 300\n")
    press(qtbot, bench, "own_scores_button")
    bench.find(QDoubleSpinBox, "own_weight_spin").setValue(-1.0)

    qtbot.waitUntil(lambda: cells(bench, "rank_table", "Sentence") == [second, first])
    paths.opened.write_text("talk-2 1\n")
    press(qtbot, bench, "own_scores_button")
    qtbot.waitUntil(lambda: "has no score for “talk-1”" in bench.text_of("rank_status"))
    assert len(cells(bench, "rank_table", "Sentence")) == 2


def test_that_a_typed_list_is_ranked_and_ranked_anew_by_other_weights(
    qtbot: QtBot, open_bench: MakeBench, paths: Paths
) -> None:
    bench = open_lists(qtbot, open_bench, paths)
    bench.find(QPlainTextEdit, "rank_edit").setPlainText("\n".join(TEXTS))

    press(qtbot, bench, "rank_button")

    qtbot.waitUntil(lambda: len(cells(bench, "rank_table", "Sentence")) == 3)
    scores = dict(zip(TEXTS, score_texts(tiny_model(), TEXTS), strict=True))
    by_sum = sorted(TEXTS, key=lambda text: -scores[text].log_probability)
    assert cells(bench, "rank_table", "Sentence") == by_sum
    assert cells(bench, "rank_table", "#") == ["1", "2", "3"]
    assert cells(bench, "rank_table", "Was") == [str(TEXTS.index(text) + 1) for text in by_sum]
    assert cells(bench, "rank_table", "List’s own") == []
    assert "1 sentence with unknown words" in bench.text_of("rank_status")
    bench.find(QCheckBox, "per_word_check").click()
    by_mean = sorted(TEXTS, key=lambda text: -scores[text].log_probability / scores[text].words)
    assert cells(bench, "rank_table", "Sentence") == by_mean
    bench.find(QDoubleSpinBox, "weight_spin").setValue(-1.0)
    assert cells(bench, "rank_table", "Sentence") == by_mean[::-1]


def test_that_an_opened_list_is_weighed_with_its_own_scores_and_saved(
    qtbot: QtBot, open_bench: MakeBench, paths: Paths, tmp_path: Path
) -> None:
    paths.opened, paths.saved = tmp_path / "n.best", tmp_path / "order.csv"
    lines = ["0 ||| sat ||| f ||| -2", "0 ||| =the cat ||| f ||| -1", "1 ||| cat ||| f ||| -3"]
    paths.opened.write_text("\n".join(lines), encoding="utf-8")
    bench = open_lists(qtbot, open_bench, paths)
    bench.find(QDoubleSpinBox, "weight_spin").setValue(0.0)
    bench.find(QDoubleSpinBox, "own_weight_spin").setValue(1.0)

    press(qtbot, bench, "rank_open_button")

    qtbot.waitUntil(lambda: cells(bench, "rank_table", "Sentence") == ["=the cat", "sat", "cat"])
    assert cells(bench, "rank_table", "List") == ["0", "0", "1"]
    assert cells(bench, "rank_table", "#") == ["1", "2", "1"]
    press(qtbot, bench, "rank_save_button")
    rows = list(csv.DictReader(io.StringIO(paths.saved.read_text("utf-8-sig"))))
    assert [row["sentence"] for row in rows] == ["'=the cat", "sat", "cat"]
    assert [float(row["total"]) for row in rows] == [-1.0, -2.0, -3.0]


def test_that_a_double_click_shows_the_words_of_a_candidate(
    qtbot: QtBot, open_bench: MakeBench, paths: Paths
) -> None:
    bench = open_lists(qtbot, open_bench, paths)
    bench.find(QPlainTextEdit, "rank_edit").setPlainText("the cat")
    press(qtbot, bench, "rank_button")
    qtbot.waitUntil(lambda: cells(bench, "rank_table", "Sentence") == ["the cat"])

    table = bench.find(QTableView, "rank_table")
    table.doubleClicked.emit(table.model().index(0, 0))

    assert bench.find(QLineEdit, "sentence_edit").text() == "the cat"


def test_that_a_column_is_scored_into_a_new_file(
    qtbot: QtBot, open_bench: MakeBench, paths: Paths, tmp_path: Path
) -> None:
    paths.opened, paths.saved = tmp_path / "rows.csv", tmp_path / "scored.csv"
    rows = [f"{text},{number}" for number, text in enumerate(TEXTS * 20)]
    paths.opened.write_text("body,id\n" + "\n".join(rows) + "\n", encoding="utf-8")
    bench = open_lists(qtbot, open_bench, paths)
    press(qtbot, bench, "file_open_button")
    picker = bench.find(ColumnPicker, "file_column_picker")
    qtbot.waitUntil(picker.isEnabled)
    assert picker.shown_text() == "body"
    button = bench.find(QPushButton, "file_score_button")
    qtbot.waitUntil(lambda: bench.tab.lists.focusWidget() is button)

    qtbot.keyClick(button, Qt.Key.Key_Space)

    qtbot.waitUntil(lambda: "60 rows with scores" in bench.text_of("file_status"))
    scored = list(csv.DictReader(io.StringIO(paths.saved.read_text("utf-8-sig"))))
    assert [row["id"] for row in scored] == [str(number) for number in range(60)]
    log10s = [each.log_probability / 2.302585 for each in score_texts(tiny_model(), TEXTS)]
    assert [float(row["log10_probability"]) for row in scored[:3]] == pytest.approx(log10s, 1e-4)
    assert "60 texts" in bench.text_of("file_totals")
    assert "Without the 20 unknown words" in bench.text_of("file_totals")
    places = dict(
        zip(
            cells(bench, "file_word_table", "Word"),
            cells(bench, "file_word_table", "Places"),
            strict=True,
        )
    )
    assert places["(unknown words together)"] == "20"
    assert places["(end of sentence)"] == "60"


def test_that_a_table_of_surprisal_has_a_row_per_word(
    qtbot: QtBot, open_bench: MakeBench, paths: Paths, tmp_path: Path
) -> None:
    paths.opened, paths.saved = tmp_path / "items.csv", tmp_path / "surprisal.csv"
    paths.opened.write_text("body,item,word\nthe cat,7,x\nsat,8,y\n", encoding="utf-8")
    bench = open_lists(qtbot, open_bench, paths)
    press(qtbot, bench, "file_open_button")
    check = bench.find(QCheckBox, "file_per_word_check")
    qtbot.waitUntil(check.isEnabled)
    check.click()

    press(qtbot, bench, "file_score_button")

    qtbot.waitUntil(
        lambda: "5 words of 2 rows, a row each, with scores" in bench.text_of("file_status")
    )
    rows = list(csv.DictReader(io.StringIO(paths.saved.read_text("utf-8-sig"))))
    words = [word for text in ("the cat", "sat") for word in [*text.split(), "SENTENCE_END"]]
    assert [row["word_2"] for row in rows] == words  # the table has a column "word" already
    assert [row["item"] + row["word"] for row in rows] == ["7x"] * 3 + ["8y"] * 2
    bits = -sum(each.log_probability for each in score_texts(tiny_model(), ["the cat", "sat"]))
    assert sum(float(row["surprisal_bits"]) for row in rows) == pytest.approx(bits / math.log(2.0))
    assert cells(bench, "file_word_table", "Word")


@pytest.mark.parametrize("way", ["button", "escape"])
def test_that_scoring_a_file_can_be_stopped(
    way: str, qtbot: QtBot, open_bench: MakeBench, paths: Paths, tmp_path: Path
) -> None:
    def endless(
        model: Any, source: Path, config: Any, target: Path, per_word: bool, control: RunControl
    ) -> Iterator[Any]:
        yield StageProgress(stage="Scoring rows", done=500, total=2000, unit="bytes")
        control.pause()
        assert not control.proceed()

    paths.opened, paths.saved = tmp_path / "rows.csv", tmp_path / "scored.csv"
    paths.opened.write_text("body\nthe cat\n", encoding="utf-8")
    bench = open_lists(qtbot, open_bench, paths, score_file=endless)
    press(qtbot, bench, "file_open_button")
    press(qtbot, bench, "file_score_button")
    qtbot.waitUntil(lambda: "500 bytes of 2 kB" in bench.text_of("file_status"))

    with qtbot.waitSignal(bench.runners["file_scoring"].ended):
        if way == "button":
            press(qtbot, bench, "file_cancel_button")
        else:
            qtbot.keyClick(bench.tab.lists, Qt.Key.Key_Escape)

    assert bench.text_of("file_status") == "Stopped: no new file was written."
    assert bench.tab.lists.isVisible()
    qtbot.keyClick(bench.tab.lists, Qt.Key.Key_Escape)
    assert not bench.tab.lists.isVisible()


def test_that_what_is_wrong_is_said_where_the_person_looks(
    qtbot: QtBot, open_bench: MakeBench, paths: Paths, tmp_path: Path
) -> None:
    paths.opened = paths.saved = tmp_path / "rows.csv"
    paths.opened.write_text("body\nthe cat\n", encoding="utf-8")
    bench = open_lists(qtbot, open_bench, paths)
    press(qtbot, bench, "file_open_button")

    press(qtbot, bench, "file_score_button")

    qtbot.waitUntil(lambda: "is the file that is read" in bench.text_of("file_status"))
    assert paths.opened.read_text("utf-8") == "body\nthe cat\n"
    paths.opened = tmp_path / "none.txt"
    press(qtbot, bench, "rank_open_button")
    qtbot.waitUntil(lambda: "There is no file" in bench.text_of("rank_status"))


def test_that_the_earlier_model_ranks_while_one_looks_back_and_a_training_runs(
    qtbot: QtBot, open_bench: MakeBench, paths: Paths
) -> None:
    bench = open_lists(qtbot, open_bench, paths)
    for state in (RunState.PREPARING, RunState.READY, RunState.TRAINING):
        bench.session.set_run_state(state)
    earlier = tiny_model(seed=7)
    bench.session.look_back(earlier)
    bench.session.set_model(tiny_model(seed=3))  # a snapshot of the training
    bench.find(QPlainTextEdit, "rank_edit").setPlainText("\n".join(TEXTS))

    press(qtbot, bench, "rank_button")

    qtbot.waitUntil(lambda: len(cells(bench, "rank_table", "log₁₀ p")) == 3)
    scores = [each.log_probability / math.log(10.0) for each in score_texts(earlier, TEXTS)]
    shown = [f"{score:.2f}".replace("-", "−") for score in sorted(scores, reverse=True)]
    assert cells(bench, "rank_table", "log₁₀ p") == shown

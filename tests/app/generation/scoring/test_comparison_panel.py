"""A minimal pair word under word, as a teacher shows it."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QTableView
from pytestqt.qtbot import QtBot

from app.generation.records import ModelScore
from app.generation.scoring.alignment import aligned
from app.generation.scoring.bands import DARK, LIGHT
from app.generation.scoring.comparison_panel import ComparisonPanel
from tests.app.support.generation_fakes import sentence_score, word_score
from tests.app.support.widgets import child


def pinned(text: str, *bits: float, model: str = "m", rank: int = 12) -> ModelScore:
    words = [*text.split(), "SENTENCE_END"]
    scores = tuple(word_score(w, b, rank=rank) for w, b in zip(words, bits, strict=True))
    unknown = tuple(word.word for word in scores if not word.is_known)
    score = sentence_score(text, words=scores, unknown_words=unknown)
    return ModelScore(score=score, model="epoch 1", model_title=model, guess_bits=13.0)


@pytest.fixture
def panel(qtbot: QtBot) -> ComparisonPanel:
    panel = ComparisonPanel()
    qtbot.addWidget(panel)
    panel.resize(600, 400)
    panel.show()
    return panel


def rows(panel: ComparisonPanel) -> list[list[str]]:
    table = child(panel, QTableView, "generation.pair_table")
    if not table.isVisible():
        return []
    model = table.model()
    return [
        [str(model.index(row, column).data()) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def verdict(panel: ComparisonPanel) -> str:
    label = child(panel, QLabel, "generation.pair_label")
    return label.text()


def test_that_a_second_sentence_stands_word_under_word(panel: ComparisonPanel) -> None:
    panel.table.pin(pinned("he goes home", 2.0, 4.0, 5.0, 1.0))
    assert rows(panel) == []

    panel.table.pin(pinned("he go home", 2.0, 9.0, 6.0, 1.0))

    assert rows(panel) == [
        ["he  2.0", "goes  4.0", "home  5.0", "⏎  1.0", "= 12.0 bits"],
        ["he  2.0", "go  9.0", "home  6.0", "⏎  1.0", "= 18.0 bits"],
        ["0", "+5.0", "+1.0", "0", "= +6.0"],
    ]
    assert verdict(panel) == "“he goes home” is 64 times as probable as “he go home”."


def test_that_the_selected_two_are_the_pair(panel: ComparisonPanel) -> None:
    for text, bits in (("a", 1.0), ("b", 2.0), ("c", 3.0)):
        panel.table.pin(pinned(text, bits, 1.0))
    order = [panel.table.model().index(row, 1).data() for row in range(3)]

    for row in (order.index("a"), order.index("b")):
        index = panel.table.model().index(row, 1)
        flags = panel.table.selectionModel().SelectionFlag
        panel.table.selectionModel().select(index, flags.Select | flags.Rows)

    assert [row[0] for row in rows(panel)] == ["a  1.0", "b  2.0", "+1.0"]


def test_that_a_word_too_many_stands_alone(panel: ComparisonPanel) -> None:
    panel.table.pin(pinned("he goes", 2.0, 4.0, 1.0))
    panel.table.pin(pinned("he often goes", 2.0, 7.0, 3.0, 1.0))

    assert rows(panel)[0] == ["he  2.0", "", "goes  4.0", "⏎  1.0", "= 7.0 bits"]
    assert rows(panel)[2] == ["0", "+7.0", "−1.0", "0", "= +6.0"]


def test_that_two_unknown_words_and_two_models_are_told(panel: ComparisonPanel) -> None:
    panel.table.pin(pinned("so glads", 2.0, 4.0, 1.0))
    panel.table.pin(pinned("so frobnicate", 2.0, 4.0, 1.0))
    assert "Equally probable: they differ in unknown words" in verdict(panel)

    panel.table.pin(pinned("so it", 2.0, 4.0, 1.0, model="another"))

    assert "scored by different models" in verdict(panel)


def test_that_words_have_the_colour_of_their_rank(panel: ComparisonPanel) -> None:
    panel.table.pin(pinned("he goes", 2.0, 4.0, 1.0))
    panel.table.pin(pinned("he go", 2.0, 9.0, 1.0, rank=5000))
    model = panel.findChild(QTableView, "generation.pair_table").model()  # type: ignore[union-attr]

    role = Qt.ItemDataRole.BackgroundRole
    assert model.index(1, 1).data(role).color().name() in {LIGHT[3], DARK[3]}
    assert model.index(0, 1).data(role).color().name() in {LIGHT[1], DARK[1]}
    assert "9.00 bits" in model.index(1, 1).data(Qt.ItemDataRole.ToolTipRole)


def test_that_the_pair_goes_with_its_sentences(panel: ComparisonPanel) -> None:
    panel.table.pin(pinned("a", 1.0, 1.0))
    panel.table.pin(pinned("b", 2.0, 1.0))

    panel.table.remove_selected_or_all()

    assert rows(panel) == []


@given(*(st.lists(st.sampled_from("abc"), max_size=7) for _ in range(2)))
def test_that_no_word_is_lost_nor_moved(first: Sequence[str], second: Sequence[str]) -> None:
    places = aligned([word_score(w) for w in first], [word_score(w) for w in second])

    assert [place.first.word for place in places if place.first] == first
    assert [place.second.word for place in places if place.second] == second
    assert all(place.first or place.second for place in places)
    if first == second:
        assert all(place.is_same for place in places)

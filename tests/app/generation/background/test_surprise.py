"""Written sentences coloured word by word, when it is wanted."""

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from app.generation.writing.sentence_columns import SENTENCE
from app.generation.writing.sentence_list import SentenceList
from engine import SentenceScored
from tests.app.generation.conftest import MakeBench
from tests.app.support.generation_fakes import (
    GenerationBench,
    fake_model,
    generate_alike,
    sentence_score,
    word_score,
)


class Scoring:
    """Give every word of every sentence the rank 5,000, a dark band."""

    def __init__(self) -> None:
        self.asked: list[tuple[float, int]] = []

    def __call__(self, model: Any, sentences: Any, control: Any) -> Iterator[Any]:
        self.asked.append((model.epoch, len(sentences)))
        for words in sentences:
            scores = tuple(word_score(word, rank=5000) for word in (*words, "SENTENCE_END"))
            yield SentenceScored(score=sentence_score(" ".join(words), words=scores))


def colours(bench: GenerationBench) -> set[str]:
    listed = bench.find(SentenceList, "sentence_list")
    area = listed.visualRect(listed.model().index(1, SENTENCE))
    image = listed.viewport().grab(area).toImage()
    points = ((x, y) for x in range(image.width()) for y in range(image.height()))
    return {image.pixelColor(x, y).name() for x, y in points}


def test_that_words_are_coloured_on_demand_and_anew_for_another_model(
    qtbot: QtBot, open_bench: MakeBench
) -> None:
    scoring = Scoring()
    bench = open_bench(score_sentences=scoring, generate=generate_alike)
    bench.session.set_model(fake_model())
    bench.find(QSpinBox, "count_spin").setValue(2)
    with qtbot.waitSignal(bench.runner.ended):
        qtbot.mouseClick(bench.find(QPushButton, "generate_button"), Qt.MouseButton.LeftButton)
    dark = {"#ef8238", "#984d0c"}  # in the light and in the dark
    assert not colours(bench) & dark
    assert scoring.asked == []

    check = bench.find(QCheckBox, "surprise_check")
    qtbot.mouseClick(check, Qt.MouseButton.LeftButton, pos=check.rect().center())

    qtbot.waitUntil(lambda: bool(colours(bench) & dark))
    qtbot.waitUntil(lambda: not bench.runners["surprise"].is_busy)
    bench.session.set_model(fake_model(epoch=3.0))
    qtbot.waitUntil(lambda: scoring.asked == [(2.4, 2), (3.0, 2)])
    qtbot.waitUntil(lambda: not bench.runners["surprise"].is_busy)
    check.click()
    assert not colours(bench) & dark

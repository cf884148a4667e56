"""What was copied of each written sentence, and where from."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from app.generation.writing.sentence_columns import COPIED
from app.generation.writing.sentence_list import SentenceList
from app.jobs import CopiesFound
from engine import Copy
from tests.app.generation.conftest import MakeBench
from tests.app.support.generation_fakes import GenerationBench, fake_model

TEXTS = ("I think so too.", "so it is", "think so", "I think so")


def fake_corpus(digest: str = "ab" * 32) -> Any:
    return SimpleNamespace(
        summary=SimpleNamespace(digest=digest),
        sentence_view=lambda number: SimpleNamespace(text=TEXTS[number]),
    )


class NotingCopies:
    """Find the second and third word of each sentence in all four sentences of the text."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.finders: list[Any] = []

    def __call__(self, corpus: Any, finder: Any, sentences: Any, control: Any) -> Iterator[Any]:
        self.asked.append(len(sentences))
        self.finders.append(finder)
        copy = Copy(
            first=1, length=2, words=4, sentences=(0, 1, 2, 3), is_whole=False, is_sampled=False
        )
        yield CopiesFound(
            finder="finder",  # type: ignore[arg-type]
            copies=(copy,) * len(sentences),
            held_out_share=0.25,
        )


@pytest.fixture
def noting() -> NotingCopies:
    return NotingCopies()


@pytest.fixture
def bench(open_bench: MakeBench, noting: NotingCopies) -> GenerationBench:
    bench = open_bench(find_copies=noting)
    bench.session.set_model(fake_model())
    bench.find(QSpinBox, "count_spin").setValue(3)
    return bench


def write(qtbot: QtBot, bench: GenerationBench) -> None:
    with qtbot.waitSignal(bench.runner.ended):
        qtbot.mouseClick(bench.find(QPushButton, "generate_button"), Qt.MouseButton.LeftButton)


def copied(bench: GenerationBench) -> list[str]:
    model = bench.find(SentenceList, "sentence_list").model()
    return [model.index(row, COPIED).data() for row in range(1, model.rowCount())]


def test_that_copied_runs_are_counted_once_a_batch_is_written(
    qtbot: QtBot, bench: GenerationBench, noting: NotingCopies
) -> None:
    bench.session.set_corpus(fake_corpus())

    write(qtbot, bench)

    qtbot.waitUntil(lambda: copied(bench) == ["2 of 4"] * 3)
    assert bench.text_of("status_label") == (
        "3 sentences  ·  longest copied run 50.0 % of a sentence (held-out text 25.0 %)"
    )
    qtbot.waitUntil(lambda: not bench.copies_runner.is_busy)
    write(qtbot, bench)  # the same sentences again
    assert noting.asked == [3]


def test_that_a_click_says_where_the_run_stands(qtbot: QtBot, bench: GenerationBench) -> None:
    bench.session.set_corpus(fake_corpus())
    write(qtbot, bench)
    qtbot.waitUntil(lambda: copied(bench) == ["2 of 4"] * 3)
    listed = bench.find(SentenceList, "sentence_list")
    index = listed.model().index(1, COPIED)

    assert "“think so” appears verbatim" in index.data(Qt.ItemDataRole.ToolTipRole)
    point = listed.visualRect(index).center()
    qtbot.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=point)

    text = bench.messages[-1].text
    assert text.startswith(
        "“think so” stands in the training text, in sentence 1: “I think so too.”"
    )
    assert text.endswith("; and 1 other sentence.")


def test_that_sentences_wait_for_the_training_text(
    qtbot: QtBot, bench: GenerationBench, noting: NotingCopies
) -> None:
    bench.session.set_corpus(fake_corpus(digest="another text"))
    write(qtbot, bench)
    assert noting.asked == []

    bench.session.set_corpus(fake_corpus())

    qtbot.waitUntil(lambda: copied(bench) == ["2 of 4"] * 3)
    assert noting.asked == [3]

"""What was copied of each written sentence, and where from."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QSpinBox, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.generation.writing.sentence_columns import COPIED, SENTENCE
from app.generation.writing.sentence_list import SentenceList
from app.scoring_jobs import CopiesFound
from app.session import CurrentRun
from engine import Copy, Novelty
from tests.app.generation.conftest import MakeBench
from tests.app.support.generation_fakes import GenerationBench, fake_model, generate_alike

MENU_OFFSCREEN = pytest.mark.qt_log_ignore("does not support (raise|grabbing)")
TEXTS = ("I think so too.", "so it is", "think so", "I think so")


def fake_corpus(digest: str = "ab" * 32) -> Any:
    return SimpleNamespace(
        summary=SimpleNamespace(digest=digest),
        sentence_view=lambda number: SimpleNamespace(
            text=TEXTS[number], line=10 + number, file="", number=number + 1
        ),
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
            runs=((1, 2, 1, 0),) * len(sentences),
            held_out=Novelty(sentences=7, copied=0.25, new=(0.0, 0.5, None)),
        )


@pytest.fixture
def noting() -> NotingCopies:
    return NotingCopies()


@pytest.fixture
def bench(open_bench: MakeBench, noting: NotingCopies) -> GenerationBench:
    bench = open_bench(find_copies=noting, generate=generate_alike)
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
    assert bench.text_of("novelty_label") == (
        "Copied: 50.0 % of a sentence on average, of held-out text 25.0 %"
    )
    qtbot.waitUntil(lambda: not bench.runners["copies"].is_busy)
    write(qtbot, bench)  # the same sentences again
    assert noting.asked == [3]

    panel, label = bench.tab.generate_panel, bench.find(QLabel, "novelty_label")
    records = panel.sentences.records()
    panel.show_records([])
    assert label.isHidden()
    panel.show_records(records)  # as undo does
    assert not label.isHidden()


def test_that_the_share_of_new_runs_is_shown_by_their_length(
    qtbot: QtBot, bench: GenerationBench
) -> None:
    bench.session.set_corpus(fake_corpus())
    button = bench.find(QToolButton, "novelty_button")
    assert button.isHidden()
    write(qtbot, bench)
    qtbot.waitUntil(lambda: not button.isHidden())

    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    cells = bench.find(QWidget, "novelty_table").findChildren(QLabel)
    texts = [cell.text() for cell in cells]
    assert texts[:4] == ["words in a row", "1", "2", "3"]
    written = texts.index("● 3 sentences, newest batch")
    assert texts[written + 1 : written + 6] == ["25.0 %", "66.7 %", "100.0 %", "100.0 %", "–"]
    held_out = texts.index("■ 7 sentences of held-out text")
    assert texts[held_out + 1 : held_out + 4] == ["0.0 %", "50.0 %", "–"]


def click_copied(qtbot: QtBot, bench: GenerationBench) -> QMenu:
    listed = bench.find(SentenceList, "sentence_list")
    point = listed.visualRect(listed.model().index(1, COPIED)).center()
    qtbot.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=point)
    return bench.find(QMenu, "source_menu")


@MENU_OFFSCREEN
def test_that_a_click_leads_to_the_rows_where_the_run_stands(
    qtbot: QtBot, bench: GenerationBench
) -> None:
    corpus = fake_corpus()
    bench.session.set_corpus(corpus)
    write(qtbot, bench)
    qtbot.waitUntil(lambda: copied(bench) == ["2 of 4"] * 3)

    menu = click_copied(qtbot, bench)

    title, *sources = [action for action in menu.actions() if not action.isSeparator()]
    assert title.text() == "“think so” appears in the training text:"
    assert sources[0].text() == "line 10: “I think so too.”"
    assert [source.isEnabled() for source in sources] == [True] * 4 + [False]
    with qtbot.waitSignal(bench.background.copies.source_chosen) as chosen:
        sources[2].trigger()
    assert chosen.args == [corpus, 2]


def test_that_the_run_is_tinted_in_its_sentence(qtbot: QtBot, bench: GenerationBench) -> None:
    def colours() -> set[int]:
        listed = bench.find(SentenceList, "sentence_list")
        area = listed.visualRect(listed.model().index(1, SENTENCE))
        image = listed.viewport().grab(area).toImage()
        return {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}

    write(qtbot, bench)
    before = colours()

    bench.session.set_corpus(fake_corpus())

    qtbot.waitUntil(lambda: copied(bench) == ["2 of 4"] * 3)
    assert colours() - before


@MENU_OFFSCREEN
@pytest.mark.parametrize("is_kept", [True, False])
def test_that_the_kept_text_of_the_run_serves_where_none_is_open(
    *, is_kept: bool, qtbot: QtBot, open_bench: MakeBench, noting: NotingCopies
) -> None:
    opened: list[str] = []

    def open_prepared(config: Any, digest: str, control: Any) -> Any:
        opened.append(digest)
        return fake_corpus() if is_kept else None

    bench = open_bench(find_copies=noting, generate=generate_alike, open_prepared=open_prepared)
    bench.session.set_model(fake_model(), run=CurrentRun(run_id="20250902-1", name="a run"))
    bench.find(QSpinBox, "count_spin").setValue(2)

    write(qtbot, bench)

    if is_kept:
        qtbot.waitUntil(lambda: copied(bench) == ["2 of 4"] * 2)
        menu = click_copied(qtbot, bench)
        assert not any(action.isEnabled() for action in menu.actions() if action.text())
    else:
        qtbot.waitUntil(lambda: "What is copied is not known" in bench.text_of("novelty_label"))
    assert opened == ["ab" * 32]


def test_that_sentences_wait_for_the_training_text(
    qtbot: QtBot, bench: GenerationBench, noting: NotingCopies
) -> None:
    bench.session.set_corpus(fake_corpus(digest="another text"))
    write(qtbot, bench)
    assert noting.asked == []

    bench.session.set_corpus(fake_corpus())

    qtbot.waitUntil(lambda: copied(bench) == ["2 of 4"] * 3)
    assert noting.asked == [3]

"""What a table of word sequences says beside the score of a typed sentence."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from app.scoring_jobs import TableSaid
from engine import CorpusError, TableScore
from tests.app.generation.conftest import MakeBench
from tests.app.support.generation_fakes import GenerationBench, fake_model


class Counting:
    """A table that gives each word a tenth; it notes whether it had to be counted."""

    def __init__(self) -> None:
        self.was_counted: list[bool] = []

    def __call__(
        self, model: Any, corpus: Any, table: Any, score: Any, control: Any
    ) -> Iterator[Any]:
        self.was_counted.append(table is None)
        words = len(score.words)
        said = TableScore(
            name="a table of word triples",
            log_probability=-2.302585 * words,
            perplexity=10.0,
            bits_per_word=3.32,
        )
        yield TableSaid(table=table or object(), score=said)  # type: ignore[arg-type]


@pytest.fixture
def counting() -> Counting:
    return Counting()


def open_with(
    open_bench: MakeBench, score_by_table: Any, digest: str = "ab" * 32, has_words: bool = True
) -> GenerationBench:
    bench, model = open_bench(score_by_table=score_by_table), fake_model()
    words = model.vocabulary.words if has_words else ("other", *model.vocabulary.words[1:])
    corpus = SimpleNamespace(
        summary=SimpleNamespace(digest=digest), vocabulary=SimpleNamespace(words=words)
    )
    bench.session.set_corpus(corpus)  # type: ignore[arg-type]
    bench.session.set_model(model)
    return bench


def type_sentence(qtbot: QtBot, bench: GenerationBench, text: str) -> None:
    bench.clock.now_s += 10.0
    with qtbot.waitSignal(bench.score_runner.ended):
        bench.find(QLineEdit, "sentence_edit").setText(text)


def is_shown(bench: GenerationBench) -> bool:
    return not bench.find(QLabel, "table_name_label").isHidden()


def test_that_the_table_s_figures_stand_below_the_model_s(
    qtbot: QtBot, open_bench: MakeBench, counting: Counting
) -> None:
    bench = open_with(open_bench, counting)

    type_sentence(qtbot, bench, "so it is")
    qtbot.waitUntil(lambda: bench.text_of("table_log_probability_label") == "−4.00")
    type_sentence(qtbot, bench, "so it was then")
    qtbot.waitUntil(lambda: bench.text_of("table_log_probability_label") == "−5.00")

    assert bench.text_of("table_name_label") == "a table of word triples, without a network"
    assert bench.text_of("table_perplexity_label") == "10"
    assert counting.was_counted == [True, False]


@pytest.mark.parametrize("other", [{"digest": "another"}, {"has_words": False}])
def test_that_another_text_or_vocabulary_is_not_counted(
    qtbot: QtBot, open_bench: MakeBench, counting: Counting, other: dict[str, Any]
) -> None:
    bench = open_with(open_bench, counting, **other)

    type_sentence(qtbot, bench, "so it is")

    assert counting.was_counted == []
    assert not is_shown(bench)


def test_that_the_row_comes_and_goes_with_the_sentence_and_with_the_text(
    qtbot: QtBot, open_bench: MakeBench, counting: Counting
) -> None:
    bench = open_with(open_bench, counting)
    type_sentence(qtbot, bench, "so it is")
    qtbot.waitUntil(lambda: is_shown(bench))

    bench.find(QLineEdit, "sentence_edit").clear()
    qtbot.waitUntil(lambda: not is_shown(bench))
    type_sentence(qtbot, bench, "so it is")
    qtbot.waitUntil(lambda: is_shown(bench))
    corpus = bench.session.corpus
    bench.session.set_corpus(None)
    assert not is_shown(bench)

    bench.session.set_corpus(corpus)
    qtbot.waitUntil(lambda: is_shown(bench))


def test_that_a_failure_is_told_and_the_score_stays(qtbot: QtBot, open_bench: MakeBench) -> None:
    def failing(*_: Any) -> Iterator[Any]:
        yield from ()
        raise CorpusError("The text is gone.")

    bench = open_with(open_bench, failing)

    type_sentence(qtbot, bench, "so it is")
    qtbot.waitUntil(lambda: bool(bench.messages))

    assert "The text is gone." in bench.messages[-1].text
    assert bench.text_of("probability_label").startswith("1 in")
    assert not is_shown(bench)

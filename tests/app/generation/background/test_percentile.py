"""Where a typed sentence stands among held-out ones."""

import math
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.generation.background.percentile import percentile_text
from app.session import RunState
from engine import HeldOutScores, Percentile
from tests.app.generation.conftest import MakeBench
from tests.app.support.generation_fakes import GenerationBench, fake_model


class Noting:
    """Four held-out sentences of three words, of which three are hardly probable."""

    def __init__(self) -> None:
        self.models: list[Any] = []
        self.most: list[int] = []

    def __call__(self, model: Any, corpus: Any, most: int, control: Any) -> Iterator[Any]:
        self.models.append(model)
        self.most.append(most)
        yield HeldOutScores([3, 3, 3, 3], [-1e3, -1e3, -1e3, -1e-3])


@pytest.fixture
def noting() -> Noting:
    return Noting()


def open_with(open_bench: MakeBench, noting: Noting, digest: str = "ab" * 32) -> GenerationBench:
    bench = open_bench(score_held_out=noting)
    summary = SimpleNamespace(digest=digest, vocabulary_size=8000)
    vocabulary = SimpleNamespace(words=())
    corpus = SimpleNamespace(summary=summary, vocabulary=vocabulary)
    bench.session.set_corpus(corpus)  # type: ignore[arg-type]
    bench.session.set_model(fake_model())
    return bench


def type_sentence(qtbot: QtBot, bench: GenerationBench, text: str) -> None:
    with qtbot.waitSignal(bench.score_runner.ended):
        bench.find(QLineEdit, "sentence_edit").setText(text)


def test_that_a_sentence_is_placed_among_those_of_its_length(
    qtbot: QtBot, open_bench: MakeBench, noting: Noting
) -> None:
    bench = open_with(open_bench, noting)
    expected = "More probable than 75 % of 4 held-out sentences of 3 words."

    type_sentence(qtbot, bench, "so it is")
    qtbot.waitUntil(lambda: bench.text_of("percentile_label") == expected)
    bench.clock.now_s += 1.0
    type_sentence(qtbot, bench, "so it was")

    assert bench.text_of("percentile_label") == expected
    assert len(noting.models) == 1


def test_that_another_text_tells_nothing(
    qtbot: QtBot, open_bench: MakeBench, noting: Noting
) -> None:
    bench = open_with(open_bench, noting, digest="another")

    type_sentence(qtbot, bench, "so it is")

    assert noting.models == []
    assert bench.text_of("percentile_label") == ""


def test_that_a_training_goes_on_with_few_of_them(
    qtbot: QtBot, open_bench: MakeBench, noting: Noting
) -> None:
    bench = open_with(open_bench, noting)
    for state in (RunState.PREPARING, RunState.READY, RunState.TRAINING):
        bench.session.set_run_state(state)
    text = "More probable than 75 % of 4 held-out sentences of 3 words."

    type_sentence(qtbot, bench, "so it is")
    qtbot.waitUntil(lambda: bench.text_of("percentile_label") == text)
    bench.background.percentile._rests_until_s = math.inf  # as after a job of a minute
    bench.clock.now_s += 10.0
    with qtbot.waitSignal(bench.score_runner.ended):
        bench.session.set_model(fake_model(epoch=3.0, step=2000))

    assert noting.most == [200]
    assert bench.text_of("percentile_label") == f"{text} As of epoch 2.4."
    bench.session.set_run_state(RunState.READY)
    qtbot.waitUntil(lambda: noting.most == [200, 2000])
    qtbot.waitUntil(lambda: bench.text_of("percentile_label") == text)


def test_that_lengths_are_named_as_a_range() -> None:
    found = Percentile(share=0.5, compared=20, shortest=6, longest=8)

    assert percentile_text(found) == (
        "More probable than 50 % of 20 held-out sentences of 6 to 8 words."
    )
    assert percentile_text(None) == ""

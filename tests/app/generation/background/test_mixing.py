"""A network that writes and scores together with a table of word sequences."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtWidgets import QCheckBox, QLineEdit
from pytestqt.qtbot import QtBot

from app.scoring_jobs import ModelMixed
from app.session import RunState
from engine import ConfigError
from tests.app.generation.conftest import MakeBench
from tests.app.support.generation_fakes import GenerationBench, fake_model, fake_score

OTHER_WORDS = SimpleNamespace(words=())
TEXT, ANOTHER_TEXT = (
    SimpleNamespace(summary=SimpleNamespace(digest=digest), vocabulary=OTHER_WORDS)
    for digest in ("ab" * 32, "another")
)


def mix(model: Any, corpus: Any, control: Any) -> Iterator[Any]:
    """Mix a model with a table; it loses a bit less for each word."""
    mixture = SimpleNamespace(table=SimpleNamespace(name="a table of word triples"))
    parts = vars(model) | {"mixture": mixture, "title": f"{model.title}, a mixture"}
    yield ModelMixed(model=SimpleNamespace(**parts))  # type: ignore[arg-type]


def score(model: Any, text: str, control: Any) -> Iterator[Any]:
    told = SimpleNamespace(epoch=model.epoch - (model.mixture is not None))
    yield from fake_score(told, text, control)


def open_with(open_bench: MakeBench, corpus: Any = TEXT, mix: Any = mix) -> GenerationBench:
    bench = open_bench(mix=mix, score=score)
    bench.session.set_corpus(corpus)
    bench.session.set_model(fake_model())
    return bench


def tick(bench: GenerationBench) -> QCheckBox:
    return bench.find(QCheckBox, "mixture_check")


def is_mixed(bench: GenerationBench) -> bool:
    model = bench.session.shown_model
    return model is not None and model.mixture is not None


def test_that_a_tick_lets_a_table_predict_too_and_everything_says_so(
    qtbot: QtBot, open_bench: MakeBench
) -> None:
    bench = open_with(open_bench)
    bench.clock.now_s += 10.0
    bench.find(QLineEdit, "sentence_edit").setText("so it is")
    qtbot.waitUntil(lambda: bench.text_of("bits_label") == "5.40")
    assert not tick(bench).isChecked()

    tick(bench).click()
    bench.clock.now_s += 10.0
    qtbot.waitUntil(lambda: bench.text_of("bits_label") == "4.40")

    assert "epoch 2.4, mixed with a table of word triples" in bench.text_of("score_model_label")
    assert "a mixture" in bench.text_of("model_label")
    assert bench.session.model is not None
    assert bench.session.model.mixture is None  # what is kept and saved

    tick(bench).click()
    bench.clock.now_s += 10.0
    qtbot.waitUntil(lambda: bench.text_of("bits_label") == "5.40")
    assert "mixed" not in bench.text_of("score_model_label")


@pytest.mark.parametrize("corpus", [None, ANOTHER_TEXT])
def test_that_a_mixture_needs_the_model_s_own_text(open_bench: MakeBench, corpus: Any) -> None:
    bench = open_with(open_bench, corpus)

    assert not tick(bench).isEnabled()
    assert "text that the model learned from is needed" in tick(bench).toolTip()


def test_that_the_network_predicts_alone_while_it_learns_and_is_mixed_anew_afterwards(
    qtbot: QtBot, open_bench: MakeBench
) -> None:
    bench = open_with(open_bench)
    tick(bench).click()
    qtbot.waitUntil(lambda: is_mixed(bench))

    bench.session.set_run_state(RunState.TRAINING)
    assert not is_mixed(bench)
    assert not tick(bench).isEnabled()
    later = fake_model(epoch=3.0)
    bench.session.set_model(later)
    assert bench.session.shown_model is later

    bench.session.set_run_state(RunState.READY)
    qtbot.waitUntil(lambda: is_mixed(bench))
    assert bench.session.shown_model is not None
    assert bench.session.shown_model.epoch == 3.0


def test_that_what_cannot_be_mixed_is_told_and_the_tick_goes(
    qtbot: QtBot, open_bench: MakeBench
) -> None:
    def failing(*_: Any) -> Iterator[Any]:
        yield from ()
        raise ConfigError("There is no held-out text to fit a mixture on.")

    bench = open_with(open_bench, mix=failing)

    tick(bench).click()
    qtbot.waitUntil(lambda: bool(bench.messages))

    assert "no held-out text" in bench.messages[0].text
    assert not tick(bench).isChecked()
    assert not is_mixed(bench)

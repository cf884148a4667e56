"""After a divergence, one click goes on from the last good parameters."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.session import CurrentRun
from app.shared.formatting import NOT_KNOWN
from app.window.views.message_bar import MessageBar
from engine import (
    CheckpointSaved,
    ConfigError,
    DivergedError,
    RunControl,
    SnapshotPublished,
    TrainConfig,
)
from tests.app.support.training_fakes import Bench, ended, fake_model, loss_point, started
from tests.app.support.widgets import child
from tests.engine.support.run_infos import CORPUS_CONFIG, run_info

TEXT = "Training was stopped at step 90. Go on with a smaller learning rate, such as 0.005."


class GenerationBench(Bench):
    """A training tab with the window's message bar."""

    def __init__(self, settings_path: Path) -> None:
        super().__init__(settings_path)
        self.bar = MessageBar(self.tab)
        self.presenter.message_requested.connect(self.bar.show_message)
        self.presenter.clear_requested.connect(self.bar.clear)
        self.runs.corpus_config = lambda run_id: CORPUS_CONFIG  # type: ignore[method-assign]

    @property
    def action(self) -> Any:
        return self.bar.findChild(QPushButton, "message_bar.action_button")


@pytest.fixture
def bench(qtbot: QtBot, settings_path: Path) -> GenerationBench:
    bench = GenerationBench(settings_path)
    qtbot.addWidget(bench.tab)
    bench.tab.show()
    bench.prepare()
    return bench


def diverges(_control: RunControl) -> Iterator[Any]:
    yield started()
    yield loss_point(90, 4321.0)
    yield SnapshotPublished(step=50, epoch=0.5, model=fake_model(points=50))
    yield CheckpointSaved(path=Path("runs") / "1" / "state.safetensors", step=90)
    raise DivergedError(TEXT, next_rate=0.005)


def diverges_at_once(_control: RunControl) -> Iterator[Any]:
    yield started()
    yield SnapshotPublished(step=0, epoch=0.0, model=fake_model())
    raise DivergedError(TEXT, next_rate=0.005)


def train(qtbot: QtBot, bench: GenerationBench, events: Any) -> None:
    bench.train.events = events
    with qtbot.waitSignal(bench.runner.ended):
        qtbot.mouseClick(bench.find("start_button"), Qt.MouseButton.LeftButton)


def test_that_one_click_goes_on_after_a_divergence(qtbot: QtBot, bench: GenerationBench) -> None:
    train(qtbot, bench, diverges)
    assert bench.bar.text == TEXT
    assert bench.action.text() == "Go on with a lower rate"
    bench.resumed.events = [
        started(),
        SnapshotPublished(step=90, epoch=0.5, model=fake_model(points=30)),
        loss_point(95, 4.0),
        ended(),
    ]

    with qtbot.waitSignal(bench.runner.ended):
        qtbot.mouseClick(bench.action, Qt.MouseButton.LeftButton)

    (call,) = bench.resumed.calls
    assert call == (bench.train.calls[0]["run_id"], bench.session.corpus, None)
    assert bench.bar.isHidden()
    assert bench.built == []
    assert len(bench.tab.plot.history.batch) == 31
    assert max(bench.tab.plot.history.batch.values) < 10.0, "the explosion is not in the curve"


def test_that_the_tab_says_that_the_rate_was_too_high(qtbot: QtBot, bench: GenerationBench) -> None:
    train(qtbot, bench, diverges)

    text = "Stopped: the learning rate is too high. The best parameters are kept."
    assert bench.find("status_label").text() == text
    assert bench.find("figure_left").text() == NOT_KNOWN
    assert f"Training failed: {TEXT}" in bench.find("log").toPlainText()


def test_that_the_last_good_model_is_kept_after_a_divergence(
    qtbot: QtBot, bench: GenerationBench
) -> None:
    train(qtbot, bench, diverges)

    assert bench.session.model is not None
    assert bench.session.model.step == 50
    assert bench.session.is_model_kept


def test_that_a_second_divergence_offers_it_again(qtbot: QtBot, bench: GenerationBench) -> None:
    train(qtbot, bench, diverges)
    bench.resumed.events = diverges

    for _ in range(2):
        with qtbot.waitSignal(bench.runner.ended):
            qtbot.mouseClick(bench.action, Qt.MouseButton.LeftButton)

    assert len({call[0] for call in bench.resumed.calls}) == 1
    assert not bench.action.isHidden()


def test_that_another_failure_offers_no_lower_rate(qtbot: QtBot, bench: GenerationBench) -> None:
    def fails(_control: RunControl) -> Iterator[Any]:
        yield started()
        raise ConfigError("The model cannot be trained further on this corpus.")

    train(qtbot, bench, diverges)
    train(qtbot, bench, fails)

    assert bench.bar.text == "The model cannot be trained further on this corpus."
    assert bench.action.isHidden()


def test_that_the_lower_rate_is_in_the_form(qtbot: QtBot, bench: GenerationBench) -> None:
    bench.find("learning_rate_edit").setFocus()
    qtbot.keyClicks(bench.find("learning_rate_edit"), "1000")
    train(qtbot, bench, diverges)
    run_id = bench.train.calls[0]["run_id"]
    bench.runs.runs = [run_info(run_id=run_id, train_config=TrainConfig(learning_rate=0.004))]
    bench.resumed.events = [started(), ended()]

    with qtbot.waitSignal(bench.runner.ended):
        qtbot.mouseClick(bench.action, Qt.MouseButton.LeftButton)

    assert bench.find("learning_rate_edit").text() == "0.004"
    train(qtbot, bench, [started(), ended()])
    assert bench.train.calls[1]["train"].learning_rate == 0.004


def test_that_the_rate_to_try_stands_in_the_form_after_a_divergence(
    qtbot: QtBot, bench: GenerationBench
) -> None:
    rate = bench.find("learning_rate_edit")
    rate.setFocus()
    qtbot.keyClicks(rate, "1000")

    with qtbot.waitSignal(bench.tab.form.changed):  # so that the next start has it, too
        train(qtbot, bench, diverges)

    assert rate.text() == "0.005"
    bench.find("learning_rate_edit.reset").click()
    assert rate.text() == "1000"


def test_that_going_on_after_a_divergence_is_said_to_be_at_the_lower_rate(
    qtbot: QtBot, bench: GenerationBench
) -> None:
    train(qtbot, bench, diverges)

    assert "at learning rate 0.005 up to epoch" in bench.find("more_button").toolTip()


def test_that_a_run_that_diverged_once_is_opened_with_the_rate_to_try(
    bench: GenerationBench,
) -> None:
    model, run = fake_model(points=30), CurrentRun(run_id="1", next_rate=0.004)

    bench.session.set_model(model, run=run)
    assert bench.find("learning_rate_edit").text() == "0.004"
    bench.session.set_model(model, run=CurrentRun(run_id="2"))

    assert bench.find("learning_rate_edit").text() == ""


def test_that_an_untrained_model_is_not_said_to_be_the_best(
    qtbot: QtBot, bench: GenerationBench
) -> None:
    train(qtbot, bench, diverges_at_once)

    text = "Stopped: the learning rate is too high. Nothing was learned."
    assert bench.find("status_label").text() == text


def test_that_the_button_starts_again_where_nothing_was_learned(
    qtbot: QtBot, bench: GenerationBench
) -> None:
    train(qtbot, bench, diverges_at_once)

    assert bench.action.text() == "Start again with a lower rate"


def test_that_closing_the_message_takes_the_offer_away(
    qtbot: QtBot, bench: GenerationBench
) -> None:
    train(qtbot, bench, diverges)

    close = child(bench.bar, QPushButton, "message_bar.close_button")
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)

    assert bench.bar.isHidden()
    assert bench.resumed.calls == []

"""A training run as the user sees it: through the real runner, from a list of events."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.session import CurrentRun, RunState
from engine import ConfigError, Event, ModelConfig, Notice, RunControl, TrainConfig
from tests.app.support.training_fakes import (
    Bench,
    epoch_done,
    fake_corpus,
    fake_model,
    short_run,
    started,
    until_stopped,
)
from tests.engine.support.run_infos import run_info


def press(qtbot: QtBot, bench: Bench, role: str) -> None:
    qtbot.mouseClick(bench.find(role), Qt.MouseButton.LeftButton)


def run_to_the_end(qtbot: QtBot, bench: Bench) -> None:
    with qtbot.waitSignal(bench.runner.ended):
        press(qtbot, bench, "start_button")


def start_endless(qtbot: QtBot, bench: Bench) -> None:
    start_endless_after(qtbot, bench, points=0)


def start_endless_after(qtbot: QtBot, bench: Bench, *, points: int) -> None:
    bench.train.events = until_stopped
    press(qtbot, bench, "start_button")
    qtbot.waitUntil(lambda: len(bench.tab.plot.history.batch) == points + 5)


def stop(qtbot: QtBot, bench: Bench) -> None:
    with qtbot.waitSignal(bench.runner.ended):
        press(qtbot, bench, "stop_button")


@pytest.fixture
def finished(qtbot: QtBot, bench: Bench) -> Bench:
    """The tab after a short run."""
    bench.train.events = short_run()
    bench.prepare()
    run_to_the_end(qtbot, bench)
    return bench


def log(bench: Bench) -> str:
    text: str = bench.find("log").toPlainText()
    return text


def enabled(bench: Bench) -> list[bool]:
    return [bench.find(f"{role}_button").isEnabled() for role in ("start", "pause", "stop")]


def test_that_without_a_corpus_the_way_on_is_named(bench: Bench) -> None:
    assert enabled(bench) == [False, False, False]
    assert bench.find("status_label").text() == "Prepare a text on the Dataset tab first."


def test_that_a_corpus_lets_training_start(bench: Bench) -> None:
    bench.prepare()

    assert enabled(bench) == [True, False, False]
    assert bench.find("corpus_label").text() == (
        "comments.csv: 4,200 sentences, 7,997 words known, 5.0 % held out"
    )


def test_that_a_run_fills_plot_figures_and_log(finished: Bench) -> None:
    history = finished.tab.plot.history
    assert (len(history.batch), len(history.epochs), len(history.halvings)) == (3, 3, 1)
    assert finished.find("figure_speed").text() == "12,300"
    assert finished.find("figure_training").text() == "5.000"  # of the epoch, as in the log
    assert finished.find("figure_held_out").text() == "6.400"
    assert finished.find("figure_best").text() == "6.200"
    assert "Epoch 1: training loss 5.000 (perplexity 148), held-out loss 6.200" in log(finished)
    assert "The loss rose to 5.100. The learning rate is now 0.001." in log(finished)
    assert "Training is finished after 2 epochs, 200 steps, 20 s." in log(finished)


def test_that_the_status_says_how_the_run_ended_until_the_next_start(
    qtbot: QtBot, finished: Bench
) -> None:
    status = finished.find("status_label")
    assert status.text() == "Finished after 2 epochs."

    start_endless(qtbot, finished)
    assert status.text().startswith("Training")
    stop(qtbot, finished)


def test_that_the_last_snapshot_is_the_session_s_model(qtbot: QtBot, bench: Bench) -> None:
    model = fake_model()
    bench.train.events = short_run(model)
    bench.prepare()

    run_to_the_end(qtbot, bench)

    assert bench.session.model is model
    assert not bench.session.is_model_saved
    assert bench.session.run_state is RunState.READY


def test_that_the_plot_names_the_losses_that_frame_it(finished: Bench) -> None:
    assert finished.tab.plot._lines.positions == pytest.approx((8.987, 3.9), abs=1e-3)


def test_that_the_engine_gets_what_the_form_says(qtbot: QtBot, bench: Bench) -> None:
    bench.train.events = short_run()
    bench.prepare()
    bench.find("hidden_spin").setValue(64)
    qtbot.keyClicks(bench.find("learning_rate_edit"), "0.01")

    run_to_the_end(qtbot, bench)

    (call,) = bench.train.calls
    assert call["model"].hidden_dim == 64
    assert call["train"].learning_rate == 0.01
    assert call["start"] is None


def test_that_the_recipe_s_rate_follows_the_hidden_size(bench: Bench) -> None:
    bench.prepare()
    bench.find("hidden_spin").setValue(100)
    before = bench.find("learning_rate_edit").placeholderText()

    bench.find("hidden_spin").setValue(200)

    assert before == "0.002 (recipe)"
    assert bench.find("learning_rate_edit").placeholderText() == "0.001 (recipe)"


def test_that_the_buttons_follow_a_run(qtbot: QtBot, bench: Bench) -> None:
    bench.prepare()
    start_endless(qtbot, bench)
    assert enabled(bench) == [False, True, True]
    assert not bench.tab.form.isEnabled()

    press(qtbot, bench, "pause_button")
    assert bench.runner.is_paused
    assert bench.session.run_state is RunState.PAUSED
    assert bench.find("pause_button").text() == "Res&ume"

    press(qtbot, bench, "pause_button")
    assert not bench.runner.is_paused
    assert bench.session.run_state is RunState.TRAINING

    stop(qtbot, bench)
    assert enabled(bench) == [True, False, False]
    assert "Training was stopped" in log(bench)


def test_that_a_paused_run_can_be_stopped(qtbot: QtBot, bench: Bench) -> None:
    bench.prepare()
    start_endless(qtbot, bench)
    press(qtbot, bench, "pause_button")

    stop(qtbot, bench)

    assert bench.session.run_state is RunState.READY


def test_that_a_wrong_value_keeps_start_disabled(qtbot: QtBot, bench: Bench) -> None:
    bench.prepare()

    qtbot.keyClicks(bench.find("learning_rate_edit"), "x")

    assert enabled(bench) == [False, False, False]
    assert bench.find("status_label").text() == "Correct the marked setting first."


def test_that_a_failure_is_shown_and_training_can_start_again(qtbot: QtBot, bench: Bench) -> None:
    def fail(_control: RunControl) -> Iterator[Event]:
        yield started()
        raise ConfigError("The loss is not a number; try a smaller learning rate.")

    bench.train.events = fail
    bench.prepare()

    run_to_the_end(qtbot, bench)

    assert [message.text for message in bench.messages] == [
        "The loss is not a number; try a smaller learning rate."
    ]
    assert enabled(bench) == [True, False, False]
    assert "Training failed: The loss is not a number" in log(bench)


def test_that_a_notice_is_logged_and_shown(qtbot: QtBot, bench: Bench) -> None:
    bench.train.events = [started(), Notice(text="The batch was halved to fit the memory.")]
    bench.prepare()

    run_to_the_end(qtbot, bench)

    assert bench.messages[-1].text == "The batch was halved to fit the memory."
    assert "The batch was halved" in log(bench)


def test_that_a_second_run_starts_an_empty_plot(qtbot: QtBot, finished: Bench) -> None:
    finished.train.events = [started(), epoch_done(0, 8.99)]
    run_to_the_end(qtbot, finished)

    assert len(finished.tab.plot.history.epochs) == 1
    assert len(finished.tab.plot.history.batch) == 0


def test_that_an_unsaved_model_is_not_replaced_without_asking(
    qtbot: QtBot, finished: Bench
) -> None:
    finished.dialogs.replaces = False

    press(qtbot, finished, "start_button")

    assert finished.dialogs.asked == ["replace"]
    assert len(finished.train.calls) == 1
    assert finished.session.run_state is RunState.READY


def test_that_a_model_from_a_file_can_be_trained_further(qtbot: QtBot, bench: Bench) -> None:
    model = fake_model(points=7)
    bench.prepare()
    bench.session.set_model(model, path=Path("model.safetensors"))
    bench.train.events = [started()]
    assert bench.find("hidden_spin").value() == 64
    assert bench.find("more_button").text() == "Train 10 more epochs"

    with qtbot.waitSignal(bench.runner.ended):
        press(qtbot, bench, "more_button")

    (call,) = bench.train.calls
    assert call["start"] is model
    assert call["model"].hidden_dim == 64
    assert len(bench.tab.plot.history.batch) == 7
    assert "Training continues" in log(bench)
    assert "of 13.4" in [label.text() for label in bench.tab.figures.findChildren(QLabel)]
    assert bench.dialogs.asked == []


def test_that_a_model_of_other_words_cannot_be_trained_further(bench: Bench) -> None:
    bench.prepare(fake_corpus(500))
    bench.session.set_model(fake_model(8000), path=Path("model.safetensors"))

    assert not bench.find("more_button").isEnabled()
    assert "different words" in bench.find("more_button").toolTip()


def test_that_a_kept_run_goes_on_with_as_many_epochs_again(qtbot: QtBot, bench: Bench) -> None:
    bench.prepare()
    model = fake_model(points=7)
    model.epoch = 10.0
    bench.session.set_model(model, run=CurrentRun(run_id="7", saved_step=7))
    bench.resumed.events = [started()]
    bench.find("epochs_spin").setValue(4)

    with qtbot.waitSignal(bench.runner.ended):
        press(qtbot, bench, "more_button")

    ((run_id, _corpus, epochs),) = bench.resumed.calls
    assert (run_id, epochs) == ("7", 14)


def test_that_one_button_stands_out(qtbot: QtBot, bench: Bench) -> None:
    bright = lambda: [  # noqa: E731
        role
        for role in ("start_button", "more_button", "generate_button")
        if bench.find(role).property("primary") == "true"
    ]
    bench.prepare()
    assert bright() == ["start_button"]

    start_endless(qtbot, bench)
    assert bright() == ["generate_button"]
    stop(qtbot, bench)

    bench.session.set_model(fake_model(points=7), run=CurrentRun(run_id="7", saved_step=7))
    assert bright() == ["more_button"]
    assert bench.find("start_button").text() == "New run"


def test_that_a_changed_setting_is_marked_and_can_be_reset(qtbot: QtBot, bench: Bench) -> None:
    bench.prepare()
    assert bench.find("hidden_spin.reset").isHidden()

    bench.find("hidden_spin").setValue(33)
    assert bench.find("hidden_spin.reset").toolTip() == "Changed: back to the recipe's own"
    assert not bench.find("reset_all_button").isHidden()
    press(qtbot, bench, "hidden_spin.reset")

    assert bench.find("hidden_spin").text() == "100 (recipe)"
    assert bench.find("hidden_spin.reset").isHidden()
    assert bench.find("reset_all_button").isHidden()


def test_that_a_new_text_begins_with_defaults(bench: Bench) -> None:
    bench.prepare()
    bench.find("hidden_spin").setValue(33)
    bench.prepare()
    assert bench.find("hidden_spin").value() == 33  # the same text

    other = fake_corpus()
    other.summary.digest = "cd" * 32
    other.summary.training_words = 2_000_000
    bench.prepare(other)

    assert bench.find("hidden_spin").text() == "160 (recipe)"


def test_that_a_text_that_is_not_prepared_is_not_trained_on(bench: Bench) -> None:
    bench.prepare()
    bench.session.set_model(fake_model(points=7), run=CurrentRun(run_id="7", saved_step=7))

    bench.session.set_unprepared(Path("other.csv"))

    assert not bench.find("start_button").isEnabled()
    assert not bench.find("more_button").isEnabled()
    assert bench.find("status_label").text() == "Prepare other.csv first."


def test_that_a_run_whose_text_is_gone_is_not_the_bright_step(bench: Bench) -> None:
    bench.session.set_model(fake_model(points=7), run=CurrentRun(run_id="7", saved_step=7))

    more = bench.find("more_button")
    assert more.isEnabled()
    assert more.property("primary") == "false"
    assert "prepared again first" in more.toolTip()
    bench.prepare()
    assert more.property("primary") == "true"


def test_that_an_opened_model_shows_its_curve(qtbot: QtBot, bench: Bench) -> None:
    bench.session.set_model(fake_model(points=12), path=Path("model.safetensors"))

    qtbot.waitUntil(lambda: "After 12 steps" in bench.tab.plot.accessibleDescription())
    assert bench.find("figure_training").text() == "6.800"
    assert bench.find("export_metrics_button").isEnabled()


def test_that_metrics_are_exported(qtbot: QtBot, finished: Bench, tmp_path: Path) -> None:
    finished.dialogs.path = tmp_path / "metrics.csv"

    press(qtbot, finished, "export_metrics_button")

    assert finished.messages[-1].text.startswith("7 rows of metrics are in")
    assert (tmp_path / "metrics.csv").read_text(encoding="utf-8").startswith("kind,step")


def test_that_a_failed_export_says_where_and_why(
    qtbot: QtBot, finished: Bench, tmp_path: Path
) -> None:
    finished.dialogs.path = tmp_path / "missing" / "metrics.csv"

    press(qtbot, finished, "export_metrics_button")

    assert finished.messages[-1].kind == "error"
    assert str(finished.dialogs.path) in finished.messages[-1].text


def test_that_the_devices_arrive_later(bench: Bench) -> None:
    choice: Any = type("Choice", (), {"request": "auto", "name": "CPU", "reason": "No GPU."})()

    bench.controller.show_devices((choice,))

    assert bench.find("device_combo").currentText() == "Automatic: CPU"
    assert "No GPU." in {label.text() for label in bench.tab.form.findChildren(QLabel)}


def test_that_a_run_that_goes_on_shows_its_own_settings(qtbot: QtBot, bench: Bench) -> None:
    settings = TrainConfig(recipe="tutorial", epochs=30, learning_rate=0.02)
    info = run_info(train_config=settings, model_config=ModelConfig(hidden_dim=42))
    bench.runs.runs = [info]
    bench.prepare()
    bench.resumed.events = [started(epochs=30)]

    with qtbot.waitSignal(bench.runner.ended):
        bench.controller.resume_run(info)

    assert bench.find("epochs_spin").value() == 30
    assert bench.find("hidden_spin").value() == 42
    assert bench.find("learning_rate_edit").text() == "0.02"
    assert bench.find("recipe_combo").currentData() == "tutorial"
    assert bench.find("batch_spin").value() == 1


@pytest.mark.parametrize(("name", "start"), [("loss.png", b"\x89PNG"), ("loss.svg", b"<?xml")])
def test_that_the_plot_is_exported_as_a_picture(
    qtbot: QtBot, bench: Bench, tmp_path: Path, name: str, start: bytes
) -> None:
    bench.session.set_model(fake_model(points=12), path=Path("model.safetensors"))
    bench.dialogs.path = tmp_path / name

    press(qtbot, bench, "export_plot_button")

    assert bench.dialogs.path.read_bytes().startswith(start)
    assert bench.messages[-1].text == f"The plot is in {tmp_path / name}."


def test_that_a_paused_run_takes_another_learning_rate(qtbot: QtBot, bench: Bench) -> None:
    bench.prepare()
    start_endless(qtbot, bench)
    assert not bench.find("learning_rate_edit").isEnabled()
    press(qtbot, bench, "pause_button")
    assert not bench.find("hidden_spin").isEnabled()

    bench.find("learning_rate_edit").setFocus()
    qtbot.keyClicks(bench.find("learning_rate_edit"), "0,0005")
    press(qtbot, bench, "pause_button")

    control = bench.controller._control
    assert control is not None
    assert control.take_rate() == 0.0005
    assert control.take_rate() is None
    stop(qtbot, bench)

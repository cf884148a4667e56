"""What is told of the keeping of a run, and how a run that goes on gets its curve back."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.session import RunState
from engine import CheckpointSaved, ConfigError, CorpusReady, Notice, SnapshotPublished
from tests.app.support.training_fakes import (
    Bench,
    ended,
    fake_corpus,
    fake_model,
    loss_point,
    short_run,
    started,
)
from tests.engine.support.run_infos import CORPUS_CONFIG, run_info


def saved(step: int) -> CheckpointSaved:
    return CheckpointSaved(path=Path("runs") / "1" / "state.safetensors", step=step)


def train(qtbot: QtBot, bench: Bench, events: list[Any]) -> None:
    bench.train.events = events
    bench.prepare()
    with qtbot.waitSignal(bench.runner.ended):
        bench.tab.buttons.start_requested.emit()


def resume(qtbot: QtBot, bench: Bench, events: Any) -> None:
    bench.resumed.events = events
    with qtbot.waitSignal(bench.runner.ended):
        bench.controller.resume_run(run_info(1))


def log(bench: Bench) -> str:
    text: str = bench.find("log").toPlainText()
    return text


def test_that_many_checkpoints_make_one_line_of_the_log(qtbot: QtBot, bench: Bench) -> None:
    train(qtbot, bench, [started(), saved(50), saved(100), saved(200), ended()])

    assert log(bench).count("The run is kept in runs") == 1
    assert log(bench).rstrip().endswith("File > Runs… opens it or trains it further.")


def test_that_the_session_knows_what_is_saved(qtbot: QtBot, bench: Bench) -> None:
    model = fake_model(points=200)
    train(qtbot, bench, [*short_run(model)[:-1], saved(200), ended()])

    assert bench.session.run is not None
    assert bench.session.run.run_id == bench.train.calls[0]["run_id"]
    assert bench.session.is_model_kept


@pytest.mark.parametrize("event", [saved(100), Notice(text="The disk is full.")])
def test_that_news_of_the_disk_draw_no_curve(
    qtbot: QtBot, bench: Bench, monkeypatch: pytest.MonkeyPatch, event: Any
) -> None:
    drawn: list[int] = []
    monkeypatch.setattr(bench.tab.plot, "request_redraw", lambda: drawn.append(1))
    train(qtbot, bench, [started(), loss_point(50, 7.0)])
    without = len(drawn)
    drawn.clear()

    train(qtbot, bench, [started(), loss_point(50, 7.0), event, event])

    assert len(drawn) == without


def test_that_a_run_that_cannot_be_saved_goes_on(qtbot: QtBot, bench: Bench) -> None:
    text = "The run could not be saved in runs/1, because the disk is full."
    train(qtbot, bench, [started(), Notice(text=text), loss_point(50, 7.0), ended()])

    assert [(message.kind, message.text) for message in bench.messages] == [("warning", text)]
    assert text in log(bench)
    assert len(bench.tab.plot.history.batch) == 1
    assert not bench.session.is_model_kept


def test_that_the_status_names_the_device_that_a_run_moved_to(qtbot: QtBot, bench: Bench) -> None:
    seen: list[str] = []
    bench.runner.event_ready.connect(lambda _event: seen.append(bench.find("status_label").text()))
    moved = Notice(text="Fast Card has no memory left.", device="CPU (2 threads)")
    first = dataclasses.replace(started(), device="Fast Card")

    train(qtbot, bench, [first, loss_point(50, 7.0), moved, loss_point(60, 6.9), ended()])

    assert seen[1] == "Training on Fast Card…"
    assert seen[3] == "Training on CPU (2 threads)…"


def test_that_good_news_of_the_disk_are_no_warning(qtbot: QtBot, bench: Bench) -> None:
    good = Notice(text="Saving works again: runs/1.", severity="info")
    train(qtbot, bench, [started(), Notice(text="The disk is full."), good, ended()])

    assert [message.kind for message in bench.messages] == ["warning", "info"]
    assert "Warning: The disk is full." in log(bench)
    assert "Warning: Saving" not in log(bench)


def test_that_a_kept_model_is_replaced_without_a_question(qtbot: QtBot, bench: Bench) -> None:
    train(qtbot, bench, [*short_run(fake_model(points=200))[:-1], saved(200), ended()])

    with qtbot.waitSignal(bench.runner.ended):
        bench.tab.buttons.start_requested.emit()

    assert bench.dialogs.asked == []


def test_that_a_run_that_goes_on_gets_its_curve_back(qtbot: QtBot, bench: Bench) -> None:
    snapshot = SnapshotPublished(step=30, epoch=3.4, model=fake_model(points=30))
    bench.build_events = [CorpusReady(corpus=fake_corpus())]

    resume(qtbot, bench, [started(), snapshot, loss_point(40, 5.0), ended()])

    assert bench.built == [CORPUS_CONFIG]
    assert len(bench.tab.plot.history.batch) == 31
    assert "Training continues" in log(bench)
    assert bench.session.run_state is RunState.READY
    assert bench.session.corpus_config == CORPUS_CONFIG


def test_that_a_run_whose_text_is_gone_leaves_the_model_to_its_own_run(
    qtbot: QtBot, bench: Bench
) -> None:
    def fail(_control: Any) -> Any:
        raise ConfigError("The text was changed since.")
        yield

    train(qtbot, bench, [*short_run(fake_model(points=200))[:-1], saved(200), ended()])
    former = bench.session.run

    resume(qtbot, bench, fail)

    assert bench.session.run == former
    assert bench.messages[-1].text == "The text was changed since."


def test_that_discard_is_offered_when_a_run_has_ended(qtbot: QtBot, bench: Bench) -> None:
    assert not bench.find("discard_button").isEnabled()

    train(qtbot, bench, [*short_run(), saved(200)])

    assert bench.find("discard_button").isEnabled()
    with qtbot.waitSignal(bench.tab.buttons.discard_requested):
        bench.tab.show()
        qtbot.mouseClick(bench.find("discard_button"), Qt.MouseButton.LeftButton)
